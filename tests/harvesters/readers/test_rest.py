"""REST services: listings page by page, and one request for each id; what is no listing is never an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.replicas.data_server import Asked, Given
from tests.replicas.desk import SITE, Desk
from tests.replicas.rest import API_TYPE, gleif, prh, ror

PRH = """
keys = ["id"]
[reading]
ids = ["0000001-0", "0000007-0", "0000002-0"]
items = "companies"
total = "totalResults"
[fields]
id = { type = "text", from = "businessId.value", required = true }
name = { type = "text", from = "names[type=1][!endDate].name" }
former = { type = "list", of = "text", from = "names[endDate].name" }
others = { type = "list", of = "text", from = "names[type=2].name" }
form = { type = "text", from = "companyForms.descriptions[languageCode=1].description" }
municipality = { type = "list", of = "text", from = "addresses.postOffices.municipalityCode" }
street_kind = { type = "text", from = "addresses.type" }
site = { type = "iri", from = "website.url" }
"""
GLEIF = """
keys = ["lei"]
[reading]
items = "data"
next = "links.next"
total = "meta.pagination.total"
[fields]
lei = { type = "text", from = "attributes.lei", required = true }
name = { type = "text", from = "attributes.entity.legalName.name" }
"""
ROR = """
keys = ["id"]
[reading]
items = "items"
next = "?page={n}"
first = 1
total = "number_of_results"
ceiling = 10000
[fields]
id = { type = "iri", required = true }
name = { type = "text", from = "names[types=ror_display].value" }
site = { type = "iri", from = "links[type=website].value" }
wikidata = { type = "text", from = ["external_ids[type=wikidata].preferred", "external_ids[type=wikidata].all"] }
established = { type = "date" }
country = { type = "text", from = "locations.geonames_details.country_code" }
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_each_id_is_asked_once_and_an_unknown_one_is_told(desk: Desk) -> None:
    desk.serve("/v3/companies", prh(known=5))
    definition = desk.define("rest", f"{SITE}/v3/companies?businessId={{id}}", PRH)
    records = desk.read(definition)
    assert records[0] == {
        "id": "0000001-0", "name": "Keksitty 1 Oy", "former": ["Entinen 1 Oy"], "others": ["Made-up 1 Ltd"],
        "form": "Osakeyhtiö", "municipality": ["091"], "street_kind": "1", "site": "https://www.keksitty1.example",
    }  # fmt: skip
    assert [record["id"] for record in records] == ["0000001-0", "0000002-0"]
    assert [(i.code, i.value) for i in desk.issues if i.sets_aside or i.code != "unknown-label"] == [
        ("unknown-id", "0000007-0")
    ]
    assert [asked.parameters["businessId"] for asked in desk.asked] == definition.reading["ids"]
    sent = desk.server.sent
    assert desk.read(definition) == records
    assert (len(desk.asked), desk.server.sent) == (6, sent)


def test_an_id_that_fails_leaves_the_others_and_makes_the_run_partial(desk: Desk) -> None:
    whole = prh(known=9)

    def answer(asked: Asked) -> Given:
        number = asked.parameters["businessId"]
        return (
            Given(b"", status={"0000001-0": 403, "0000007-0": 410}.get(number, 0))
            if number[6] in "17"
            else whole(asked)
        )

    desk.serve("/v3/companies", answer)
    records = desk.read(desk.define("rest", f"{SITE}/v3/companies?businessId={{id}}", PRH))
    assert [record["id"] for record in records] == ["0000002-0"]
    assert [code for code in desk.codes if code != "unknown-label"] == ["http-status", "unknown-id"]
    assert [issue.sets_aside for issue in desk.issues if issue.code == "http-status"] == [True]


@pytest.mark.parametrize("count", [0, 1, 10, 35])
def test_a_listing_is_followed_by_the_links_that_it_gives(desk: Desk, count: int) -> None:
    desk.serve("/api/v1/lei-records", gleif(SITE, count))
    records = desk.read(desk.define("rest", f"{SITE}/api/v1/lei-records", GLEIF))
    assert [record["lei"][-2:] for record in records] == [f"{number:02}" for number in range(count)]
    assert len(desk.asked) == max(1, -(-count // 10))
    assert desk.asked[0].accept.startswith("application/json")
    assert not any(issue.sets_aside for issue in desk.issues)


@pytest.mark.parametrize("count", [1, 20, 41])
def test_a_listing_is_counted_up(desk: Desk, count: int) -> None:
    desk.serve("/v2/organizations", ror(count))
    records = desk.read(desk.define("rest", f"{SITE}/v2/organizations", ROR))
    assert len(records) == count
    assert records[0] == {
        "id": "https://ror.org/0madeup0", "name": "Made-up Institute 0", "site": "https://institute0.example",
        "wikidata": "Q90", "established": "1999", "country": "FI",
    }  # fmt: skip
    assert [asked.parameters.get("page") for asked in desk.asked] == [None, "2", "3"][: -(-count // 20)]
    assert not any(issue.sets_aside for issue in desk.issues)


def test_a_cursor_is_handed_on(desk: Desk) -> None:
    def answer(asked: Asked) -> Given:
        at = int(asked.parameters.get("cursor", "0/x").partition("/")[0])
        following = f'"{at + 1}/=&"' if at < 3 else "null"
        return Given(b'{"header": {"next": %s}, "results": [{"id": "%d"}]}' % (following.encode(), at))

    text = (
        'keys = ["id"]\n[reading]\nitems = "results"\nnext = "header.next"\ncursor = "&cursor={next}"\n'
        '[fields]\nid = { type = "text" }\n'
    )
    desk.serve("/v1/organizations", answer)
    records = desk.read(desk.define("rest", f"{SITE}/v1/organizations?search=x", text))
    assert [record["id"] for record in records] == ["0", "1", "2", "3"]
    assert {asked.parameters["search"] for asked in desk.asked} == {"x"}


def incomplete(desk: Desk, records: list[Any], count: int) -> None:
    assert len(records) == count
    (issue,) = [issue for issue in desk.issues if issue.sets_aside]
    assert (issue.code, issue.key) == ("listing-incomplete", "")


def test_fewer_than_announced_is_incomplete(desk: Desk) -> None:
    whole = gleif(SITE, 35)

    def answer(asked: Asked) -> Given:
        given = whole(asked)
        return (
            Given(given.body.replace(b'"next"', b'"nxt"'), API_TYPE)
            if asked.parameters.get("page[number]") == "2"
            else given
        )

    desk.serve("/api/v1/lei-records", answer)
    incomplete(desk, desk.read(desk.define("rest", f"{SITE}/api/v1/lei-records", GLEIF)), 20)


def test_a_source_that_stops_at_its_window_is_incomplete(desk: Desk) -> None:
    desk.serve("/v2/organizations", ror(100, most=60))
    text = ROR.replace("10000", "60")
    incomplete(desk, desk.read(desk.define("rest", f"{SITE}/v2/organizations", text)), 60)


def test_endless_paging_ends(desk: Desk) -> None:
    whole = gleif(SITE, 10)

    def answer(asked: Asked) -> Given:
        link = b'"next": "%s/api/v1/lei-records?again=%d"' % (SITE.encode(), len(desk.asked))
        return Given(
            whole(Asked("GET", "", {}))
            .body.replace(b'"first"', link + b', "first"')
            .replace(b'"total": 10', b'"total": 99')
        )

    desk.serve("/api/v1/lei-records", answer)
    incomplete(desk, desk.read(desk.define("rest", f"{SITE}/api/v1/lei-records", GLEIF)), 10)
    assert len(desk.asked) == 2


NO_LISTINGS: dict[str, tuple[bytes, str]] = {
    "HTML": (b"<!doctype html><title>Maintenance</title>", "media-type"),
    "words": (b"We are back soon", "media-type"),
    "a cut document": (b'{"meta": {}, "data": [', "cut-short"),
    "NaN": (b'{"data": [{"attributes": {"lei": NaN}}]}', "not-json"),
    "an error with 200": (b'{"error": "try later"}', "not-json"),
    "items that are no objects": (b'{"data": ["a"]}', "not-json"),
    "nothing": (b"", "media-type"),
}


@pytest.mark.parametrize("case", NO_LISTINGS)
def test_what_is_no_listing_is_an_issue_and_never_an_empty_listing(desk: Desk, case: str) -> None:
    body, code = NO_LISTINGS[case]
    entry = desk.serve("/api", body, "application/json")
    assert desk.read(desk.define("rest", entry, GLEIF)) == []
    (issue,) = desk.issues
    assert (issue.code, issue.file, issue.sets_aside) == (code, entry, True)


def test_rows_of_interest_are_declared_here_too(desk: Desk) -> None:
    desk.serve("/v2/organizations", ror(30))
    text = ROR.replace("[reading]", '[reading]\nselect = { any = { "names.value" = ["~institute [0-4]$"] } }')
    text += 'why = { type = "list", of = "text", from = "@evidence" }\n'
    records = desk.read(desk.define("rest", f"{SITE}/v2/organizations", text))
    assert [record["why"] for record in records] == [[f"names.value: Institute {number}"] for number in range(5)]


def test_a_replay_brings_the_same_without_a_request(desk: Desk) -> None:
    desk.serve("/v2/organizations", ror(30))
    definition = desk.define("rest", f"{SITE}/v2/organizations", ROR)
    records = desk.read(definition)
    asked = len(desk.asked)
    assert desk.read(definition, replay=desk.run) == records
    assert len(desk.asked) == asked
