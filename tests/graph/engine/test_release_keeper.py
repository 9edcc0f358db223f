"""One release is served at a time, the change to another fails nobody, and nothing is left at the end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from talkoot.graph.engine import keeper as keeper_module
from talkoot.graph.engine.client import ReaderConnection
from talkoot.graph.engine.errors import EngineError, EngineUnavailable
from talkoot.graph.engine.pointer import PointerFile
from talkoot.graph.release import ReleaseError, store_opener
from tests.graph.engine.releases import (
    ENDLESS,
    EX,
    ask,
    connect,
    eventually,
    make_release,
    processes_of,
    serving,
    switch_to,
    zygotes_of,
)

NUMBER = f"SELECT ?n {{ <{EX}release> <{EX}number> ?n }}"


def number(connection: ReaderConnection) -> str:
    return ask(connection, NUMBER, "text/csv").split()[1]


@pytest.mark.parametrize("dump", [True, False], ids=["from the dump", "from the store"])
@pytest.mark.parametrize("memory_triples", [1_000_000, 0], ids=["in memory", "on disk"])
def test_a_release_is_served(tmp_path: Path, dump: bool, memory_triples: int):
    make_release(tmp_path, 3, dump=dump)
    with serving(tmp_path, memory_triples=memory_triples) as keeper:
        connection = connect(keeper)
        assert number(connection) == "3"
        assert ask(connection, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv") == "n\r\n405\r\n"
        connection.close()


def test_a_dump_that_lacks_quads_is_not_served_for_whole(tmp_path: Path):
    folder = make_release(tmp_path, 1, dump=True)
    other = make_release(tmp_path / "other", 1, [], dump=True)
    (other / "graph.nq.gz").replace(folder / "graph.nq.gz")
    assert len(store_opener(folder, 1000)()) == 409


@pytest.mark.parametrize("manifest", [None, "{", "[]", '{"number": 1}', '{"number": 1, "quads": "many"}'])
def test_a_release_without_a_usable_manifest_is_refused_in_words(tmp_path: Path, manifest: str | None):
    folder = make_release(tmp_path, 1)
    (folder / "manifest.json").unlink()
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        store_opener(folder, 1000)


@pytest.mark.parametrize("memory_triples", [1_000_000, 0], ids=["in memory", "on disk"])
def test_a_switch_under_load_fails_no_query_and_mixes_no_releases(
    tmp_path: Path, memory_triples: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeper_module, "_AFTER_LONGEST_QUERY", 0.2)
    make_release(tmp_path, 1)
    answers: list[tuple[int, str]] = []
    failures: list[EngineError] = []
    stop = threading.Event()

    with serving(tmp_path, memory_triples=memory_triples, query_seconds=0.2) as keeper:

        def work() -> None:
            connection = connect(keeper)
            while not stop.is_set():
                try:
                    answer = connection.run(NUMBER, "text/csv", seconds=5)
                    answers.append((answer.release, b"".join(answer).split()[1].decode()))
                except EngineError as error:
                    failures.append(error)
            connection.close()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        for release in (2, 3):
            time.sleep(0.3)
            make_release(tmp_path, release)
            assert eventually(lambda: answers[-1][1] == str(release))  # noqa: B023 - called at once
        assert eventually(lambda: len(zygotes_of(keeper.run_dir)) == 1)
        stop.set()
        for thread in threads:
            thread.join()

    assert failures == []
    assert set(answers) == {(1, "1"), (2, "2"), (3, "3")}


def test_going_back_to_an_earlier_release_is_a_switch_as_well(tmp_path: Path):
    make_release(tmp_path, 1)
    make_release(tmp_path, 2)
    with serving(tmp_path) as keeper:
        connection = connect(keeper)
        assert number(connection) == "2"
        switch_to(tmp_path, 1)
        assert eventually(lambda: number(connection) == "1")
        connection.close()


def test_a_release_that_cannot_be_read_leaves_the_served_one(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    make_release(tmp_path, 1)
    with serving(tmp_path) as keeper:
        connection = connect(keeper)
        (tmp_path / "releases" / "2").mkdir()
        switch_to(tmp_path, 2)
        assert eventually(lambda: "cannot be served" in caplog.text)
        assert number(connection) == "1"
        make_release(tmp_path, 3)
        assert eventually(lambda: number(connection) == "3")
        connection.close()


def test_a_zygote_that_is_killed_is_replaced_and_no_query_fails(tmp_path: Path):
    make_release(tmp_path, 1)
    with serving(tmp_path) as keeper:
        held, fresh = connect(keeper), connect(keeper)
        number(held)
        before = PointerFile(keeper.run_dir).read()
        os.kill(zygotes_of(keeper.run_dir).pop(), signal.SIGKILL)
        started = time.monotonic()
        assert number(fresh) == "1"
        assert number(held) == "1"
        assert eventually(lambda: PointerFile(keeper.run_dir).read() != before)
        assert time.monotonic() - started < 1
        held.close()
        fresh.close()


def test_serving_begins_when_the_first_release_appears(tmp_path: Path):
    from talkoot.graph.engine.keeper import ReleaseKeeper
    from talkoot.graph.settings import Settings

    with ReleaseKeeper(tmp_path / "home", tmp_path / "run", Settings()) as keeper:
        assert not keeper.wait_until_ready(0.3)
        make_release(tmp_path / "home", 1)
        assert keeper.wait_until_ready(5)
        connection = connect(keeper)
        assert number(connection) == "1"
        connection.close()


def test_the_run_folder_is_private(tmp_path: Path):
    make_release(tmp_path, 1)
    with serving(tmp_path) as keeper:
        assert keeper.run_dir.stat().st_mode & 0o077 == 0
        pointer = json.loads((keeper.run_dir / "active").read_text())
        assert pointer["number"] == 1
        assert Path(pointer["socket"]).is_socket()


def test_nothing_is_left_after_the_end_even_of_endless_queries(tmp_path: Path):
    make_release(tmp_path, 1)
    failures: list[EngineError] = []
    with serving(tmp_path) as keeper:

        def run_endless() -> None:
            with pytest.raises(EngineError) as raised:
                ask(connect(keeper), ENDLESS, seconds=30)
            failures.append(raised.value)

        threads = [threading.Thread(target=run_endless, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert eventually(lambda: len(processes_of(keeper.run_dir)) == 3)
        time.sleep(0.2)
    for thread in threads:
        thread.join(5)
    assert [type(failure) for failure in failures] == [EngineUnavailable, EngineUnavailable]
    assert not keeper.run_dir.exists()
    assert processes_of(keeper.run_dir) == set()


def test_zygote_and_readers_end_when_their_parent_is_killed(tmp_path: Path):
    make_release(tmp_path, 1)
    run_dir = tmp_path / "r"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "from pathlib import Path\n"
            "from talkoot.graph.engine.client import ReaderConnection\n"
            "from talkoot.graph.engine.keeper import ReleaseKeeper\n"
            "from talkoot.graph.settings import Settings\n"
            "home, run_dir = map(Path, sys.argv[1:])\n"
            "keeper = ReleaseKeeper(home, run_dir, Settings())\n"
            "keeper.__enter__()\n"
            "keeper.wait_until_ready(10)\n"
            "connection = ReaderConnection(run_dir, 512)\n"
            f"connection.run({ENDLESS!r}, 'text/csv', seconds=60)\n",
            str(tmp_path),
            str(run_dir),
        ]
    )
    assert eventually(lambda: len(processes_of(run_dir) - {parent.pid}) == 2, 10)
    parent.kill()
    parent.wait()
    assert eventually(lambda: processes_of(run_dir) == set(), 3)
