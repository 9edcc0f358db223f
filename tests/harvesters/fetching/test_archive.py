"""What was fetched is kept whole, answers again without the network, and goes when its time is over."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import threading
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from talkoot.graph.settings import Settings
from talkoot.graph.workbench import Workbench, WorkbenchError
from talkoot.harvesters.fetching.archive import forget
from talkoot.harvesters.fetching.request import FetchError, Request
from tests.harvesters.fetching.children import start_child
from tests.harvesters.fetching.conftest import SITE, Bench
from tests.harvesters.fetching.fault_server import Asked, FaultServer, answer, zipped

PAGE = b"<html>" + os.urandom(5000).hex().encode() + b"</html>"


def page(path: str) -> Request:
    return Request(f"http://{SITE}{path}")


def records(path: Path) -> list[tuple[str, str, bytes]]:
    """Type, address and content of each record, as warcio itself reads them."""
    with path.open("rb") as file:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def not_modified(asked: Asked) -> bytes:
    same = asked.headers.get("If-None-Match") == '"1"' or "If-Modified-Since" in asked.headers
    return answer(status="304 Not Modified", Content_Length="") if same else answer(
        PAGE, ETag='"1"', Link='<http://site.example/2>; rel="next"', X_WP_Total="7"
    )  # fmt: skip


def test_each_page_is_in_the_archive_with_what_was_asked(bench: Bench, server: FaultServer) -> None:
    server.rules |= {"/a": zipped(PAGE), "/b": answer(b"b"), "/go": answer(status="302 F", Location="/b")}
    fetcher = bench.begin()
    for path in ("/a", "/go"):
        fetcher.fetch(page(path))
    fetcher.fetch(Request(f"http://{SITE}/b", "POST", b"query=1"))
    fetcher.close()
    kinds = [(kind, url) for kind, url, _ in records(bench.warc())]
    assert kinds == [("warcinfo", None)] + [
        (kind, f"http://{SITE}{path}") for path in ("/a", "/b", "/b") for kind in ("response", "request")
    ]
    assert records(bench.warc())[1][2] == PAGE
    assert records(bench.warc())[-1][2] == b"query=1"
    told = json.loads(bench.warc().with_name(f"{bench.run}.json").read_text(encoding="utf-8"))
    assert told["source"] == "site"
    assert (told["run"], told["requests"], told["goes_on_from"]) == (bench.run, 4, [])


def test_the_archive_is_for_its_owner_alone(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = answer(b"a")
    fetcher = bench.begin()
    fetcher.fetch(page("/a"))
    fetcher.close()
    assert {folder.stat().st_mode & 0o777 for folder in (bench.root, bench.root / "site")} == {0o700}
    assert {file.stat().st_mode & 0o777 for file in (bench.root / "site").iterdir()} == {0o600}


def test_credentials_and_cookies_stay_out_of_archive_log_and_errors(bench: Bench, server: FaultServer) -> None:
    server.rules["/a?key=S3CRET&x=1"] = answer(
        PAGE, Set_Cookie="id=S3CRET", Link=f"<http://{SITE}/b?x=2&key=S3CRET>; rel=next", X_Key="S3CRET"
    )
    server.rules["/go?key=S3CRET"] = answer(status="302 F", Location="/a?key=S3CRET&x=1")
    headers = tuple((name, "S3CRET") for name in ("Authorization", "Cookie", "X-Key"))
    fetcher = bench.begin(secrets=("key", "X-Key"))
    for path in ("/a?key=S3CRET&x=1", "/go?key=S3CRET"):
        found = fetcher.fetch(Request(f"http://{SITE}{path}", headers=headers))
        assert found.body == PAGE
        assert found.final_url == f"http://{SITE}/a?key=hidden&x=1"
    fetcher.fetch(Request(f"http://{SITE}/a?key=S3CRET&x=1", "POST", b"key=S3CRET"))
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(page("/none?key=S3CRET"))
    fetcher.close()
    first = next(asked for asked in server.asked if asked.path.startswith("/a"))
    assert first.headers["Authorization"] == "S3CRET"
    assert "Cookie" not in server.asked[-1].headers
    kept = gzip.decompress(bench.warc().read_bytes())
    for path in bench.home.rglob("*"):
        kept += path.read_bytes() if path.is_file() else b""
    assert b"S3CRET" not in kept + str(caught.value).encode()
    assert b"key=hidden" in kept
    before = len(server.asked)
    assert fetcher.fetch(Request(f"http://{SITE}/a?key=S3CRET&x=1")).from_archive
    assert len(server.asked) == before


def test_a_page_is_asked_for_once_a_run(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = answer(PAGE)
    fetcher = bench.begin()
    first, second = fetcher.fetch(page("/a#top")), fetcher.fetch(page("/a"))
    assert (first.from_archive, second.from_archive, second.body) == (False, True, PAGE)
    assert server.paths() == ["/a"]
    with pytest.raises(FetchError, match="text/html came, expected application/json"):
        fetcher.fetch(Request(f"http://{SITE}/a", accept=("application/json",)))


def test_two_bodies_to_one_address_are_two_requests(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = lambda asked: answer(asked.body[::-1])
    fetcher = bench.begin()
    for body in (b"one", b"two", b"one"):
        assert fetcher.fetch(Request(f"http://{SITE}/a", "POST", body)).body == body[::-1]
    assert len(server.paths()) == 2


@pytest.mark.parametrize("validator", ["ETag", "Last_Modified"])
def test_the_second_run_is_answered_by_304_and_the_archive_says_so(
    bench: Bench, server: FaultServer, validator: str
) -> None:
    server.rules["/a"] = not_modified
    if validator == "Last_Modified":
        server.rules["/a"] = lambda asked: (
            not_modified(asked) if "If-Modified-Since" in asked.headers
            else answer(PAGE, Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT", Link="<x>", X_WP_Total="7")
        )  # fmt: skip
    first = bench.begin().fetch(page("/a"))
    for _ in range(2):
        fetcher = bench.begin()
        again = fetcher.fetch(page("/a"))
        assert (again.status, again.from_archive) == (304, False)
        assert (again.body, again.sha256) == (PAGE, first.sha256)
        assert (again.headers["link"], again.headers["x-wp-total"]) == (first.headers["Link"], "7")
        assert fetcher.counts == {"requests": 1, "bytes": 0, "not_modified": 1, "from_archive": 0}
        assert [kind for kind, _, _ in records(bench.warc())] == ["warcinfo", "revisit", "request"]
        with bench.warc().open("rb") as file:
            revisit = [record.rec_headers for record in ArchiveIterator(file)][1]
        assert revisit.get_header("WARC-Profile").endswith("/server-not-modified")
        assert revisit.get_header("WARC-Refers-To-Target-URI") == f"http://{SITE}/a"
    assert len({asked.connection for asked in server.asked[1:]}) == 1  # robots.txt, which is not there, apart


def test_validators_go_to_the_page_that_gave_them(bench: Bench, server: FaultServer) -> None:
    server.rules |= {"/go": answer(status="302 F", Location="/a"), "/a": not_modified}
    assert bench.begin().fetch(page("/go")).body == PAGE
    again = bench.begin().fetch(page("/go"))
    assert (again.status, again.redirects, again.body) == (304, (f"http://{SITE}/go",), PAGE)
    assert [("If-None-Match" in asked.headers) for asked in server.asked[1:]] == [False, False, False, True]


def test_a_304_that_nobody_asked_for_is_no_answer(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = answer(status="304 Not Modified", Content_Length="")
    with pytest.raises(FetchError, match="answered 304"):
        bench.begin().fetch(page("/a"))


def test_a_page_whose_archive_is_gone_is_fetched_anew(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = not_modified
    bench.begin().fetch(page("/a"))
    bench.warc().unlink()
    assert bench.begin().fetch(page("/a")).status == 200


def test_a_replay_gives_what_the_run_got_and_asks_nothing(bench: Bench, server: FaultServer) -> None:
    server.rules |= {"/a": not_modified, "/b": zipped(b"b"), "/go": answer(status="301 M", Location="/a")}
    wanted = [page(path) for path in ("/a", "/b", "/go")]
    for _ in range(2):
        fetcher = bench.begin()
        got = [fetcher.fetch(request) for request in wanted]
    before = len(server.asked)
    replayed = [bench.replay().fetch(request) for request in wanted]
    assert replayed == got
    assert [answer.body for answer in replayed] == [answer.body for answer in got]
    assert all(answer.from_archive for answer in replayed)
    with pytest.raises(FetchError, match="run 2 did not fetch this address") as caught:
        bench.replay().fetch(page("/c"))
    assert caught.value.code == "not-in-archive"
    assert len(server.asked) == before


def test_a_body_is_read_as_a_stream_by_whoever_reads_files(bench: Bench, server: FaultServer) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("table.csv", "a,b\n1,2\n")
    server.rules |= {"/a": answer(packed.getvalue(), Content_Type="application/zip"), "/b": answer(b"one\ntwo\n")}
    fetcher = bench.begin()
    assert zipfile.ZipFile(BytesIO(fetcher.fetch(page("/a")).body)).read("table.csv") == b"a,b\n1,2\n"
    with fetcher.fetch(page("/b")).open() as stream:
        assert list(stream) == [b"one\n", b"two\n"]


@pytest.mark.parametrize("damage", ["shorter", "gone", "changed"])
def test_a_damaged_archive_gives_no_half_page(bench: Bench, server: FaultServer, damage: str) -> None:
    server.rules["/a"] = answer(PAGE)
    bench.begin().fetch(page("/a"))
    whole = bench.warc().read_bytes()
    if damage == "shorter":
        os.truncate(bench.warc(), len(whole) // 2)
    elif damage == "gone":
        bench.warc().unlink()
    else:
        place = len(whole) // 2
        bench.warc().write_bytes(
            whole[:place] + bytes(byte ^ 255 for byte in whole[place : place + 40]) + whole[place + 40 :]
        )
    with pytest.raises(FetchError) as caught:
        _ = bench.replay().fetch(page("/a")).body
    assert caught.value.code == "not-in-archive"


@pytest.mark.parametrize("at", [1, 2, 7])
def test_a_run_that_was_killed_while_it_wrote_goes_on_without_asking_twice(
    bench: Bench, server: FaultServer, at: int
) -> None:
    server.rules |= {f"/{number}": answer(PAGE + str(number).encode()) for number in range(10)}
    bench.begin()
    child = start_child("die", bench.home, server.address, str(bench.run), "10", str(at))
    assert child.wait(30) == -signal.SIGKILL
    child.communicate()
    assert server.paths() == [f"/{number}" for number in range(at)]
    torn = bench.run
    fetcher = bench.begin("interrupted")
    bodies = [fetcher.fetch(page(f"/{number}")).body for number in range(10)]
    fetcher.close()
    assert bodies == [PAGE + str(number).encode() for number in range(10)]
    times = [server.paths().count(f"/{number}") for number in range(10)]
    assert times == [2 if number == at - 1 else 1 for number in range(10)]  # the one in flight is asked again
    found = [
        body for run in (torn, bench.run) if bench.warc(run).exists()
        for kind, _, body in records(bench.warc(run)) if kind == "response"
    ]  # fmt: skip
    assert found == bodies
    assert [bench.replay().fetch(page(f"/{number}")).body for number in range(10)] == bodies


def test_a_run_goes_on_only_from_what_was_fetched_within_a_day_and_since_the_last_that_ended(
    bench: Bench, server: FaultServer
) -> None:
    server.rules["/a"] = answer(PAGE)
    bench.begin().fetch(page("/a"))
    assert bench.begin("interrupted").fetch(page("/a")).from_archive
    assert not bench.begin("complete").fetch(page("/a")).from_archive
    connection = sqlite3.connect(bench.home / "workbench.sqlite")
    with connection:
        connection.execute("UPDATE fetches SET fetched_at = '2020-01-01T00:00:00Z'")
    connection.close()
    assert not bench.begin("interrupted").fetch(page("/a")).from_archive
    assert server.paths() == ["/a"] * 3


def test_archives_older_than_their_time_go_with_all_that_points_into_them(bench: Bench, server: FaultServer) -> None:
    server.rules |= {"/a": not_modified, "/b": lambda asked: answer(str(asked.at).encode())}
    for _ in range(2):
        fetcher = bench.begin()
        kept = [fetcher.fetch(page(path)).body for path in ("/a", "/b")]
        fetcher.close()
    old = time.time() - 91 * 86_400
    os.utime(bench.warc(1), (old, old))
    assert forget(bench.root, "site", 90, bench.log) == 1
    assert sorted(path.name for path in (bench.root / "site").iterdir()) == ["2.json", "2.warc.gz"]
    assert bench.replay(2).fetch(page("/b")).body == kept[1]
    for run, path in ((1, "/a"), (1, "/b"), (2, "/a")):
        with pytest.raises(FetchError, match="did not fetch"):
            bench.replay(run).fetch(page(path))
    assert bench.begin().fetch(page("/a")).status == 200
    assert forget(bench.root, "site", 0, bench.log) == 2
    assert list((bench.root / "site").iterdir()) == []


def test_the_log_is_written_while_the_workbench_writes(bench: Bench, server: FaultServer) -> None:
    server.rules["/a"] = answer(PAGE)
    fetcher = bench.begin()
    bench.workbench.connection.execute("BEGIN IMMEDIATE")
    bench.workbench.connection.execute("UPDATE runs SET note = 'writing'")
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(fetcher.fetch(page("/a")).body))
    thread.start()
    time.sleep(0.3)
    bench.workbench.connection.execute("COMMIT")
    thread.join(5)
    assert result == [PAGE]


def test_a_home_made_before_pages_were_fetched_gets_what_it_needs(tmp_path: Path) -> None:
    path, base = tmp_path / "workbench.sqlite", Settings().base
    Workbench(path, base).connection.close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE fetches; DROP TABLE robots; DROP TABLE missing; INSERT INTO meta VALUES ('mine', 'kept')"
    )
    connection.close()
    with Workbench(path, base) as workbench:
        assert workbench.connection.execute("SELECT count(*) FROM fetches, robots").fetchone() == (0,)
        assert workbench.connection.execute("SELECT value FROM meta WHERE name = 'mine'").fetchone() == ("kept",)
    connection = sqlite3.connect(path)
    connection.executescript("DROP TABLE missing; UPDATE meta SET value = '99' WHERE name = 'schema'")
    connection.close()
    with pytest.raises(WorkbenchError, match="schema 99"):
        Workbench(path, base)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'missing'").fetchone() == (0,)
    connection.close()
