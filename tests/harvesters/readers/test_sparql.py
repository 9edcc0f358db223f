"""SPARQL endpoints: asked page by page after the last key, whole or said to be incomplete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.replicas.data_server import Asked, Given
from tests.replicas.desk import SITE, Desk
from tests.replicas.sparql import cordis, endpoint

QUERY = """PREFIX eurio: <http://data.europa.eu/s66#>
SELECT ?number ?title ?organisation ?name ?role WHERE {
  { SELECT ?project ?number ?title WHERE {
      ?project a eurio:Project ; eurio:identifier ?id ; eurio:title ?title .
      BIND(STR(?id) AS ?number)  FILTER(?number > {after})
    } ORDER BY ?number LIMIT {size} }
  OPTIONAL { ?project eurio:hasInvolvedParty ?party . ?party eurio:isRoleOf ?organisation ; eurio:roleLabel ?role .
             ?organisation eurio:legalName ?name }
} ORDER BY ?number ?organisation
"""
COUNT = "PREFIX eurio: <http://data.europa.eu/s66#> SELECT (COUNT(?p) AS ?n) WHERE { ?p a eurio:Project }"
TEXT = """
keys = ["number"]
[reading]
query = "projects.rq"
count = "count.rq"
key = "number"
size = 10
group = true
[fields]
number = { type = "text", required = true }
title = { type = "text" }
english = { type = "text", from = "title@en" }
[fields.parties]
type = "list"
of = "object"
from = "."
fields = { iri = { type = "iri", from = "organisation" }, name = { type = "text" }, role = { type = "text" } }
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def define(desk: Desk, text: str = TEXT, query: str = QUERY, count: str = COUNT) -> Any:
    definition = desk.define("sparql", f"{SITE}/datalab/sparql", text)
    (desk.home / "sources" / "projects.rq").write_text(query, encoding="utf-8")
    (desk.home / "sources" / "count.rq").write_text(count, encoding="utf-8")
    return definition


@pytest.mark.parametrize("projects", [0, 1, 10, 25])
def test_all_keys_come_and_their_rows_are_one_record(desk: Desk, projects: int) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(projects)))
    records = desk.read(define(desk))
    assert not [issue for issue in desk.issues if issue.sets_aside]
    assert sorted(record["number"] for record in records) == sorted(str(870_000 + 7 * n) for n in range(projects))
    for record in records:
        assert record["english"] == record["title"]
        assert [party["role"] for party in record["parties"]] == ["coordinator", "participant", "participant"]
        assert record["parties"][1]["name"] == 'MADE-UP "1" OY'
    assert len(desk.asked) == -(-projects // 10) + 2  # the pages, the empty one after them, and the count
    assert {asked.method for asked in desk.asked} == {"GET"}


def test_a_second_run_takes_no_body_again_and_a_replay_asks_nothing(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(25)))
    definition = define(desk)
    records, sent = desk.read(definition), desk.server.sent
    assert desk.read(definition) == records
    assert desk.server.sent == sent
    asked = len(desk.asked)
    assert desk.read(definition, replay=desk.run) == records
    assert len(desk.asked) == asked


def told(desk: Desk, *words: str) -> None:
    (issue,) = [issue for issue in desk.issues if issue.sets_aside]
    assert (issue.code, issue.key) == ("listing-incomplete", "")
    assert all(word in issue.message for word in words)


def test_an_answer_of_exactly_ten_thousand_rows_is_cut_off(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(3400), cap=10_000))
    desk.read(define(desk, TEXT.replace("size = 10", "size = 5000")))
    told(desk, "exactly 10000 rows")


def test_a_server_that_caps_pages_lower_than_asked_loses_no_key(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(40, roles=1), cap=15))
    assert len(desk.read(define(desk, TEXT.replace("size = 10", "size = 30")))) == 40
    assert not [issue for issue in desk.issues if issue.sets_aside]


def test_a_count_that_differs_is_told(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(5)))
    assert len(desk.read(define(desk, count=COUNT.replace("?p a eurio:Project", "?p a ?c")))) == 5
    told(desk, "5 keys came") if desk.codes else None
    desk.read(define(desk, count=COUNT.replace("?p a eurio:Project", "?p eurio:roleLabel ?c")))
    told(desk, "5 keys came", "15")


def test_a_query_that_does_not_page_on_ends(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(30)))
    records = desk.read(define(desk, query=QUERY.replace("FILTER(?number > {after})", 'FILTER({after} != "x")')))
    assert len(records) == 10
    told(desk, "not in the order of ?number")
    assert len(desk.asked) == 2


def test_rows_out_of_order_are_told(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(30)))
    query = QUERY.replace("ORDER BY ?number ?organisation", "ORDER BY DESC(?number)")
    desk.read(define(desk, query=query))
    told(desk, "not in the order of ?number")


def test_a_page_cap_ends_it(desk: Desk) -> None:
    desk.serve("/datalab/sparql", endpoint(cordis(35)))
    assert (
        len(
            desk.read(define(desk, TEXT.replace("size = 10", "size = 10\npages = 2").replace('count = "count.rq"', "")))
        )
        == 20
    )
    told(desk, "goes on after 2 pages")


NO_RESULTS = {
    "a page": (b"<!doctype html>busy", "application/sparql-results+json", "media-type"),
    "a page by its type": (b"<!doctype html>busy", "text/html", "media-type"),
    "no results": (b'{"head": {}}', "application/sparql-results+json", "not-json"),
    "a list": (b"[]", "application/sparql-results+json", "not-json"),
    "cut": (b'{"head": {"vars": []}, "results": {"bindings": [', "application/sparql-results+json", "cut-short"),
    "XML": (b"<sparql/>", "application/sparql-results+xml", "media-type"),
}


@pytest.mark.parametrize("case", NO_RESULTS)
def test_what_is_no_result_is_an_issue(desk: Desk, case: str) -> None:
    body, media_type, code = NO_RESULTS[case]
    desk.serve("/datalab/sparql", body, media_type)
    assert desk.read(define(desk)) == []
    assert desk.codes == [code]


def test_a_later_page_that_fails_keeps_what_came_and_says_so(desk: Desk) -> None:
    whole = endpoint(cordis(30))

    def answer(asked: Asked) -> Given:
        return Given(b"", status=403) if len(desk.asked) == 2 else whole(asked)

    desk.serve("/datalab/sparql", answer)
    assert len(desk.read(define(desk))) == 10
    assert desk.issues[-1].code == "http-status"
    assert desk.issues[-1].sets_aside


def test_keys_that_hold_quotes_are_asked_after_as_they_are(desk: Desk) -> None:
    queries = []
    keys = ['a "b" \\ c', "d\ne"]

    def answer(asked: Asked) -> Given:
        queries.append(asked.parameters["query"])
        here = [{"number": {"type": "literal", "value": keys[len(queries) - 1]}}] if len(queries) < 3 else []
        return Given(json.dumps({"head": {"vars": ["number"]}, "results": {"bindings": here}}).encode(),
                     "application/sparql-results+json")  # fmt: skip

    desk.serve("/datalab/sparql", answer)
    text = TEXT.replace('count = "count.rq"', "")
    assert len(desk.read(define(desk, text, query="SELECT * { ?a ?b ?number FILTER(?number > {after}) }"))) == 2
    assert [query[query.index("> ") + 2 : -3] for query in queries] == ['""', '"a \\"b\\" \\\\ c"', '"d\\ne"']


def test_a_missing_query_file_is_an_issue(desk: Desk) -> None:
    definition = define(desk)
    (desk.home / "sources" / "projects.rq").unlink()
    assert desk.read(definition) == []
    assert [(issue.code, issue.file) for issue in desk.issues] == [("file-missing", "projects.rq")]
