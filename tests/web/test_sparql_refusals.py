"""/sparql refuses by name what it does not do: updates in each form, SERVICE, other methods, bytes that are no text."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest
import requests

from tests.graph.engine.releases import make_release
from tests.web.sparql_server import endpoint
from tests.web.test_sparql_protocol_rules import COUNT, DIRECT, FORM, GRAPHS, WAYS, ask, number, problem

UPDATE = "application/sparql-update"
UPDATES = [
    "INSERT DATA { <http://a> <http://b> <http://c> }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "WITH <http://g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "LOAD <http://127.0.0.1/x>",
    "LOAD SILENT <file:///etc/passwd> INTO GRAPH <http://g>",
    "CLEAR ALL", "DROP SILENT GRAPH <http://g>", "CREATE GRAPH <http://g>", "ADD DEFAULT TO <http://g>",
    "MOVE <http://g> TO DEFAULT", "COPY <http://g> TO <http://h>",
    "# a comment\nPREFIX x: <http://x/>\nBASE <http://b/>\nclear all",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with endpoint(home) as address:
        yield address


@pytest.mark.parametrize("update", UPDATES)
def test_every_update_is_refused_by_name_in_every_way_and_does_nothing(address: str, update: str):
    before = number(ask(address, "get", COUNT))
    refusals = [
        *(ask(address, way, update) for way in WAYS),
        requests.get(address, {"update": update}, timeout=10),
        requests.post(address, {"update": update}, timeout=10),
        requests.post(address, {"update": update, "using-graph-uri": GRAPHS[0]}, timeout=10),
        requests.post(address, {"update": update, "query": "ASK {}"}, timeout=10),
        requests.post(f"{address}?{urlencode({'update': update})}", {"query": "ASK {}"}, timeout=10),
        requests.post(address, update.encode(), headers={"Content-Type": UPDATE}, timeout=10),
        requests.post(address, update.encode(), headers={"Content-Type": f"{UPDATE}; charset=utf-8"}, timeout=10),
        requests.post(address, update.encode("utf-16"), headers={"Content-Type": UPDATE.upper()}, timeout=10),
    ]
    assert [problem(response) for response in refusals] == [(403, "update-refused")] * len(refusals)
    assert number(ask(address, "get", COUNT)) == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "ASK { { SELECT * { SERVICE <http://127.0.0.1/> {} } } }",
        "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1/> {} } }",
        "PREFIX s: <http://127.0.0.1/> ASK { OPTIONAL { SERVICE s:x {} } }",
    ],
)
def test_service_is_refused_by_name_wherever_it_stands(address: str, query: str):
    assert [problem(ask(address, way, query)) for way in WAYS] == [(403, "service-refused")] * 3


@pytest.mark.parametrize("query", ["ASK { ?s ?p 'SERVICE <http://x/> {' }", "ASK {} # SERVICE <http://x/> {}"])
def test_the_word_service_in_a_text_or_comment_is_no_harm(address: str, query: str):
    assert [ask(address, way, query).status_code for way in WAYS] == [200] * 3


@pytest.mark.parametrize("empty", ["", " ", "\n\t", "# only a comment"])
def test_a_query_without_a_query_is_a_syntax_error_in_every_way(address: str, empty: str):
    assert [problem(ask(address, way, empty)) for way in WAYS] == [(400, "syntax")] * 3


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"ASK {} # \xc3", b"ASK { ?s ?p '\xed\xa0\x80' }", "ASK {}".encode("utf-16")]
)
def test_bytes_that_are_not_utf_8_are_refused_in_every_way(address: str, body: bytes):
    direct = requests.post(address, body, headers={"Content-Type": DIRECT}, timeout=10)
    form = requests.post(address, b"query=" + quote(body).encode(), headers={"Content-Type": FORM}, timeout=10)
    get = requests.get(f"{address}?query={quote(body)}", timeout=10)
    assert [problem(response) for response in (direct, form, get)] == [(400, "bad-request")] * 3


@pytest.mark.parametrize("name", ["utf-16", "latin-1", "iso-8859-1", "no-such-charset"])
def test_another_character_set_is_refused(address: str, name: str):
    for kind, body in ((DIRECT, b"ASK {}"), (FORM, b"query=ASK+%7B%7D")):
        headers = {"Content-Type": f"{kind}; charset={name}"}
        assert problem(requests.post(address, body, headers=headers, timeout=10)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "QUERY", "PROPFIND", "BREW"])
def test_a_method_that_is_not_of_the_protocol_is_refused_with_those_that_are(address: str, method: str):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, "/sparql?query=ASK+%7B%7D")
    response = connection.getresponse()
    assert response.status == 405
    assert json.loads(response.read())["type"] == "/problems/method-not-allowed"
    assert "POST" in (response.headers["Allow"] or "")
    connection.close()


@pytest.mark.parametrize("number_of_queries", [2, 3])
@pytest.mark.parametrize("query", ["ASK {}", ""])
def test_several_queries_are_refused_even_if_equal_or_empty(address: str, number_of_queries: int, query: str):
    several = [("query", query)] * number_of_queries
    assert problem(requests.get(address, several, timeout=10)) == (400, "bad-request")
    assert problem(requests.post(address, several, timeout=10)) == (400, "bad-request")
