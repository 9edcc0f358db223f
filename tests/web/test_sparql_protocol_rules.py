"""/sparql keeps to each rule of the SPARQL 1.1 Protocol and of HTTP that a client may count on, over real sockets.

What test_sparql_protocol.py says is not said again. Sources: https://www.w3.org/TR/sparql11-protocol/, RFC 9110.
"""

import http.client
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import requests
from pyoxigraph import Literal, Quad, RdfFormat, parse

from talkoot.ontology.namespaces import TALKOOT
from tests.graph.engine.releases import EX, iri, make_release, some_quads
from tests.web.sparql_server import endpoint

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
GRAPHS = [f"{EX}graph/0", f"{EX}graph/1"]
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
ODD = 'a\rb\r\nc\td\n"e" <f> & \x7f ü 😀'
WAYS = ["get", "form", "direct"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    odd = Quad(iri("odd"), iri("text"), Literal(ODD), iri("graph/odd"))
    make_release(home, 3, [*some_quads(3), odd])
    with endpoint(home) as address:
        yield address


def ask(address: str, way: str, query: str, parameters: dict[str, Any] | None = None, **headers: str):
    """Send a query in one of the three ways of the protocol."""
    more = parameters or {}
    match way:
        case "get":
            return requests.get(address, {"query": query, **more}, headers=headers, timeout=10)
        case "form":
            return requests.post(address, {"query": query, **more}, headers=headers, timeout=10)
    headers = {"Content-Type": DIRECT, **headers}
    return requests.post(address, query.encode(), params=more, headers=headers, timeout=10)


def number(response: requests.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def problem(response: requests.Response) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["type"].rpartition("/")[2]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_takes_repeated_graphs(address: str, way: str):
    assert number(ask(address, way, COUNT, {"default-graph-uri": GRAPHS})) == 4
    assert number(ask(address, way, COUNT_NAMED, {"named-graph-uri": GRAPHS})) == 4
    assert number(ask(address, way, COUNT_NAMED, {"named-graph-uri": GRAPHS[:1]})) == 2


@pytest.mark.parametrize("way", WAYS)
def test_default_and_named_graphs_together_are_the_whole_dataset(address: str, way: str):
    graphs = {"default-graph-uri": GRAPHS[0], "named-graph-uri": GRAPHS[1]}
    assert number(ask(address, way, COUNT, graphs)) == 2
    assert number(ask(address, way, COUNT_NAMED, graphs)) == 2
    both = f"SELECT (COUNT(DISTINCT ?g) AS ?n) {{ ?s ?p ?o GRAPH ?g {{ ?t ?q ?r }} FILTER(?g != <{GRAPHS[1]}>) }}"
    assert number(ask(address, way, both, graphs)) == 0


@pytest.mark.parametrize("way", WAYS)
def test_graphs_of_the_request_override_from_and_from_named(address: str, way: str):
    from_zero = COUNT.replace("{", f"FROM <{GRAPHS[0]}> {{", 1)
    from_named_zero = COUNT_NAMED.replace("{", f"FROM NAMED <{GRAPHS[0]}> {{", 1)
    assert number(ask(address, way, from_zero)) == 2
    assert number(ask(address, way, from_named_zero)) == 2
    assert number(ask(address, way, from_zero, {"default-graph-uri": GRAPHS})) == 4
    assert number(ask(address, way, from_zero, {"named-graph-uri": GRAPHS})) == 0
    assert number(ask(address, way, from_named_zero, {"named-graph-uri": GRAPHS})) == 4


@pytest.mark.parametrize("way", WAYS)
def test_a_graph_that_is_not_here_is_empty_and_not_everything(address: str, way: str):
    assert number(ask(address, way, COUNT, {"default-graph-uri": f"{EX}no"})) == 0
    assert number(ask(address, way, COUNT_NAMED, {"named-graph-uri": f"{EX}no"})) == 0


def test_graphs_may_stand_in_the_address_and_in_the_form(address: str):
    response = requests.post(
        f"{address}?default-graph-uri={quote(GRAPHS[0])}", {"query": COUNT, "default-graph-uri": GRAPHS[1]}, timeout=10
    )
    assert number(response) == 4


def test_a_query_in_the_address_of_a_posted_form_counts(address: str):
    response = requests.post(f"{address}?{urlencode({'query': COUNT})}", data={"format": "json"}, timeout=10)
    assert number(response) == number(ask(address, "get", COUNT))


def test_a_posted_query_beside_one_in_the_address_is_two_queries(address: str):
    response = requests.post(
        f"{address}?query=ASK+%7B%7D", b"ASK {}", headers={"Content-Type": DIRECT, "Accept": "*/*"}, timeout=10
    )
    assert problem(response) == (400, "bad-request")


@pytest.mark.parametrize("space", ["+", "%20", "%0A", "%09"])
def test_spaces_may_be_written_in_any_way(address: str, space: str):
    assert requests.get(f"{address}?query=ASK{space}%7B{space}%7D", timeout=10).json()["boolean"] is True


def test_a_plus_in_a_query_is_a_plus(address: str):
    query = "SELECT (1+1 AS ?n) {}"
    assert [number(ask(address, way, query)) for way in WAYS] == [2, 2, 2]


@pytest.mark.parametrize(
    "kind", [DIRECT.upper(), f"{DIRECT};charset=UTF-8", f'{DIRECT}; charset="utf-8"', f"{DIRECT} "]
)
def test_a_media_type_is_read_as_http_says(address: str, kind: str):
    assert requests.post(address, b"ASK {}", headers={"Content-Type": kind}, timeout=10).json()["boolean"] is True


def test_every_character_of_a_query_comes_through(address: str):
    for way in WAYS:
        response = ask(address, way, "SELECT ?t { VALUES ?t { 'ä+&=%25#;/\\u00e9\\U0001F600 \U0001f600' } }")
        text = response.json()["results"]["bindings"][0]["t"]["value"]
        assert text == "ä+&=%25#;/é\U0001f600 \U0001f600"


def test_a_relative_iri_is_relative_to_the_endpoint_at_the_base_of_the_data(address: str):
    query = "CONSTRUCT { <s> <#p> <?o> } WHERE {}"
    for way in WAYS:
        response = ask(address, way, query, {"format": "nt"})
        assert response.status_code == 200, response.text
        (quad,) = parse(response.content, RdfFormat.N_TRIPLES)
        assert [quad.subject.value, quad.predicate.value] == [f"{TALKOOT}s", f"{TALKOOT}sparql#p"]


def test_relative_iris_do_not_depend_on_the_host_that_was_asked(address: str):
    query = "CONSTRUCT { <s> <p> 'of a host' } WHERE {}"
    answers = [ask(address, "get", query, {"format": "nt"}, Host=host) for host in ("one.example", "two.example:81")]
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize("host", ["a b", 'x"y', "<x>", "x,y", "[::1", "a\\b", "{}", "x:y:z", "%", "\xff", ""])
@pytest.mark.parametrize("target", ["/sparql", "/sparql?query=ASK+%7B%7D", "/sparql?query=ASK+%7B+%3Cs%3E+a+%3Ft+%7D"])
def test_a_host_that_is_no_host_is_no_fault_of_the_server(address: str, target: str, host: str):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    if "?" in target:  # no answer that is kept already
        target += f"+%23{quote(host)}"
    connection.putrequest("GET", target, skip_host=True)
    connection.putheader("Host", host.encode("latin-1"))
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status in {200, 400}, body
    if response.status == 400:
        assert json.loads(body)["type"] == "/problems/bad-request"


def test_a_base_in_the_query_comes_before_the_endpoint(address: str):
    response = ask(address, "get", f"BASE <{EX}> SELECT ?n {{ <release> <number> ?n }}")
    assert number(response) == 3


def test_an_unknown_function_is_an_error_of_the_expression_and_not_of_the_query(address: str):
    one = ask(address, "get", "SELECT (<http://example.org/f>(1) AS ?x) (2 AS ?y) {}")
    assert one.json()["results"]["bindings"][0].keys() == {"y"}
    none = ask(address, "get", "ASK { FILTER(<http://example.org/f>(1)) }")
    assert none.json()["boolean"] is False
    other = ask(address, "get", "SELECT (COALESCE(<http://example.org/f>(?s, ?p), 'none') AS ?n) { ?s ?p ?o } LIMIT 1")
    assert other.json()["results"]["bindings"][0]["n"]["value"] == "none"


def test_carriage_returns_come_back_in_every_format_of_rows(address: str):
    query = f"SELECT ?t {{ GRAPH ?g {{ ?s <{EX}text> ?t }} }}"
    assert ask(address, "get", query, Accept=JSON).json()["results"]["bindings"][0]["t"]["value"] == ODD
    root = ElementTree.fromstring(ask(address, "get", query, Accept=XML).content)
    assert [element.text for element in root.iter("{http://www.w3.org/2005/sparql-results#}literal")] == [ODD]
    assert ask(address, "get", query, Accept=CSV).content.decode() == 't\r\n"' + ODD.replace('"', '""') + '"\r\n'
    (quad,) = parse(f"<s:s> <p:p> {ask(address, 'get', query, Accept=TSV).text.splitlines()[1]} .", RdfFormat.TURTLE)
    assert quad.object.value == ODD


@pytest.mark.parametrize("item", ["ttl", "nt", "xml", "jsonld", "trig", "nq"])
def test_carriage_returns_come_back_in_every_format_of_graphs(address: str, item: str):
    media = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "xml": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD,
             "trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS}[item]  # fmt: skip
    query = f"CONSTRUCT {{ ?s <{EX}text> ?t }} WHERE {{ GRAPH ?g {{ ?s <{EX}text> ?t }} }}"
    (quad,) = parse(ask(address, "get", query, {"format": item}).content, media)
    assert quad.object.value == ODD


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (f"{JSON};q=0.5, {XML};q=0.8", XML),
        (f"{JSON}, {XML}", JSON),
        (f"{CSV};q=0.9, */*;q=0.1", CSV),
        (f"*/*, {TSV};q=0.2", JSON),
        (f"{JSON};q=0, */*", XML),
        ("text/*", CSV),
        ("text/*;q=0.4, application/*;q=0.6", JSON),
        ("application/json", "application/json"),
        ("image/png, */*;q=0.01", JSON),
        ("", JSON),
    ],
)
def test_quality_values_and_wild_cards_choose_the_format(address: str, accept: str, media: str):
    response = ask(address, "get", COUNT, Accept=accept)
    assert response.headers["Content-Type"].split(";")[0] == media


@pytest.mark.parametrize("accept", [f"{JSON};q=0", "text/html;q=0, image/*", "*/*;q=0", "text/turtle"])
def test_what_a_client_rules_out_is_not_sent_and_all_formats_are_named(address: str, accept: str):
    response = ask(address, "get", COUNT, Accept=accept)
    assert problem(response) == (406, "not-acceptable")
    assert response.json()["available"][:4] == [JSON, XML, CSV, TSV]


@pytest.mark.parametrize("accept", [";;;", "q=1", "a/b/c", "*/*;q=x", ",", "application/sparql-results+json;q=2", "💥"])
def test_a_broken_accept_header_is_no_fault_of_the_server(address: str, accept: str):
    response = requests.get(address, {"query": COUNT}, headers={"Accept": accept.encode()}, timeout=10)
    assert response.status_code in {200, 406}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [({"query": COUNT}, 200), ({}, 200), ({"query": "SELEC"}, 400), ({"query": COUNT, "format": "png"}, 406),
     ({"update": "CLEAR ALL"}, 403)],
)  # fmt: skip
def test_every_answer_varies_by_accept_and_is_open_to_every_site(address: str, parameters: dict[str, str], status: int):
    response = requests.get(address, parameters, timeout=10)
    assert response.status_code == status
    assert "accept" in [name.strip().lower() for name in response.headers["Vary"].split(",")]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("parameters", [{"query": "SELEC"}, {"query": COUNT, "format": "png"}, {"update": "CLEAR ALL"}])
def test_head_of_a_refusal_has_its_status_and_length_and_no_body(address: str, parameters: dict[str, str]):
    got = requests.get(address, parameters, timeout=10)
    head = requests.head(address, params=parameters, timeout=10)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_options_names_the_methods_with_and_without_a_preflight(address: str):
    bare = requests.options(address, timeout=10)
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "content-type, accept"}  # fmt: skip
    preflight = requests.options(address, headers=asked, timeout=10)
    for response in (bare, preflight):
        assert (response.status_code, response.content) == (204, b"")
        assert {"GET", "HEAD", "POST", "OPTIONS"} <= set(response.headers["Allow"].replace(" ", "").split(","))
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert int(response.headers["Access-Control-Max-Age"]) > 0
    allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed
    assert "accept" in allowed


def test_names_of_parameters_are_read_as_the_protocol_writes_them(address: str):
    assert problem(requests.post(address, {"Query": "ASK {}"}, timeout=10)) == (400, "missing-query")
    assert requests.get(address, {"Query": "ASK {}"}, timeout=10).headers["Content-Type"].startswith("text/turtle")
