"""Runs of sources on the network, from the command line: over HTTP, twice, again from the archive, several at once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home

TABLE = "name,country,consortium,phase,role,source\n" + "".join(
    f"Example Organisation {number},{country},Example Path,2023-2024,partner,https://{{host}}/page\n"
    for number, country in enumerate(("FI", "GR", "BG", "SE"))
)
DEFINITION = """# Made up.
title = "Example table"
publisher = "Example Centre"
publisher_page = "https://{host}/"
country = "FI"
licence = "https://creativecommons.org/licenses/by/4.0/"
terms = "CC BY 4.0"
frequency = "yearly"
personal_data = true
obtained = "page"
as_of = "2026-11"
precedence = 70
reader = "csv"
entry = "http://{host}/table.csv"
evidence = "seen"
mapping = "consortia"
keys = ["consortium", "name"]
pages = ["source"]

[bounds]
records = [3]

[fields]
name = {{ type = "text", required = true }}
country = {{ type = "text" }}
consortium = {{ type = "text", required = true }}
phase = {{ type = "text", required = true }}
role = {{ type = "text", required = true }}
source = {{ type = "iri", required = true }}
"""


class Site:
    """A real server that stands in for several sites, answers conditional requests and notes what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int]] = []
        self.tables: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers["Host"]
                text = site.tables.get(host) if self.path == "/table.csv" else None
                tag = f'"{hashlib.sha256((text or "").encode()).hexdigest()[:8]}"'
                status = 404 if text is None else 304 if self.headers["If-None-Match"] == tag else 200
                site.asked.append((host, self.path, status))
                body = text.encode() if text and status == 200 else b""
                self.send_response(status)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", "text/csv")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def add(self, home: Home, name: str) -> list[str]:
        """Make a source of this name; returns the words that route its host here."""
        host = f"{name}.example"
        (home.path / "sources").mkdir(parents=True, exist_ok=True)
        (home.path / "sources" / f"{name}.toml").write_text(DEFINITION.format(host=host), encoding="utf-8")
        self.tables[host] = TABLE.replace("{host}", host)
        return ["--route", f"{host}={self.address}"]

    def pages(self, host: str) -> list[int]:
        """The statuses with which the table of a host was answered."""
        return [status for asked, path, status in self.asked if asked == host and path == "/table.csv"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    monkeypatch.setenv("TALKOOT_FETCH_SECONDS", "0.01")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    site = Site()
    yield site
    site.close()


def test_the_second_harvest_asks_once_is_told_that_nothing_changed_and_writes_nothing(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    home.talkoot("harvest", "one", *route)
    before = home.rows()
    assert len(before) == 4
    result = home.talkoot("harvest", "one", *route)
    assert "0 new, 0 changed, 4 unchanged" in result.output
    assert site.pages("one.example") == [200, 304]
    assert home.rows() == before


def test_a_replay_reads_the_archive_and_asks_nothing(home: Home, site: Site) -> None:
    home.talkoot("harvest", "one", *site.add(home, "one"))
    before = home.rows()
    site.close()
    result = home.talkoot("harvest", "one", "--replay", "1")
    assert "4 records: 0 new, 0 changed, 4 unchanged" in result.output
    assert home.rows() == before


def test_a_replay_of_a_run_that_fetched_nothing_fails_and_leaves_all_as_it_was(home: Home, site: Site) -> None:
    home.talkoot("harvest", "one", *site.add(home, "one"))
    home.talkoot("harvest", "one", "--replay", "99", exit_code=1)
    assert [issue["code"] for issue in home.json("issues", "one")] == ["not-in-archive"]
    assert len(home.keys("one")) == 4


def test_a_source_that_fails_stops_no_other(home: Home, site: Site) -> None:
    routes = [word for name in ("one", "two", "three") for word in site.add(home, name)]
    del site.tables["two.example"]
    result = home.talkoot("harvest", "one", "two", "three", *routes, exit_code=1)
    assert "two: failed" in result.output
    assert {name: len(home.keys(name)) for name in ("one", "two", "three")} == {"one": 4, "two": 0, "three": 4}


def test_a_table_that_shrinks_below_its_bounds_leaves_the_source_as_it_was(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    home.talkoot("harvest", "one", *route)
    site.tables["one.example"] = "".join(site.tables["one.example"].splitlines(keepends=True)[:2])
    result = home.talkoot("harvest", "one", *route, exit_code=1)
    assert "1 records, expected at least 3 records; the last good state stays" in result.output
    assert len(home.keys("one")) == 4


def test_a_limit_makes_a_partial_run_after_which_nothing_is_gone(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    home.talkoot("harvest", "one", *route)
    result = home.talkoot("harvest", "one", "--limit", "1", *route)
    assert "one: partial, 1 records" in result.output
    assert len(home.keys("one")) == 4


def test_without_a_route_a_private_address_is_never_asked(home: Home, site: Site) -> None:
    site.add(home, "one")
    path = home.path / "sources" / "one.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("one.example/table", f"{site.address}/table"), "utf-8")
    home.talkoot("harvest", "one", exit_code=1)
    assert [issue["code"] for issue in home.json("issues", "one")] == ["private-address"]
    assert site.asked == []


def test_pages_with_personal_data_stay_in_the_archive_as_long_as_the_setting_says(
    home: Home, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = site.add(home, "one")
    home.talkoot("harvest", "one", *route)
    assert [path.name for path in (home.path / "archive" / "one").glob("*.gz")] == ["1.warc.gz"]
    monkeypatch.setenv("TALKOOT_ARCHIVE_DAYS", "0")
    home.talkoot("harvest", "one", *route)
    assert list((home.path / "archive" / "one").glob("*.gz")) == []


@pytest.mark.parametrize("route", ["one.example", "one.example=", "one.example=ftp://127.0.0.1"])
def test_a_route_that_cannot_be_used_is_wrong_use(home: Home, site: Site, route: str) -> None:
    site.add(home, "one")
    result = home.talkoot("harvest", "one", "--route", route, exit_code=2)
    assert "--route" in result.output


def test_a_rehearsal_shows_what_would_change_and_keeps_nothing(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    home.talkoot("harvest", "one", *route)
    before = home.rows(), home.rows("SELECT * FROM runs")
    lines = site.tables["one.example"].splitlines(keepends=True)
    site.tables["one.example"] = "".join(
        [*lines[:4], lines[4].replace("partner", "lead"), lines[1].replace(" 0", " 9")]
    )
    output = home.talkoot("harvest", "one", "--dry-run", *route).output
    assert "one\tnew\texample-path.example-organisation-9" in output
    assert "one\tchanged\texample-path.example-organisation-3" in output
    assert (home.rows(), home.rows("SELECT * FROM runs")) == before


def test_only_sources_whose_time_has_come_are_due(home: Home, site: Site) -> None:
    routes = [word for name in ("one", "two") for word in site.add(home, name)]
    home.talkoot("harvest", "one", *routes)
    output = home.talkoot("harvest", "one", "two", "--due", *routes).output
    assert "two: complete" in output
    assert "one: " not in output
    for path in (home.path / "sources").glob("*.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace('"yearly"', '"once"'), encoding="utf-8")
    assert home.talkoot("harvest", "one", "two", "--due", *routes).output == ""


def test_a_run_tells_its_requests_bytes_records_and_issues(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    site.tables["one.example"] += (
        "Example Organisation 7,Atlantis,Example Path,2023-2024,partner,https://one.example/p\n"
    )
    home.talkoot("harvest", "one", *route)
    report = json.loads(home.talkoot("runs", "1", "--json").stdout)
    assert (report["source"], report["status"], report["read"], report["requests"]) == ("one", "complete", 5, 1)
    assert report["bytes"] > 300
    assert report["issues"] == {"unknown-country": 1}
    assert "unknown-country 1" in home.talkoot("runs", "1").output
    home.talkoot("runs", "9", exit_code=2)


def test_a_failure_is_told_to_the_steward_s_own_command(
    home: Home, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    route = site.add(home, "one")
    del site.tables["one.example"]
    script = tmp_path / "tell.sh"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/told"\n', encoding="utf-8")
    script.chmod(0o700)
    monkeypatch.setenv("TALKOOT_HOOK", str(script))
    home.talkoot("harvest", "one", *route, exit_code=1)
    assert (tmp_path / "told").read_text(encoding="utf-8").startswith("talkoot harvest: one: ")


def test_a_guessed_source_is_listed_as_not_yet_confirmed_and_left_out_of_all(home: Home, site: Site) -> None:
    site.add(home, "one")
    path = home.path / "sources" / "one.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"seen"', '"guessed"'), encoding="utf-8")
    (told,) = [source for source in home.json("sources") if source["id"] == "one"]
    assert (told["evidence"], told["status"], told["bundled"]) == ("guessed", "not yet confirmed", False)


def test_a_record_that_a_site_no_longer_lists_is_gone_after_a_second_complete_run(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    home.talkoot("harvest", "one", *route)
    whole = site.tables["one.example"]
    without = "".join(whole.splitlines(keepends=True)[:-1])
    left = []
    for table in (without, whole, without, without):
        site.tables["one.example"] = table
        home.talkoot("harvest", "one", *route)
        left.append(len(home.keys("one")))
    assert left == [4, 4, 4, 3]


def test_a_draft_of_a_definition_is_made_by_looking_at_a_table_and_can_be_tried(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    site.tables["one.example"] = (
        "Name;Land;Website;E-mail\nEsimerkkisäätiö;FI;https://example.fi/;a.person@example.fi\nΚέντρο;GR;;\n"
    )
    result = home.talkoot("sources", "new", "mine", "http://one.example/table.csv", "--reader", "csv", *route)
    assert "is a draft: fill in what says TO DO, then talkoot sources try mine" in result.output
    path = home.path / "sources" / "mine.toml"
    text = path.read_text(encoding="utf-8")
    assert 'drop = ["E-mail"]' in text
    assert 'land = { type = "text", from = "Land", means = "country" }' in text
    path.write_text(text.replace("drop =", 'delimiter = ";"\ndrop ='), encoding="utf-8")
    output = home.talkoot("sources", "try", "mine", *route).output
    assert 'dct:title "Κέντρο"' in output
    assert "a.person" not in output
    assert home.talkoot("runs").output == "Nothing was harvested yet.\n"
    home.talkoot("sources", "new", "mine", "http://one.example/table.csv", "--reader", "csv", *route, exit_code=2)


def test_an_address_that_cannot_be_read_gives_no_draft_but_a_sentence(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    result = home.talkoot(
        "sources", "new", "mine", "http://one.example/nothing", "--reader", "csv", *route, exit_code=1
    )
    assert "http://one.example/nothing: answered 404, expected 200" in result.output
    site.tables["one.example"] = "Name;Land\n"
    result = home.talkoot(
        "sources", "new", "mine", "http://one.example/table.csv", "--reader", "json", *route, exit_code=1
    )
    assert "http://one.example/table.csv: answered what is not JSON" in result.output
    assert not (home.path / "sources" / "mine.toml").exists()
    home.talkoot("sources", "try", "nowhere", exit_code=2)
