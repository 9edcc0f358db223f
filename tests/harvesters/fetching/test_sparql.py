"""SPARQL requests are composed as the protocol has it, sent by our fetcher, and decoded strictly."""

from __future__ import annotations

import json

import pytest
from SPARQLWrapper import TSV, TURTLE

from talkoot.harvesters.fetching.request import FetchError
from talkoot.harvesters.fetching.sparql import FetchedSPARQL
from tests.harvesters.fetching.conftest import SITE, Bench
from tests.harvesters.fetching.fault_server import FaultServer, answer

ENDPOINT = f"http://{SITE}/sparql"
QUERY = "SELECT ?a WHERE { ?a ?b 'ä+&' }"
COMPOSED = "query=SELECT+%3Fa+WHERE+%7B+%3Fa+%3Fb+%27%C3%A4%2B%26%27+%7D"
LONG = QUERY + " #" + "x" * 2000
RESULTS = {
    "head": {"vars": ["a"]},
    "results": {"bindings": [{"a": {"type": "literal", "value": "1", "xml:lang": "fi"}}]},
}
JSON_TYPE = "application/sparql-results+json"
ACCEPT = "application/sparql-results+json,application/json,text/javascript,application/javascript"


def results(**headers: str) -> bytes:
    return answer(json.dumps(RESULTS).encode(), **{"Content_Type": JSON_TYPE, **headers})


def test_a_short_query_is_composed_byte_for_byte(bench: Bench, server: FaultServer) -> None:
    server.rules[f"/sparql?{COMPOSED}"] = results()
    assert FetchedSPARQL(ENDPOINT, bench.begin(), QUERY).queryAndConvert() == RESULTS
    asked = server.asked[-1]
    assert (asked.method, asked.path, asked.body) == ("GET", f"/sparql?{COMPOSED}", b"")
    assert asked.headers["Accept"] == ACCEPT
    assert asked.headers["User-Agent"].startswith("Talkoot/")


def test_a_long_query_is_composed_byte_for_byte(bench: Bench, server: FaultServer) -> None:
    server.rules["/sparql"] = results()
    assert FetchedSPARQL(ENDPOINT, bench.begin(), LONG).queryAndConvert() == RESULTS
    asked = server.asked[-1]
    assert (asked.method, asked.path) == ("POST", "/sparql")
    assert asked.body == COMPOSED.encode() + b"+%23" + b"x" * 2000
    assert asked.headers["Content-type"] == "application/x-www-form-urlencoded"
    assert (asked.headers["Accept"], asked.headers["Content-Length"]) == (ACCEPT, str(len(asked.body)))


def test_graphs_are_named_apart(bench: Bench, server: FaultServer) -> None:
    server.rules[f"/sparql?default-graph-uri=http%3A//a/%3Fb%3Dc&{COMPOSED}"] = results()
    query = FetchedSPARQL(ENDPOINT, bench.begin(), QUERY)
    query.addDefaultGraph("http://a/?b=c")
    assert query.queryAndConvert() == RESULTS


def test_an_answer_that_is_no_result_never_reaches_the_decoder(bench: Bench, server: FaultServer) -> None:
    faults = {
        "media-type": answer(b"<html>busy</html>"), "http-status": answer(status="414 Too Long"),
        "cut-short": answer(b'{"head": {"vars": ["a"]', Content_Type=JSON_TYPE),
    }  # fmt: skip
    for code, fault in faults.items():
        server.rules[f"/sparql?{COMPOSED}"] = fault
        with pytest.raises(FetchError) as caught:
            FetchedSPARQL(ENDPOINT, bench.begin(), QUERY).query()
        assert caught.value.code == code


@pytest.mark.parametrize("wrong", [b'{"a": NaN}', b'{"a": 1, "a": 2}'])
def test_what_python_takes_for_json_but_is_none_is_refused(bench: Bench, server: FaultServer, wrong: bytes) -> None:
    server.rules[f"/sparql?{COMPOSED}"] = answer(wrong, Content_Type=JSON_TYPE)
    with pytest.raises(ValueError, match=r"twice|NaN"):
        FetchedSPARQL(ENDPOINT, bench.begin(), QUERY).queryAndConvert()


def test_a_long_answer_is_read_as_a_stream(bench: Bench, server: FaultServer) -> None:
    server.rules[f"/sparql?{COMPOSED}"] = answer(b"?a\n1\n2\n", Content_Type="text/tab-separated-values")
    fetcher = bench.begin()
    with fetcher.fetch(FetchedSPARQL(ENDPOINT, fetcher, QUERY, TSV).request()).open() as stream:
        assert [line.strip() for line in stream] == [b"?a", b"1", b"2"]


def test_a_graph_comes_as_turtle(bench: Bench, server: FaultServer) -> None:
    server.rules["/sparql?query=CONSTRUCT+WHERE+%7B+%3Fa+%3Fb+%3Fc+%7D"] = answer(
        b"<a:b> <c:d> 1 .", Content_Type="text/turtle"
    )
    fetcher = bench.begin()
    request = FetchedSPARQL(ENDPOINT, fetcher, "CONSTRUCT WHERE { ?a ?b ?c }", TURTLE).request()
    assert fetcher.fetch(request).body == b"<a:b> <c:d> 1 ."


@pytest.mark.parametrize(
    ("endpoint", "query"), [(ENDPOINT, "DELETE WHERE { ?a ?b ?c }"), (f"{ENDPOINT}?graph=x", QUERY)]
)
def test_updates_and_endpoints_with_a_query_string_are_refused(bench: Bench, endpoint: str, query: str) -> None:
    with pytest.raises(ValueError, match="expected a query, and an endpoint without"):
        FetchedSPARQL(endpoint, bench.begin(), query)


def test_a_replay_answers_the_same_query(bench: Bench, server: FaultServer) -> None:
    server.rules["/sparql"] = results()
    assert FetchedSPARQL(ENDPOINT, bench.begin(), LONG).queryAndConvert() == RESULTS
    assert FetchedSPARQL(ENDPOINT, bench.replay(), LONG).queryAndConvert() == RESULTS
    assert server.paths() == ["/sparql"]
