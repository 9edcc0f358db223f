"""Sitemaps: every page that is a record's, through indexes, zipped or not, as robots.txt names them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkoot.harvesters.definition import Definition
from tests.replicas import wordpress
from tests.replicas.bench import ReplicaBench, benched, definition
from tests.replicas.server import ReplicaServer, Reply

FIELDS = """
keys = ["page"]
pages = ["page"]
key_prefix = "https://wordpress.example/project/"
[reading]
item = "/project/*"
[fields]
page = { type = "iri", required = true, from = "@address" }
title = { type = "text", required = true, from = "@h1" }
code = { type = "text", from = "Code" }
"""
PATHS = [f"/project/project-{each}/" for each in range(3)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ReplicaBench]:
    with benched(tmp_path, ReplicaServer(wordpress.site(3)), wordpress.HOST) as bench:
        yield bench


def site(folder: Path, entry: str = "/") -> Definition:
    return definition(folder, "sitemap", f"https://{wordpress.HOST}{entry}", FIELDS)


def read(bench: ReplicaBench, site: Definition) -> tuple[list[str], list[str]]:
    rows, issues = bench.read(site)
    return [row.values["code"] for row in rows], [issue.code for issue in issues]


CODES = ["ESF-SI-0", "ESF-SI-1", "ESF-SI-2"]


def test_an_index_leads_to_its_sitemaps_and_unchanged_pages_are_not_sent_again(
    bench: ReplicaBench, tmp_path: Path
) -> None:
    assert read(bench, site(tmp_path)) == (CODES, [])
    assert bench.server.asked == [
        "/wp-sitemap.xml", "/wp-sitemap-posts-page-1.xml", "/wp-sitemap-posts-project-1.xml", *PATHS,
    ]  # fmt: skip
    bench.server.asked.clear()
    assert read(bench, site(tmp_path)) == (CODES, [])
    assert bench.fetcher.counts["not_modified"] == 6


@pytest.mark.parametrize("line", ["Sitemap: {}", "sitemap:{}", "User-agent: *\r\nDisallow: /no\r\n  SITEMAP : {} \r\n"])
def test_robots_txt_names_the_sitemaps(bench: ReplicaBench, tmp_path: Path, line: str) -> None:
    named = f"https://{wordpress.HOST}/own.xml"
    bench.server.answers["/robots.txt"] = Reply("\ufeff# made up\n" + line.format(named), kind="text/plain")
    bench.server.answers["/own.xml"] = wordpress.sitemap("url", PATHS[1:])
    assert read(bench, site(tmp_path)) == (CODES[1:], [])
    assert "/wp-sitemap.xml" not in bench.server.asked


@pytest.mark.parametrize("entry", ["/own.xml.gz", "/own.xml"])
def test_a_sitemap_may_be_zipped_whatever_its_name(bench: ReplicaBench, tmp_path: Path, entry: str) -> None:
    zipped = gzip.compress(wordpress.sitemap("url", PATHS).bytes)
    bench.server.answers[entry] = Reply(zipped, kind="application/octet-stream")
    assert read(bench, site(tmp_path, entry)) == (CODES, [])


def test_a_ring_of_indexes_ends(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.answers["/a.xml"] = wordpress.sitemap("sitemap", ["/b.xml", "/a.xml", "/own.xml"])
    bench.server.answers["/b.xml"] = wordpress.sitemap("sitemap", ["/a.xml"])
    bench.server.answers["/own.xml"] = wordpress.sitemap("url", [*PATHS, PATHS[0]])
    assert read(bench, site(tmp_path, "/a.xml")) == (CODES, [])
    assert bench.server.asked[:3] == ["/a.xml", "/b.xml", "/own.xml"]


SOUND = wordpress.sitemap("url", PATHS).bytes


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(SOUND[:-5], kind="application/xml"), "not-xml"),
        (Reply(gzip.compress(SOUND)[:-9], kind="application/gzip"), "cut-short"),
        (Reply(b"\x1f\x8b" + b"x" * 50, kind="application/gzip"), "cut-short"),
        (Reply("<!-- made up --><html><body><br>Maintenance</body></html>", kind="text/plain"), "not-xml"),
        (Reply("<!-- made up --><html><body><br>Maintenance</body></html>"), "not-xml"),
        (Reply("<!-- made up --><html><body><p>Maintenance</p></body></html>"), "unknown-layout"),
        (Reply("", 500), "http-status"),
        (Reply("", 404), "http-status"),
    ],
    ids=["cut", "cut gzip", "no gzip", "text", "html", "xhtml", "500", "404"],
)
def test_a_sitemap_that_is_broken_is_no_short_sitemap(
    bench: ReplicaBench, tmp_path: Path, reply: Reply, code: str
) -> None:
    bench.server.answers["/wp-sitemap-posts-page-1.xml"] = reply
    rows, issues = bench.read(site(tmp_path))
    assert not rows
    assert [(issue.code, issue.key, issue.sets_aside) for issue in issues] == [(code, "", True)]


def test_a_page_without_any_label_is_a_record_if_it_leads_into_its_site(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.answers[PATHS[1]] = Reply(
        "<!-- made up --><html><body><h1>Back soon</h1><a href='/'>Home</a></body></html>"
    )
    plain = definition(
        tmp_path, "sitemap", f"https://{wordpress.HOST}/", FIELDS.replace('code = { type = "text", from = "Code" }', "")
    )
    rows, issues = bench.read(plain)
    assert [row.values["title"] for row in rows] == ["Project 0 – A & B", "Project 2 – A & B"]
    assert [(issue.code, issue.key) for issue in issues] == [("unknown-layout", "project-1")]


def test_a_site_without_a_sitemap_is_told(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.site = lambda path: None
    assert read(bench, site(tmp_path)) == ([], ["http-status"])
    assert bench.server.asked == ["/wp-sitemap.xml", "/sitemap_index.xml", "/sitemap.xml"]


def test_asked_for_what_changed_since_a_day_it_leaves_out_what_tells_an_earlier_one(
    bench: ReplicaBench, tmp_path: Path
) -> None:
    days = {PATHS[0]: "2026-03-01T08:00:00+02:00", PATHS[1]: "2026-02-28", PATHS[2]: ""}
    bench.server.answers["/own.xml"] = wordpress.sitemap("url", PATHS, days)
    rows, issues = bench.read(site(tmp_path, "/own.xml"), since="2026-03-01")
    assert [row.values["code"] for row in rows] == [CODES[0], CODES[2]], "a page without a day may have changed"
    assert not issues
    assert PATHS[1] not in bench.server.asked


def test_a_sitemap_that_did_not_change_since_is_not_opened(bench: ReplicaBench, tmp_path: Path) -> None:
    days = {"/a.xml": "2026-01-01", "/b.xml": "2026-05-05"}
    bench.server.answers["/own.xml"] = wordpress.sitemap("sitemap", ["/a.xml", "/b.xml"], days)
    bench.server.answers["/b.xml"] = wordpress.sitemap("url", PATHS[:1], {PATHS[0]: "2026-05-05"})
    rows, _ = bench.read(site(tmp_path, "/own.xml"), since="2026-05-01")
    assert [row.values["code"] for row in rows] == CODES[:1]
    assert "/a.xml" not in bench.server.asked
