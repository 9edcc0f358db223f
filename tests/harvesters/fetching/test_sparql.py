"""SPARQL requests are composed as the protocol has it, sent by our fetcher, and decoded strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from talkoot.harvesters.fetching.archive import ReplayFetcher
from talkoot.harvesters.fetching.request import FetchError, strict_json
from talkoot.harvesters.readers.services import sparql_request
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


def ask(fetcher: ReplayFetcher, query: str) -> Any:
    return strict_json(fetcher.fetch(sparql_request(ENDPOINT, query)).body)


def test_a_short_query_is_composed_byte_for_byte(bench: Bench, server: FaultServer) -> None:
    server.rules[f"/sparql?{COMPOSED}"] = results()
    assert ask(bench.begin(), QUERY) == RESULTS
    asked = server.asked[-1]
    assert (asked.method, asked.path, asked.body) == ("GET", f"/sparql?{COMPOSED}", b"")
    assert asked.headers["Accept"] == ACCEPT
    assert asked.headers["User-Agent"].startswith("Talkoot/")


def test_a_long_query_is_composed_byte_for_byte(bench: Bench, server: FaultServer) -> None:
    server.rules["/sparql"] = results()
    assert ask(bench.begin(), LONG) == RESULTS
    asked = server.asked[-1]
    assert (asked.method, asked.path) == ("POST", "/sparql")
    assert asked.body == COMPOSED.encode() + b"+%23" + b"x" * 2000
    assert asked.headers["Content-type"] == "application/x-www-form-urlencoded"
    assert (asked.headers["Accept"], asked.headers["Content-Length"]) == (ACCEPT, str(len(asked.body)))


def test_an_answer_that_is_no_result_never_reaches_the_decoder(bench: Bench, server: FaultServer) -> None:
    faults = {
        "media-type": answer(b"<html>busy</html>"), "http-status": answer(status="414 Too Long"),
        "cut-short": answer(b'{"head": {"vars": ["a"]', Content_Type=JSON_TYPE),
    }  # fmt: skip
    for code, fault in faults.items():
        server.rules[f"/sparql?{COMPOSED}"] = fault
        with pytest.raises(FetchError) as caught:
            ask(bench.begin(), QUERY)
        assert caught.value.code == code


@pytest.mark.parametrize("wrong", [b'{"a": NaN}', b'{"a": 1, "a": 2}'])
def test_what_python_takes_for_json_but_is_none_is_refused(bench: Bench, server: FaultServer, wrong: bytes) -> None:
    server.rules[f"/sparql?{COMPOSED}"] = answer(wrong, Content_Type=JSON_TYPE)
    with pytest.raises(ValueError, match=r"twice|NaN"):
        ask(bench.begin(), QUERY)


@pytest.mark.parametrize(
    ("endpoint", "query"), [(ENDPOINT, "DELETE WHERE { ?a ?b ?c }"), (f"{ENDPOINT}?graph=x", QUERY)]
)
def test_updates_and_endpoints_with_a_query_string_are_refused(endpoint: str, query: str) -> None:
    with pytest.raises(ValueError, match="expected a query, and an endpoint without"):
        sparql_request(endpoint, query)


def test_a_replay_answers_the_same_query(bench: Bench, server: FaultServer) -> None:
    server.rules["/sparql"] = results()
    assert ask(bench.begin(), LONG) == RESULTS
    assert ask(bench.replay(), LONG) == RESULTS
    assert server.paths() == ["/sparql"]
