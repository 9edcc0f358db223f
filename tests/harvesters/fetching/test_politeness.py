"""Each host is asked at its pace, by one process or by several, and left alone where it asks for it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path

import pytest

from talkoot.harvesters.fetching.network import DAY, lock_folder, retry_seconds
from talkoot.harvesters.fetching.request import FetchError, Request, Stopped
from tests.harvesters.fetching.children import start_child
from tests.harvesters.fetching.conftest import SITE, Bench, Fetch
from tests.harvesters.fetching.fault_server import FaultServer, answer

EXACT = 1e-5  # what is lost in writing a time
REFUSED = "429 Too Many Requests"


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)


def gaps(server: FaultServer) -> list[float]:
    times = [asked.at for asked in server.asked]
    return [later - earlier for earlier, later in pairwise(times)]


def test_a_host_is_asked_at_its_floor(bench: Bench, server: FaultServer) -> None:
    bench.new_network(fetch_seconds=0.1)
    server.clock = bench.turn
    fetcher = bench.begin()
    for path in "abc":
        server.rules[f"/{path}"] = answer(b"x")
        fetcher.fetch(Request(f"http://{SITE}/{path}"))
    assert min(gaps(server)) >= 0.1 - EXACT
    assert len(server.asked) == 4


def test_hosts_do_not_wait_for_each_other(bench: Bench, server: FaultServer) -> None:
    hosts = [f"host{number}.example" for number in range(20)]
    bench.new_network(*hosts, fetch_seconds=0.5)
    server.rules["/a"] = answer(b"x")
    fetcher = bench.begin()
    threads = [threading.Thread(target=fetcher.fetch, args=(Request(f"http://{host}/a"),)) for host in hosts]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 6  # one after the other they take 10 s
    assert server.paths() == ["/a"] * 20
    assert fetcher.counts["requests"] == 20


@pytest.mark.alone
def test_two_processes_keep_one_pace(bench: Bench, server: FaultServer) -> None:
    server.rules |= {f"/{name}/{number}": answer(b"x") for name in "ab" for number in range(5)}
    children = [start_child("pace", bench.home, server.address, name, "5", "0.15") for name in "ab"]
    wait_for(lambda: all((bench.home / f"ready-{name}").exists() for name in "ab"))
    (bench.home / "go").touch()
    for child in children:
        child.communicate(timeout=30)
        assert child.returncode == 0
    assert len(server.paths()) == 10
    assert server.asked[-1].at - server.asked[0].at >= 0.15 * 10  # each with a pace of its own: half of it
    interleaved = [path[1] for path in server.paths()]
    assert interleaved != sorted(interleaved)


@pytest.mark.parametrize("status", [REFUSED, "503 Busy"])
def test_a_refusal_slows_the_host_for_the_rest_of_the_run(bench: Bench, server: FaultServer, status: str) -> None:
    bench.new_network(fetch_seconds=0.02)
    server.clock = bench.turn
    server.rules |= {"/a": [answer(status=status), answer(b"x")], "/b": [answer(status=status), answer(b"x")]}
    fetcher = bench.begin()
    for path in ("/a", "/b"):
        fetcher.fetch(Request(f"http://{SITE}{path}"))
    assert server.paths() == ["/a", "/a", "/b", "/b"]
    robots, first, second, third = gaps(server)
    assert robots >= 0.02 - EXACT
    assert first >= 0.08 - EXACT
    assert second >= 0.08 - EXACT
    assert third >= 0.16 - EXACT


def test_a_retry_after_of_nothing_does_not_mean_at_once(bench: Bench, server: FaultServer) -> None:
    bench.new_network(fetch_seconds=0.05)
    server.clock = bench.turn
    server.rules["/a"] = [answer(status=REFUSED, Retry_After="0"), answer(b"x")]
    bench.begin().fetch(Request(f"http://{SITE}/a"))
    assert gaps(server)[-1] >= 0.2 - EXACT


@pytest.mark.parametrize("form", ["1", "date"])
def test_a_retry_after_is_waited_for(bench: Bench, fetch: Fetch, server: FaultServer, form: str) -> None:
    def refuse() -> bytes:
        return answer(status=REFUSED, Retry_After="1" if form == "1" else formatdate(time.time() + 1.99, usegmt=True))

    server.clock = bench.turn
    times = iter([refuse, lambda: answer(b"x")])
    server.rules["/a"] = lambda asked: next(times)()
    assert fetch("/a").body == b"x"
    assert gaps(server)[-1] >= 0.9


def test_a_long_retry_after_puts_the_host_off_to_the_next_run(bench: Bench, server: FaultServer) -> None:
    server.rules |= {"/a": answer(status=REFUSED, Retry_After="36000"), "/b": answer(b"x")}
    fetcher = bench.begin()
    began = time.monotonic()
    for path in ("/a", "/b", "/c"):
        with pytest.raises(FetchError, match="it asks to wait 36000 seconds, longer than 120") as caught:
            fetcher.fetch(Request(f"http://{SITE}{path}"))
        assert caught.value.code == "postponed"
    bench.new_network()  # another process knows it too
    with pytest.raises(FetchError, match=r"asked another run to wait 3[0-9]+ seconds more") as caught:
        bench.begin().fetch(Request(f"http://{SITE}/b"))
    assert caught.value.code == "postponed"
    assert server.paths() == ["/a"]
    assert time.monotonic() - began < 10


def test_a_host_that_refuses_three_times_in_a_row_is_put_off(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = answer(status=REFUSED, Retry_After="0")
    fetcher = bench.begin()
    codes = []
    for path in ("/a", "/b"):
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(Request(f"http://{SITE}{path}"))
        codes.append(caught.value.code)
    assert codes == ["http-status", "postponed"]
    assert server.paths() == ["/a"] * 3


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("", 0), ("5", 5), (" 5 ", 5), ("0", 0), ("-5", 0), ("soon", 0), ("9" * 400, DAY), ("1.5", 0),
     ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 01 Jan 2999 00:00:00 GMT", DAY), ("Fri, 99 Foo 99999 0:0:0", 0)],
)  # fmt: skip
def test_a_retry_after_that_makes_no_sense_asks_for_nothing(value: str, seconds: float) -> None:
    assert max(retry_seconds(value), 0) == seconds


@pytest.mark.parametrize("waits_for", ["pace", "answer"])
def test_a_stop_ends_every_wait_at_once(bench: Bench, server: FaultServer, waits_for: str) -> None:
    network = bench.new_network(fetch_seconds=30.0 if waits_for == "pace" else 0.0)
    server.rules["/a"] = lambda asked: iter([answer(b"x", length=9), time.sleep(0.3) or b"", b"x"])
    raised: list[BaseException] = []

    def fetching() -> None:
        try:
            bench_fetcher.fetch(Request(f"http://{SITE}/a"))
        except Stopped as error:
            raised.append(error)

    bench_fetcher = bench.begin()
    thread = threading.Thread(target=fetching)
    thread.start()
    time.sleep(0.2)
    network.stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert len(raised) == 1


def test_an_interrupt_ends_a_wait_at_once(bench: Bench, server: FaultServer) -> None:
    child = start_child("pace", bench.home, server.address, "a", "2", "30")
    (bench.home / "go").touch()
    wait_for(lambda: server.asked)
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=5)
    assert child.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in said
    assert server.paths() == []


def test_the_folder_of_locks_is_ours_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = lock_folder()
    assert (folder.stat().st_mode & 0o777, folder.parent) == (0o700, tmp_path)
    assert lock_folder() == folder
    folder.chmod(0o755)
    with pytest.raises(PermissionError, match="set TMPDIR"):
        lock_folder()
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    os.symlink(tmp_path / "elsewhere", folder)  # noqa: PTH211
    with pytest.raises(PermissionError, match="set TMPDIR"):
        lock_folder()


def test_a_clock_that_was_set_back_makes_nobody_wait(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    (bench.home / "pace" / f"host-{SITE}").write_text(f"{time.time() + 50_000:020.6f} {0:020.6f}", encoding="utf-8")
    server.rules["/a"] = answer(b"x")
    began = time.monotonic()
    assert fetch("/a").body == b"x"
    assert time.monotonic() - began < 10
