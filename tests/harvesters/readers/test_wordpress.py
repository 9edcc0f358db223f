"""WordPress: REST where it is open, in full and in order; else the pages of the sitemap, which is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
types = [{types}]
item = "/project/*"
[fields]
page = {{ type = "iri", required = true, from = ["link", "@address"] }}
title = {{ type = "text", required = true, from = ["title.rendered", "@h1"] }}
country = {{ type = "text", from = "Country" }}
code = {{ type = "text", from = "Code" }}
partners = {{ type = "list", of = "text", from = "acf.partners" }}
"""
ROOT = "/wp-json/wp/v2/projects?per_page=100&page="


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ReplicaBench]:
    with benched(tmp_path, ReplicaServer(), wordpress.HOST) as bench:
        yield bench


def wordpress_site(folder: Path, types: str = '"project"') -> Definition:
    return definition(folder, "wordpress", f"https://{wordpress.HOST}/", FIELDS.format(types=types))


def expected(number: int, partners: bool = True) -> list[dict[str, Any]]:
    return [
        {
            "page": f"https://wordpress.example/project/project-{each}/", "title": f"Project {each} – A & B",
            "country": "Estonia", "code": f"ESF-SI-{each}", **({"partners": ["C", "D, E"]} if partners else {}),
        }
        for each in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize("totals", [True, False])
@pytest.mark.parametrize("number", [1, 100, 250])
def test_all_items_are_read_page_after_page(bench: ReplicaBench, tmp_path: Path, number: int, totals: bool) -> None:
    bench.server.site = wordpress.site(number, totals=totals)
    rows, issues = bench.read(wordpress_site(tmp_path))
    assert [dict(row.values) for row in rows] == expected(number)
    assert not issues
    last = -(-number // 100) + (number == 100 and not totals)  # a page after the last is refused, which is the end
    assert bench.server.asked == ["/wp-json/", "/wp-json/wp/v2/types", *(f"{ROOT}{page + 1}" for page in range(last))]
    bench.server.asked.clear()
    assert bench.read(wordpress_site(tmp_path)) == (rows, [])
    assert bench.fetcher.counts["not_modified"] == len(bench.server.asked) - (last > -(-number // 100))


def test_a_type_may_be_named_as_its_route(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.site = wordpress.site(2)
    rows, issues = bench.read(wordpress_site(tmp_path, '"projects"'))
    assert (len(rows), issues) == (2, [])
    assert bench.server.asked == ["/wp-json/", f"{ROOT}1"]


def test_plain_permalinks_have_their_own_root(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.site = wordpress.site(2, plain=True)
    rows, issues = bench.read(wordpress_site(tmp_path))
    assert [dict(row.values) for row in rows] == expected(2)
    assert not issues
    assert bench.server.asked[-1] == "/?rest_route=/wp/v2/projects&per_page=100&page=1"


CHALLENGE = Reply("<!-- made up --><html><body>Just a moment</body></html>")


@pytest.mark.parametrize(
    ("options", "types", "answers"),
    [
        ({"rest": False}, '"project"', {}),
        ({"registered": False}, '"project"', {}),
        ({}, '"project", "partner"', {}),
        ({}, '"project"', {path: Reply("{}", 401) for path in ("/wp-json/", "/?rest_route=/")}),
        ({}, '"project"', dict.fromkeys(("/wp-json/", "/?rest_route=/"), CHALLENGE)),
    ],
    ids=["off", "type not registered", "one of two types", "401", "HTML"],
)
def test_where_rest_is_closed_the_pages_of_the_sitemap_are_read(
    bench: ReplicaBench, tmp_path: Path, options: dict[str, bool], types: str, answers: dict[str, Reply]
) -> None:
    bench.server.site = wordpress.site(3, **options)
    bench.server.answers |= answers
    rows, issues = bench.read(wordpress_site(tmp_path, types))
    assert [dict(row.values) for row in rows] == expected(3, partners=False)
    assert [(issue.code, issue.sets_aside) for issue in issues] == [("rest-closed", False)]
    keys = [wordpress_site(tmp_path).key(row.values) for row in rows]
    assert keys == ["project-0", "project-1", "project-2"]


@pytest.mark.parametrize(
    ("path", "reply", "code"),
    [
        ("/wp-json/", Reply("", 500), "http-status"),
        ("/wp-json/", Reply("[]", kind="application/json"), "not-json"),
        (f"{ROOT}2", Reply("", 500), "http-status"),
        (f"{ROOT}2", CHALLENGE, "media-type"),
        (f"{ROOT}2", Reply('{"a": 1, "a": 2}', kind="application/json"), "not-json"),
        (f"{ROOT}2", Reply("[]", kind="application/json"), "listing-incomplete"),
        (f"{ROOT}1", Reply('{"code": "rest_no_route"}', 404), "http-status"),
    ],
)
def test_a_fault_never_looks_like_the_end(
    bench: ReplicaBench, tmp_path: Path, path: str, reply: Reply, code: str
) -> None:
    bench.server.site = wordpress.site(150)
    bench.server.answers[path] = reply
    rows, issues = bench.read(wordpress_site(tmp_path))
    assert len(rows) == (100 if path.endswith("2") else 0)
    assert [(issue.code, issue.key, issue.sets_aside) for issue in issues] == [(code, "", True)]


def test_what_rest_says_of_authors_is_not_read(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.site = wordpress.site(1)
    item = wordpress.items(1)[0] | {
        "content": {"rendered": "<p>Country: <a href='mailto:a@b.example'>Somebody</a></p>"}
    }
    bench.server.answers[f"{ROOT}1"] = Reply(json.dumps([item]), kind="application/json")
    ((row,), issues) = bench.read(wordpress_site(tmp_path))
    assert set(row.values) == {"page", "title", "partners"}
    assert not issues


def test_asked_for_what_changed_since_a_day_it_asks_for_no_more(bench: ReplicaBench, tmp_path: Path) -> None:
    bench.server.site = wordpress.site(3)
    rows, issues = bench.read(wordpress_site(tmp_path), since="2026-03-01")
    assert bench.server.asked[-1] == f"{ROOT[:-6]}&modified_after=2026-03-01T00:00:00&page=1"
    assert (len(rows), issues) == (3, [])
