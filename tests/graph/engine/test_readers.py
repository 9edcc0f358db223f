"""Queries run in processes of their own: bounded in time and memory, killed and replaced, cut off from the network."""

import os
import platform
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkoot.graph.engine import client
from talkoot.graph.engine.client import ReaderConnection
from talkoot.graph.engine.errors import (
    EngineUnavailable,
    QueryFailed,
    QueryMemoryLimit,
    QuerySyntaxError,
    QueryTimeLimit,
    ServiceRefused,
    UpdateRefused,
)
from talkoot.graph.engine.frames import PID, Request
from talkoot.graph.engine.keeper import ReleaseKeeper
from talkoot.graph.engine.pointer import PointerFile
from tests.graph.engine.releases import (
    ENDLESS,
    ENDLESS_SORT,
    EX,
    JSON,
    NAMES,
    ask,
    connect,
    eventually,
    listener,
    make_release,
    processes_of,
    serving,
)

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReleaseKeeper]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 7)
    with serving(home, query_memory=2048) as keeper:
        yield keeper


@pytest.fixture(scope="module")
def small_keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReleaseKeeper]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with serving(home, query_memory=128) as keeper:
        yield keeper


@pytest.fixture
def connection(keeper: ReleaseKeeper) -> Iterator[ReaderConnection]:
    connection = connect(keeper, 2048)
    yield connection
    connection.close()


def readers_gone(keeper: ReleaseKeeper) -> bool:
    return eventually(lambda: len(processes_of(keeper.run_dir)) == 1)


@pytest.mark.parametrize("media", [JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"])
def test_rows_come_in_every_format_with_every_alphabet(connection: ReaderConnection, media: str):
    rows = ask(connection, f"SELECT ?name {{ ?s <{EX}name> ?name }}", media)
    for name in NAMES[:3]:
        assert name in rows


@pytest.mark.parametrize(
    "media",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
        "application/n-quads",
    ],
)
def test_graphs_come_in_every_format_with_every_alphabet(connection: ReaderConnection, media: str):
    graph = ask(connection, f"CONSTRUCT WHERE {{ ?s <{EX}name> ?name }}", media)
    for name in NAMES[:3]:
        assert name in graph


def test_an_answer_names_its_release(connection: ReaderConnection):
    answer = connection.run("ASK {}", JSON, seconds=5)
    assert answer.release == 7
    assert answer.whole == b'{"head":{},"boolean":true}'


def test_an_answer_of_nothing_is_whole(connection: ReaderConnection):
    answer = connection.run("CONSTRUCT WHERE { <http://x> ?p ?o }", "application/n-triples", seconds=5)
    assert answer.whole == b""
    assert list(answer) == []


def test_a_long_answer_comes_in_blocks_and_is_the_same_as_in_one(connection: ReaderConnection):
    query = f"SELECT ?a ?b {{ ?a <{EX}number> ?x . ?b <{EX}number> ?y }}"
    answer = connection.run(query, "text/csv", seconds=20)
    assert answer.whole is None
    blocks = list(answer)
    assert len(blocks) > 10
    assert b"".join(blocks).count(b"\r\n") == 401 * 401 + 1
    assert '"boolean":true' in ask(connection, "ASK {}")


def test_given_graphs_are_the_whole_dataset(connection: ReaderConnection):
    anywhere = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    zero, one = f"{EX}graph/0", f"{EX}graph/1"
    assert ask(connection, COUNT, "text/csv") == "n\r\n405\r\n"
    assert ask(connection, COUNT, "text/csv", default_graphs=[zero], named_graphs=[]) == "n\r\n2\r\n"
    assert ask(connection, COUNT, "text/csv", default_graphs=[zero, one], named_graphs=[]) == "n\r\n4\r\n"
    assert ask(connection, COUNT, "text/csv", default_graphs=[], named_graphs=[one]) == "n\r\n0\r\n"
    assert ask(connection, anywhere, "text/csv", default_graphs=[], named_graphs=[one]) == "n\r\n2\r\n"


@pytest.mark.parametrize("query", [ENDLESS, ENDLESS_SORT], ids=["count", "sort"])
def test_an_endless_query_is_stopped_at_its_limit_and_its_reader_replaced(
    keeper: ReleaseKeeper, connection: ReaderConnection, query: str
):
    started = time.monotonic()
    with pytest.raises(QueryTimeLimit) as raised:
        ask(connection, query, seconds=0.5)
    assert raised.value.seconds == 0.5
    assert time.monotonic() - started < 1.5
    started = time.monotonic()
    assert '"boolean":true' in ask(connection, "ASK {}")
    assert time.monotonic() - started < 0.5
    connection.close()
    assert readers_gone(keeper)


def test_a_query_that_eats_the_memory_is_stopped_alone(small_keeper: ReleaseKeeper):
    hungry, other = connect(small_keeper, 128), connect(small_keeper, 128)
    ask(other, "ASK {}")
    started = time.monotonic()
    with pytest.raises(QueryMemoryLimit) as raised:
        ask(hungry, ENDLESS_SORT, seconds=30)
    assert raised.value.mebibytes == 128
    assert time.monotonic() - started < 10
    assert '"boolean":true' in ask(hungry, "ASK {}")
    assert '"boolean":true' in ask(other, "ASK {}")
    hungry.close()
    other.close()


def test_short_queries_go_on_beside_endless_ones(keeper: ReleaseKeeper):
    ended: list[float] = []

    def run_endless() -> None:
        busy = connect(keeper, 2048)
        with pytest.raises(QueryTimeLimit):
            ask(busy, ENDLESS, seconds=1)
        ended.append(time.monotonic())

    threads = [threading.Thread(target=run_endless, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    quick = connect(keeper)
    slowest, asked = 0.0, 0
    while any(thread.is_alive() for thread in threads):
        started = time.monotonic()
        assert '"boolean":true' in ask(quick, "ASK {}")
        slowest, asked = max(slowest, time.monotonic() - started), asked + 1
    for thread in threads:
        thread.join()
    quick.close()
    assert len(ended) == 3
    assert asked > 50
    assert slowest < 0.5


def test_a_syntax_error_has_its_place_and_leaves_the_reader_at_work(connection: ReaderConnection):
    with pytest.raises(QuerySyntaxError) as raised:
        ask(connection, "SELECT * {\n ?s ?p\n}")
    assert (raised.value.line, raised.value.column) == (3, 1)
    assert '"boolean":true' in ask(connection, "ASK {}")


def test_service_and_updates_are_refused_by_name(connection: ReaderConnection):
    with pytest.raises(ServiceRefused):
        ask(connection, "ASK { SERVICE <http://127.0.0.1/> {} }")
    with pytest.raises(UpdateRefused):
        ask(connection, "DROP ALL")


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="only Linux keeps a process from the network by this means",
)
def test_even_a_service_that_was_let_through_reaches_nothing(
    connection: ReaderConnection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "refuse_service", lambda query: None)
    with listener() as (port, seen):
        with pytest.raises(QueryFailed):
            ask(connection, f"ASK {{ SERVICE <http://127.0.0.1:{port}/> {{}} }}")
        ask(connection, f"ASK {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{}} }}")
        time.sleep(0.2)
    assert seen == []


def test_an_unknown_function_is_an_error_of_its_expression_not_of_the_query(connection: ReaderConnection):
    rows = ask(connection, "SELECT (<http://x/f>(1) AS ?x) (1 + 1 AS ?y) {}", "text/csv")
    assert rows == "x,y\r\n,2\r\n"
    both = f"ASK {{ ?s <{EX}number> ?o FILTER (COALESCE(<http://x/f>(?o), <http://x/g>(), ?o) = 3) }}"
    assert '"boolean":true' in ask(connection, both)


def test_a_query_nested_beyond_the_engine_fails_and_says_so(connection: ReaderConnection):
    with pytest.raises(QueryFailed, match="nested too deeply"):
        ask(connection, "ASK { FILTER(" + "(" * 20000 + "1" + ")" * 20000 + ") }")
    assert '"boolean":true' in ask(connection, "ASK {}")


def test_a_failure_after_the_first_block_marks_the_answer_as_cut_and_raises(connection: ReaderConnection):
    endless_rows = "SELECT ?a ?b ?c ?d { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z . ?d ?s ?t FILTER(?a != ?b) }"
    answer = connection.run(endless_rows, JSON, seconds=0.5)
    next(answer)
    os.kill(answer._reader._pid, signal.SIGSTOP)
    blocks: list[bytes] = []
    with pytest.raises(QueryTimeLimit):
        blocks.extend(answer)
    assert b"The answer is not complete" in blocks[-1]
    assert '"boolean":true' in ask(connection, "ASK {}")


def test_an_answer_that_is_closed_early_takes_its_reader_along(keeper: ReleaseKeeper, connection: ReaderConnection):
    answer = connection.run("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", JSON, seconds=60)
    answer.close()
    assert readers_gone(keeper)
    assert '"boolean":true' in ask(connection, "ASK {}")


def test_a_second_query_before_the_end_of_the_first_answer_gets_its_own_reader(connection: ReaderConnection):
    first = connection.run(f"SELECT ?a ?b {{ ?a <{EX}number> ?x . ?b <{EX}number> ?y }}", "text/csv", seconds=20)
    assert '"boolean":true' in ask(connection, "ASK {}")
    assert b"".join(first).count(b"\r\n") == 401 * 401 + 1


def test_a_reader_whose_client_is_gone_stops_its_query(keeper: ReleaseKeeper):
    pointer = PointerFile(keeper.run_dir).read()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
        raw.connect(pointer.socket)
        pid = PID.unpack(raw.recv(PID.size, socket.MSG_WAITALL))[0]
        raw.sendall(Request(ENDLESS, JSON).line())
        time.sleep(0.2)
        assert pid in processes_of(keeper.run_dir)
    assert eventually(lambda: pid not in processes_of(keeper.run_dir), 2)


def test_a_reader_killed_while_idle_is_replaced_without_a_word(connection: ReaderConnection):
    answer = connection.run("ASK {}", JSON, seconds=5)
    os.kill(answer._reader._pid, signal.SIGKILL)
    time.sleep(0.05)
    assert '"boolean":true' in ask(connection, "ASK {}")


def test_without_a_release_the_engine_is_unavailable(tmp_path: Path):
    with pytest.raises(EngineUnavailable):
        ReaderConnection(tmp_path, 128).run("ASK {}", JSON, seconds=1)
