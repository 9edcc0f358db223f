"""A release in a SPARQL server: loaded, checked, followed at a switch; and servers that fail in every way."""

from __future__ import annotations

import json
import re
import shlex
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from talkoot.graph.engine.errors import EngineError, EngineUnavailable, QueryFailed, QueryTimeLimit
from talkoot.graph.engine.loading import check_engine, engine_loader
from talkoot.graph.engine.profiles import Virtuoso
from talkoot.graph.engine.remote import ENGINE_FILE, Channel, RemoteConnection, connection_for
from talkoot.graph.release import ReleaseError
from talkoot.graph.settings import Settings
from tests.graph.conftest import Home
from tests.graph.engine.releases import EX, JSON, ask, eventually, make_release, switch_to
from tests.graph.engine.servers import (
    JSON_TYPE,
    Behaviour,
    free_port,
    needs_virtuoso,
    oxigraph,
    rows,
    virtuoso,
    well,
    wicked,
)
from tests.graph.engine.test_contract import LONG, PREFIX, the_quads

DOCUMENT = Path(__file__).parents[3] / "docs" / "engines.md"
MARKERS = [[f"{EX}a"] * 3, [f"{EX}b"] * 3]
ROW = "SELECT ?x { ?s ?p ?x }"


def release_at(home: Path, url: str, profile: str = "native") -> RemoteConnection:
    """A connection to a release that is said to lie in the server at an address."""
    folder = make_release(home, 1, [])
    told = {"profile": profile, "url": url, "markers": MARKERS}
    told |= {"merged_graph": f"{EX}merged"} if profile == "virtuoso" else {}
    (folder / ENGINE_FILE).write_text(json.dumps(told), encoding="utf-8")
    return RemoteConnection(home, Settings(home=home))


def refusal(
    home: Path, behaviour: Behaviour, profile: str = "native", query: str = ROW, seconds: float = 2
) -> EngineError:
    """How a query fails at a server that behaves so, before anything of the answer is given."""
    with wicked(behaviour) as url:
        connection = release_at(home, url, profile)
        with pytest.raises(EngineError) as raised:
            connection.run(query, JSON, seconds=seconds)
        connection.close()
        return raised.value


def says(answer: bytes) -> Behaviour:
    return lambda connection: connection.sendall(answer)


def drips(answer: bytes) -> Behaviour:
    """Send an answer byte by byte, and never the last one."""

    def behave(connection: socket.socket) -> None:
        for byte in answer[:-1]:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)
        time.sleep(5)

    return behave


GOOD = rows("7", xml=False)
GOOD_XML = rows("7", xml=True)


def test_a_server_that_behaves_is_understood(tmp_path: Path):
    for profile, good in (("native", GOOD), ("virtuoso", GOOD_XML)):
        with wicked(says(well(good))) as url:
            connection = release_at(tmp_path / profile, url, profile)
            assert '"value":"7"' in ask(connection, ROW)
            connection.close()


def test_a_password_goes_to_a_server_that_asks_for_it_and_not_to_one_that_needs_it_for_loading_only(tmp_path: Path):
    for profile, good in (("native", GOOD), ("virtuoso", GOOD_XML)):
        heads: list[bytes] = []
        with wicked(says(well(good)), heads) as url:
            release_at(tmp_path / profile, url, profile).close()
            connection = RemoteConnection(tmp_path, Settings(home=tmp_path / profile, engine_password="secret"))
            ask(connection, ROW)
            connection.close()
        assert all((b"authorization: basic " in head) == (profile == "native") for head in heads)
        assert len(heads) == 4


def test_a_dripping_body_does_not_extend_the_time_limit(tmp_path: Path):
    started = time.monotonic()
    assert isinstance(refusal(tmp_path, drips(well(GOOD)), seconds=1), QueryTimeLimit)
    assert time.monotonic() - started < 7  # the server's own goodbye included
    assert isinstance(refusal(tmp_path / "head", lambda connection: time.sleep(3), seconds=1), QueryTimeLimit)


@pytest.mark.parametrize(
    "answer",
    [
        well(GOOD, length=len(GOOD[1]) + 1),
        well((JSON_TYPE, GOOD[1][:-3])),
        well((JSON_TYPE, GOOD[1][:-3] + b"The SPARQL operation has been cancelled")),
        well((JSON_TYPE, b"")),
        b"HTTP/1.1 200 OK\r\nContent-Type: "
        + JSON_TYPE.encode()
        + b'\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"head":{',
        b"HTTP/1.1 200 OK\r\nContent-Type: " + JSON_TYPE.encode() + b"\r\n\r\n" + GOOD[1][:-2],
        b"HTTP/1.1 200",
        b"nonsense\r\n\r\n",
    ],
    ids=["short", "cut", "cancelled", "empty", "chunk", "unframed", "head", "nonsense"],
)
def test_a_torn_answer_is_a_failure(tmp_path: Path, answer: bytes):
    assert isinstance(refusal(tmp_path, says(answer)), EngineUnavailable | QueryFailed)


def test_a_graph_without_a_stated_length_could_be_torn_and_is_refused(tmp_path: Path):
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\n\r\n<http://a> <http://b> <http://c> .\n"
    error = refusal(tmp_path, says(answer), query="CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(error, EngineUnavailable)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (well(GOOD_XML, status="206 Partial Content"), QueryTimeLimit),
        (well(GOOD_XML, more="X-SQL-State: S1TAT\r\n"), QueryTimeLimit),
        (well(("text/plain", b"Virtuoso S1T00 Error SR171: Transaction timed out"), "500 No"), QueryTimeLimit),
        (well(GOOD_XML, more="X-SPARQL-MaxRows: 10000\r\n"), QueryFailed),
        (well(("text/plain", b"Virtuoso 42000 Error The estimated execution time 9"), "500 No"), QueryFailed),
        (well(("text/plain", b"Virtuoso 40001 Error SR172: Transaction deadlocked"), "500 No"), QueryFailed),
    ],
    ids=["206", "S1TAT", "S1T00", "MaxRows", "too-dear", "deadlock"],
)
def test_an_answer_that_virtuoso_cut_or_gave_up_is_never_passed_on(
    tmp_path: Path, answer: bytes, kind: type[EngineError]
):
    error = refusal(tmp_path, says(answer), "virtuoso")
    assert isinstance(error, kind)
    assert getattr(error, "by_engine", False) is (b"40001" in answer or b"MaxRows" in answer)


def test_rows_that_virtuoso_cut_beyond_our_own_limit_do_no_harm(tmp_path: Path):
    with wicked(says(well(GOOD_XML, more="X-SPARQL-MaxRows: 10000\r\n"))) as url:
        connection = release_at(tmp_path, url, "virtuoso")
        with connection.run(ROW, JSON, seconds=2, rows=100) as answer:
            assert b'"value":"7"' in b"".join(answer)
        connection.close()


@pytest.mark.parametrize("status", ["302 Found", "401 Who", "404 Not here", "429 Slow", "503 Later"])
def test_a_server_that_refuses_or_sends_us_elsewhere_is_not_available(tmp_path: Path, status: str):
    answer = well(("text/html", b"<html>"), status, more="Location: http://127.0.0.1:1/\r\n")
    error = refusal(tmp_path, says(answer))
    assert isinstance(error, EngineUnavailable)
    assert status[:3] in error.details


def test_a_page_where_an_answer_should_be_is_no_answer(tmp_path: Path):
    assert isinstance(refusal(tmp_path, says(well(("text/html", b"<html>Log in")))), EngineUnavailable)


def test_a_server_that_is_down_is_not_available_and_is_found_again(tmp_path: Path):
    port = free_port()
    connection = release_at(tmp_path, f"http://127.0.0.1:{port}")
    with pytest.raises(EngineUnavailable):
        ask(connection, "ASK {}")
    with pytest.raises(EngineUnavailable):
        release_at(tmp_path / "other", "http://nowhere.invalid").run("ASK {}", JSON, seconds=2)
    connection.close()


def test_a_release_that_names_no_engine_and_a_home_without_one_are_not_available(tmp_path: Path):
    with pytest.raises(EngineUnavailable):
        RemoteConnection(tmp_path, Settings(home=tmp_path)).run("ASK {}", JSON, seconds=1)
    make_release(tmp_path, 1, [])
    with pytest.raises(EngineUnavailable, match="No release") as raised:
        RemoteConnection(tmp_path, Settings(home=tmp_path)).run("ASK {}", JSON, seconds=1)
    assert ENGINE_FILE in raised.value.details


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[Settings, Path]:
    return Settings(home=tmp_path), make_release(tmp_path, 7, the_quads(), dump=True)


def test_a_server_killed_in_the_middle_never_leaves_an_answer_that_looks_whole(loaded: tuple[Settings, Path]):
    settings, folder = loaded
    with oxigraph(settings.home) as server:
        engine_loader(f"{server.address}?query=query&store=store", settings)(folder)
        connection = RemoteConnection(settings.home, settings)
        query = "SELECT * { ?a ex:number ?x . ?b ex:number ?y . ?c ex:number ?z }"
        answer = connection.run(PREFIX + query, JSON, seconds=20)
        blocks = [next(answer)]
        server.process.kill()
        with pytest.raises(EngineUnavailable):
            blocks.extend(answer)
        assert b"The answer is not complete" in blocks[-1]
        with pytest.raises(EngineUnavailable):
            ask(connection, "ASK {}")
        answer.close()
        connection.close()


def test_a_client_that_goes_away_frees_its_thread(loaded: tuple[Settings, Path]):
    settings, folder = loaded
    with oxigraph(settings.home) as server:
        engine_loader(server.address, settings)(folder)
        connection = RemoteConnection(settings.home, settings)
        before = threads_named_serve()
        for _ in range(5):
            with connection.run(PREFIX + LONG, JSON, seconds=20) as answer:
                next(answer)
        connection.close()
        assert eventually(lambda: threads_named_serve() <= before)


def threads_named_serve() -> int:
    import threading

    return sum("_serve" in thread.name for thread in threading.enumerate())


def test_an_engine_whose_default_graph_is_the_union_is_refused_in_a_sentence(loaded: tuple[Settings, Path]):
    settings, folder = loaded
    with oxigraph(settings.home, "--union-default-graph") as server:
        with pytest.raises(ReleaseError, match="its default graph is not the merged view"):
            engine_loader(server.address, settings)(folder)
        assert not (folder / ENGINE_FILE).exists()
        told = {"profile": "native", "url": server.url, "markers": [
            [f"{EX}ä/γ", f"{EX}knows", f"{EX}ж"], [f"{EX}record", f"{EX}says", f"{EX}thing"]]}  # fmt: skip
        (folder / ENGINE_FILE).write_text(json.dumps(told), encoding="utf-8")
        connection = RemoteConnection(settings.home, settings)
        with pytest.raises(EngineUnavailable):
            ask(connection, "ASK {}")
        with pytest.raises(ReleaseError, match="counted once for each record") as raised:
            check_engine(settings.current, settings)
        assert "\n" not in str(raised.value)


def test_a_database_that_holds_something_is_refused_with_the_count(loaded: tuple[Settings, Path]):
    settings, folder = loaded
    with oxigraph(settings.home) as server:
        load = engine_loader(server.address, settings)
        load(folder)
        with pytest.raises(ReleaseError, match=r"holds 427 quads\. A release needs an empty one"):
            engine_loader(server.address, settings)


def test_a_database_that_does_not_hold_all_after_loading_is_refused(loaded: tuple[Settings, Path]):
    settings, folder = loaded
    other = make_release(settings.home / "other", 7, list(the_quads())[-60:], dump=True)
    (other / "graph.nq.gz").replace(folder / "graph.nq.gz")
    with oxigraph(settings.home) as server, pytest.raises(ReleaseError, match=r"holds 60 quads of 427"):
        engine_loader(server.address, settings)(folder)


def test_an_address_that_says_something_unknown_or_where_nobody_answers_is_refused(tmp_path: Path):
    settings = Settings(home=tmp_path)
    for address in ("neptune+http://127.0.0.1:1", "http://127.0.0.1:1?nope=1"):
        with pytest.raises(ReleaseError, match="is not known"):
            engine_loader(address, settings)
    with pytest.raises(ReleaseError, match="cannot be used"):
        engine_loader(f"http://127.0.0.1:{free_port()}", settings)


@needs_virtuoso
def test_virtuoso_must_see_the_folder_and_must_not_cut(
    loaded: tuple[Settings, Path], tmp_path_factory: pytest.TempPathFactory
):
    settings, folder = loaded
    limited = virtuoso(tmp_path_factory.mktemp("v"), settings.home / "elsewhere", "ResultSetMaxRows = 100")
    with limited as server:
        with pytest.raises(ReleaseError, match=r"'100'.*ResultSetMaxRows"):
            engine_loader(server.address, settings)(folder)
        own = Virtuoso(server.url, merged_graph="http://www.openlinksw.com/schemas/virtrdf#")
        with pytest.raises(QueryFailed, match="no more than 100 rows"), closing(Channel(own)) as channel:
            channel.numbers("SELECT ?s { ?s ?p ?o }")
    with virtuoso(tmp_path_factory.mktemp("v"), settings.home / "elsewhere") as server:
        with pytest.raises(ReleaseError, match=r"(?s)access control in ini file.*DirsAllowed"):
            engine_loader(f"{server.address}&folder=/etc", settings)(folder)
        with pytest.raises(ReleaseError, match="Connect failed"):
            engine_loader(server.address.replace("isql=", "isql=1"), settings)(folder)
        with pytest.raises(ReleaseError, match="Bad login"):
            engine_loader(server.address, Settings(home=settings.home, engine_password="wrong"))(folder)


@pytest.mark.parametrize("profile", ["native", pytest.param("virtuoso", marks=needs_virtuoso)])
def test_a_steward_publishes_into_a_server_and_goes_back(home: Home, tmp_path: Path, profile: str):
    """The release is loaded before the switch, its folder names the server, and a rollback needs no loading."""
    settings = Settings(home=home.path)
    with oxigraph(tmp_path) if profile == "native" else virtuoso(tmp_path, home.path) as server:
        text = DOCUMENT.read_text(encoding="utf-8")
        documented = re.findall(r"^(?:TALKOOT\S+ )?talkoot (publish --engine \S+)$", text, re.MULTILINE)
        (line,) = [one for one in documented if ("virtuoso" in one) == (profile == "virtuoso")]
        for port, ours in (("7878", server.url[-5:]), ("8890", server.url[-5:]), ("1111", server.address[-5:])):
            line = line.replace(port, ours)
        home.talkoot(*shlex.split(line))
        told = json.loads((home.path / "current" / ENGINE_FILE).read_text(encoding="utf-8"))
        assert (told["url"], told["profile"]) == (server.url, profile)
        check_engine(home.path / "current", settings)
        connection = connection_for(settings, tmp_path)
        assert isinstance(connection, RemoteConnection)
        number = connection.release()
        quads = json.loads((home.path / "current" / "manifest.json").read_text(encoding="utf-8"))["quads"]
        count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        assert ask(connection, count, "text/csv", 20) == f"n\r\n{quads}\r\n"
        home.talkoot(*shlex.split(line), exit_code=1)
        assert connection.release() == number
        connection.close()
    home.talkoot("rollback", str(number - 1))
    assert not isinstance(connection_for(settings, tmp_path), RemoteConnection)


def test_a_switch_is_followed_and_an_older_release_can_be_asked(loaded: tuple[Settings, Path], tmp_path: Path):
    settings, folder = loaded
    number = f"SELECT ?n {{ <{EX}release> <{EX}number> ?n }}"
    (tmp_path / "second").mkdir()
    with oxigraph(tmp_path) as first, oxigraph(tmp_path / "second") as second:
        engine_loader(first.address, settings)(folder)
        connection = RemoteConnection(settings.home, settings)
        assert ask(connection, number, "text/csv") == "n\r\n7\r\n"
        later = [quad for quad in the_quads() if quad.subject.value != f"{EX}release"]
        engine_loader(second.address, settings)(make_release(tmp_path, 8, later, dump=True))
        switch_to(tmp_path, 8)
        assert connection.release() == 8
        assert ask(connection, number, "text/csv") == "n\r\n"
        assert ask(connection, number, "text/csv", store=str(folder / "store")) == "n\r\n7\r\n"
        switch_to(tmp_path, 7)
        assert ask(connection, number, "text/csv") == "n\r\n7\r\n"
        connection.close()
