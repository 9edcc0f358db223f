"""The shape in which Talkoot serves: granian's workers and threads over forked readers."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import requests

from talkoot.graph.engine.keeper import ReleaseKeeper
from tests.graph.engine.releases import ENDLESS, EX, eventually, make_release, processes_of, serving, zygotes_of
from tests.graph.engine.servers import free_port

pytestmark = pytest.mark.alone

NUMBER = f"SELECT ?n {{ <{EX}release> <{EX}number> ?n }}"
MANY_ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@contextmanager
def granian(keeper: ReleaseKeeper, checkout: Path, seconds: float, log: IO[bytes] | None = None) -> Iterator[str]:
    """The address of /sparql under granian with two workers of two threads."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "error"]
    command += ["--workers-kill-timeout", "5"]  # one told to end while it starts may not hear it
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(checkout),
        "TALKOOT_RUN_DIR": str(keeper.run_dir),
        "TALKOOT_QUERY_SECONDS": str(seconds),
    }
    command.append("tests.web.sparql_server:app_for_granian")
    server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/sparql"
    try:
        assert eventually(lambda: answers(address), 15)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def answers(address: str) -> bool:
    try:
        return requests.get(address, params={"query": "ASK {}"}, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Iterator[tuple[ReleaseKeeper, str]]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with serving(home, query_seconds=1.0) as keeper, granian(keeper, checkout, 1.0) as address:
        yield keeper, address


def test_an_endless_query_is_stopped_and_others_go_on(served: tuple[ReleaseKeeper, str]):
    _, address = served
    endless: list[requests.Response] = []
    thread = threading.Thread(
        target=lambda: endless.append(requests.get(address, params={"query": ENDLESS}, timeout=20)), daemon=True
    )
    started = time.monotonic()
    thread.start()
    quick = 0
    while thread.is_alive():
        assert answers(address)
        quick += 1
    assert time.monotonic() - started < 2
    assert quick > 5
    assert endless[0].status_code == 504
    assert endless[0].json()["type"] == "/problems/time-limit"


def test_a_release_switch_and_a_killed_zygote_lose_no_request(tmp_path: Path, checkout: Path):
    make_release(tmp_path, 1)
    with serving(tmp_path, query_seconds=1.0) as keeper, granian(keeper, checkout, 1.0) as address:
        seen, failures = work_through_a_switch(tmp_path, keeper, address)
    assert failures == []
    assert set(seen) == {("1", "1"), ("2", "2")}


def work_through_a_switch(home: Path, keeper: ReleaseKeeper, address: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The release that each answer named and held, and the texts of failures."""
    seen: list[tuple[str, str]] = []
    failures: list[str] = []
    stop = threading.Event()

    def work() -> None:
        with requests.Session() as session:
            while not stop.is_set():
                response = session.get(
                    address, params={"query": NUMBER, "format": "csv", "at": time.monotonic()}, timeout=10
                )
                if response.status_code != 200:
                    failures.append(response.text)
                else:
                    seen.append((response.headers["Talkoot-Release"], response.text.split()[1]))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    make_release(home, 2)
    assert eventually(lambda: bool(seen) and seen[-1][0] == "2")
    before = zygotes_of(keeper.run_dir)
    for zygote in before:
        os.kill(zygote, signal.SIGKILL)
    time.sleep(1)
    assert zygotes_of(keeper.run_dir) - before
    stop.set()
    for thread in threads:
        thread.join()
    return seen, failures


def test_a_client_that_hangs_up_frees_its_reader(served: tuple[ReleaseKeeper, str]):
    keeper, address = served
    with requests.get(address, params={"query": MANY_ROWS}, stream=True, timeout=10) as response:
        blocks = response.iter_content(100)
        assert next(blocks)
        before = readers_of(keeper)
    assert eventually(lambda: len(before - readers_of(keeper)) == 1)
    assert answers(address)


def readers_of(keeper: ReleaseKeeper) -> set[int]:
    return processes_of(keeper.run_dir) - zygotes_of(keeper.run_dir)


def test_a_cut_answer_cannot_be_taken_for_whole_and_is_one_line_in_the_log(tmp_path: Path, checkout: Path):
    make_release(tmp_path, 1)
    with (
        (tmp_path / "log").open("wb") as log,
        serving(tmp_path) as keeper,
        granian(keeper, checkout, 10, log) as address,
    ):
        break_off(keeper, address)
    told = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert ["an answer broke off" in line for line in told] == [True]


def break_off(keeper: ReleaseKeeper, address: str) -> None:
    with requests.get(address, params={"query": MANY_ROWS}, stream=True, timeout=10) as response:
        blocks = response.iter_content(65536)
        body = next(blocks)
        for pid in readers_of(keeper):
            os.kill(pid, signal.SIGKILL)
        body += b"".join(blocks)
    assert b"The answer is not complete" in body
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert answers(address)


def test_no_reader_is_left_after_shutdown_amid_a_query(tmp_path: Path, checkout: Path):
    make_release(tmp_path, 1)
    with serving(tmp_path, query_seconds=1.0) as keeper:
        with granian(keeper, checkout, 1.0) as address:
            thread = threading.Thread(target=ask_without_end, args=(address,), daemon=True)
            thread.start()
            time.sleep(0.3)
            started = time.monotonic()
        assert time.monotonic() - started < 5
        assert eventually(lambda: readers_of(keeper) == set())
    assert processes_of(keeper.run_dir) == set()


def ask_without_end(address: str) -> None:
    with contextlib.suppress(requests.ConnectionError):
        requests.get(address, params={"query": ENDLESS}, timeout=20)
