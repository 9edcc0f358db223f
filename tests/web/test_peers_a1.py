"""The endpoint does what it should among its peers: a test for each column of the comparison, by the column's name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from talkoot.ontology.namespaces import VOID
from tests.graph.engine.releases import ENDLESS, EX, NAMES, make_release
from tests.web.sparql_server import endpoint

NAMES_QUERY = f"SELECT ?name {{ ?s <{EX}name> ?name }}"
GRAPHS = [f"{EX}graph/0", f"{EX}graph/1"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    void = make_release(home, 1) / "void.ttl"
    void.write_text(f"<{EX}dataset> a <{VOID}Dataset> ; <{VOID}triples> 5 .", encoding="utf-8")
    with endpoint(home, query_seconds=1.0, query_rows=50) as address:
        yield address


def get(address: str, query: str, accept: str = "application/sparql-results+json", **more: object) -> requests.Response:
    return requests.get(address, params={"query": query, **more}, headers={"Accept": accept}, timeout=20)


def test_a1_get_form_post_and_direct_post(address: str):
    direct = {"Content-Type": "application/sparql-query"}
    asked = [
        requests.get(address, params={"query": NAMES_QUERY}, timeout=20),
        requests.post(address, data={"query": NAMES_QUERY}, timeout=20),
        requests.post(address, data=NAMES_QUERY.encode(), headers=direct, timeout=20),
    ]
    assert [answer.status_code for answer in asked] == [200] * 3
    assert len({answer.text for answer in asked}) == 1


def test_a1_default_and_named_graph_uri_both_repeatable(address: str):
    def count(pattern: str, **graphs: object) -> str:
        query = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
        return get(address, query, **graphs).json()["results"]["bindings"][0]["n"]["value"]

    assert count("?s ?p ?o", **{"default-graph-uri": GRAPHS[0]}) == "2"
    assert count("?s ?p ?o", **{"default-graph-uri": GRAPHS}) == "4"
    assert count("GRAPH ?g { ?s ?p ?o }", **{"named-graph-uri": GRAPHS[1]}) == "2"
    assert count("GRAPH ?g { ?s ?p ?o }", **{"named-graph-uri": GRAPHS}) == "4"
    assert count("?s ?p ?o", **{"named-graph-uri": GRAPHS}) == "0"


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_a1_select_and_ask_formats(address: str, name: str):
    kind = QueryResultsFormat.from_extension({"json": "srj", "xml": "srx"}.get(name, name))
    assert kind
    answer = get(address, NAMES_QUERY, format=name)
    if name == "csv":  # whose values have no types, so that the engine does not read it
        assert {row["name"] for row in csv.DictReader(io.StringIO(answer.text))} == set(NAMES)
    else:
        rows = parse_query_results(answer.content, kind)
        assert isinstance(rows, QuerySolutions)
        assert {row["name"].value for row in rows} == set(NAMES)
    verdict = get(address, "ASK {}", format=name)
    assert verdict.status_code == 200
    if name in ("json", "xml"):
        told = parse_query_results(verdict.content, kind)
        assert isinstance(told, QueryBoolean)
        assert bool(told)
    else:
        assert verdict.text.strip() == "true"


def test_a1_xlsx_for_people(address: str):
    assert get(address, NAMES_QUERY, format="xlsx").content.startswith(b"PK")


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"])
def test_a1_graph_formats(address: str, name: str):
    kind = RdfFormat.from_extension(name)
    assert kind
    told = get(address, f"CONSTRUCT WHERE {{ ?s <{EX}name> ?o }}", kind.media_type)
    assert told.headers["Content-Type"].partition(";")[0] == kind.media_type
    assert {quad.object.value for quad in parse(told.content, kind)} == set(NAMES)


def test_a1_service_description_with_void_and_examples(address: str):
    told = requests.get(address, headers={"Accept": "application/n-triples"}, timeout=20)
    graph = list(parse(told.content, RdfFormat.N_TRIPLES))
    predicates = {quad.predicate.value.rpartition("#")[2] for quad in graph}
    assert {"endpoint", "supportedLanguage", "resultFormat", "defaultDataset", "triples", "select"} <= predicates


def test_a1_cors_for_all_without_credentials_with_preflight_and_exposed_headers(address: str):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    preflight = requests.options(address, headers=asked, timeout=20)
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    for answer in (preflight, get(address, "ASK {}"), get(address, "ASK {")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Talkoot-Truncated" in answer.headers["Access-Control-Expose-Headers"]


def test_a1_errors_as_problem_and_as_text_with_line_column_caret_and_hint(address: str):
    told = get(address, "SELECT *\nWHERE { ?s foo:bar ?o }")
    assert told.headers["Content-Type"] == "application/problem+json"
    fields = json.loads(told.content)
    assert (told.status_code, fields["type"], fields["line"], fields["column"]) == (400, "/problems/syntax", 2, 12)
    assert fields["excerpt"].endswith(" ^")
    assert "foo:" in fields["hint"]
    text = get(address, "SELECT *\nWHERE { ?s foo:bar ?o }", "text/csv, text/plain;q=0.5").text
    assert "line: 2" in text
    assert "           ^" in text


@pytest.mark.parametrize("update", ["INSERT DATA { <a:a> <a:b> 1 }", "LOAD <http://127.0.0.1/>", "DROP ALL"])
def test_a1_no_update_route(address: str, update: str):
    direct = {"Content-Type": "application/sparql-update"}
    asked = [
        get(address, update),
        requests.post(address, data={"update": update}, timeout=20),
        requests.post(address, data=update, headers=direct, timeout=20),
    ]
    assert [answer.status_code for answer in asked] == [403] * 3
    assert requests.put(address, data="<a:a> <a:b> 1 .", timeout=20).status_code == 405


def test_a1_time_limit_kills_and_row_cap_is_announced_in_header_and_body(address: str):
    assert get(address, ENDLESS).json()["type"] == "/problems/time-limit"
    cut = get(address, "SELECT * { ?s ?p ?o }")
    assert cut.headers["Talkoot-Truncated"] == "rows=50"
    assert cut.json()["truncated"]["rows"] == len(cut.json()["results"]["bindings"]) == 50


def test_a1_head(address: str):
    told = requests.head(address, params={"query": NAMES_QUERY}, timeout=20)
    whole = get(address, NAMES_QUERY, "*/*")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["Content-Length"] == whole.headers["Content-Length"]


def test_a1_streams(tmp_path: Path):
    make_release(tmp_path, 1)
    with (
        endpoint(tmp_path, query_seconds=30, query_rows=10**9) as address,
        requests.get(
            address, params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"}, stream=True, timeout=20
        ) as answer,
    ):
        assert answer.status_code == 200
        assert "Content-Length" not in answer.headers
        assert next(answer.iter_content(100)).startswith(b'{"head"')
