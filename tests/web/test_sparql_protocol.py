"""/sparql speaks the SPARQL 1.1 Protocol: methods, parameters, formats, refusals and their words."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results
from werkzeug.test import TestResponse

from talkoot.graph.settings import Settings
from talkoot.web.negotiation import GRAPH_FORMATS, RESULT_FORMATS, Format
from tests.graph.engine.releases import EX, NAMES, make_release, serving
from tests.web.sparql_server import make_app

NAMES_QUERY = f"SELECT ?name {{ ?s <{EX}name> ?name }}"
NAMES_GRAPH = f"CONSTRUCT WHERE {{ ?s <{EX}name> ?name }}"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 5)
    with serving(home) as keeper:
        yield make_app(Settings(home=home, query_bytes=2000), keeper.run_dir).test_client()


def get(client: FlaskClient, query: str, accept: str | None = None, **parameters: str | list[str]) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", query_string={"query": query, **parameters}, headers=headers)


def problem(response: TestResponse, slug: str, status: int) -> dict:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    fields = json.loads(response.data)
    assert fields["type"] == f"/problems/{slug}"
    assert fields["status"] == status
    return fields


def test_a_get_is_answered(client: FlaskClient):
    response = get(client, "ASK {}")
    assert response.status_code == 200
    assert response.json == {"head": {}, "boolean": True}
    assert response.content_type == "application/sparql-results+json"
    assert response.headers["Talkoot-Release"] == "5"
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert response.content_length == len(response.data)


def test_a_posted_form_is_answered(client: FlaskClient):
    response = client.post("/sparql", data={"query": COUNT}, headers={"Accept": "text/csv"})
    assert response.data == b"n\r\n405\r\n"


def test_a_form_with_a_character_set_is_answered(client: FlaskClient):
    body = "query=" + quote_plus(f'ASK {{ ?s <{EX}name> "{NAMES[1]}"@en }}')
    response = client.post("/sparql", data=body, content_type=f"{FORM}; charset=UTF-8")
    assert response.json["boolean"] is True


def test_a_posted_query_is_answered(client: FlaskClient):
    query = f'ASK {{ ?s <{EX}name> "{NAMES[2]}"@en }}'
    assert client.post("/sparql", data=query.encode(), content_type=DIRECT).json["boolean"] is True


def test_a_posted_query_takes_its_graphs_from_the_address(client: FlaskClient):
    response = client.post(
        f"/sparql?default-graph-uri={EX}graph/0&format=csv", data=COUNT.encode(), content_type=DIRECT
    )
    assert response.data == b"n\r\n2\r\n"


def test_raw_bytes_in_the_address_are_utf_8(client: FlaskClient):
    query = f'ASK{{?s<{EX}name>"Ελληνική%20Δημοκρατία"@en}}'
    environ = {"QUERY_STRING": f"query={query}".encode().decode("latin-1")}
    assert client.get("/sparql", environ_overrides=environ).json["boolean"] is True


def test_graphs_of_the_request_are_honoured_and_can_be_several(client: FlaskClient):
    zero, one = f"{EX}graph/0", f"{EX}graph/1"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    def counted(query: str, **graphs: list[str]) -> str:
        parameters = {name.replace("_", "-"): value for name, value in graphs.items()}
        return get(client, query, "text/csv", **parameters).data.decode().split()[1]

    assert counted(COUNT) == "405"
    assert counted(COUNT, default_graph_uri=[zero]) == "2"
    assert counted(COUNT, default_graph_uri=[zero, one]) == "4"
    assert counted(COUNT, named_graph_uri=[zero]) == "0"
    assert counted(named, named_graph_uri=[zero]) == "2"
    assert counted(named, named_graph_uri=[zero, one]) == "4"
    assert counted(named, default_graph_uri=[zero]) == "0"
    assert counted(COUNT.replace("{", f"FROM <{one}> {{", 1), default_graph_uri=[zero, one]) == "4"


def test_a_graph_that_is_no_iri_is_refused(client: FlaskClient):
    fields = problem(get(client, COUNT, **{"default-graph-uri": "not an iri"}), "bad-request", 400)
    assert "default-graph-uri" in fields["detail"]


@pytest.mark.parametrize("item", RESULT_FORMATS, ids=lambda item: item.name)
@pytest.mark.parametrize("by_name", [True, False], ids=["by name", "by header"])
def test_rows_round_trip_in_every_format(client: FlaskClient, item: Format, by_name: bool):
    response = get(client, NAMES_QUERY, format=item.name) if by_name else get(client, NAMES_QUERY, item.media)
    assert response.content_type.split(";")[0] == item.media
    if item.name == "csv":
        assert {name for name in NAMES if "<" not in name} < set(response.data.decode().split("\r\n"))
    else:
        rows = parse_query_results(response.data, QueryResultsFormat.from_media_type(item.media))
        assert isinstance(rows, QuerySolutions)
        assert {row["name"].value for row in rows} == set(NAMES)


@pytest.mark.parametrize("item", GRAPH_FORMATS, ids=lambda item: item.name)
@pytest.mark.parametrize("by_name", [True, False], ids=["by name", "by header"])
def test_graphs_round_trip_in_every_format(client: FlaskClient, item: Format, by_name: bool):
    response = get(client, NAMES_GRAPH, format=item.name) if by_name else get(client, NAMES_GRAPH, item.media)
    assert response.content_type.split(";")[0] == item.media
    assert {quad.object.value for quad in parse(response.data, RdfFormat.from_media_type(item.media))} == set(NAMES)


@pytest.mark.parametrize("query", ["ASK {}", COUNT])
@pytest.mark.parametrize("item", RESULT_FORMATS, ids=lambda item: item.name)
def test_yes_or_no_comes_in_every_format_of_rows(client: FlaskClient, query: str, item: Format):
    assert get(client, query, item.media).status_code == 200


def test_a_description_is_a_graph(client: FlaskClient):
    response = get(client, f"DESCRIBE <{EX}actor/1>", "application/n-triples")
    assert f'"{NAMES[1]}"@en' in response.data.decode()


def test_an_image_is_not_acceptable_and_the_formats_are_listed(client: FlaskClient):
    fields = problem(get(client, COUNT, "image/png"), "not-acceptable", 406)
    assert fields["available"] == [item.media for item in RESULT_FORMATS]
    assert "json, xml, csv, tsv" in fields["detail"]


def test_rows_are_not_acceptable_as_turtle_nor_graphs_as_csv(client: FlaskClient):
    problem(get(client, COUNT, format="ttl"), "not-acceptable", 406)
    problem(get(client, NAMES_GRAPH, "text/csv"), "not-acceptable", 406)


def test_a_syntax_error_has_line_column_and_a_caret(client: FlaskClient):
    fields = problem(get(client, "SELECT * WHERE {\n  ?s a\n}"), "syntax", 400)
    assert (fields["line"], fields["column"]) == (3, 1)
    assert fields["excerpt"] == "}\n^"
    assert "three parts" in fields["hint"]
    assert fields["details"].startswith("error at")


def test_a_terminal_reads_the_error_as_text(client: FlaskClient):
    response = get(client, "SELEC *", "text/plain")
    assert response.status_code == 400
    assert response.content_type == "text/plain; charset=utf-8"
    assert "Line 1, column 1: a query starts with SELECT" in response.data.decode()
    assert "SELEC *\n^" in response.data.decode()


def test_service_is_refused(client: FlaskClient):
    problem(get(client, "ASK { SERVICE <http://127.0.0.1/> {} }"), "service-refused", 403)


def test_updates_are_refused_in_every_way(client: FlaskClient):
    update = "INSERT DATA { <http://a> <http://b> <http://c> }"
    problem(get(client, update), "update-refused", 403)
    problem(client.get("/sparql", query_string={"update": update}), "update-refused", 403)
    problem(client.post("/sparql", data={"update": update}), "update-refused", 403)
    problem(client.post("/sparql", data=update, content_type="application/sparql-update"), "update-refused", 403)
    problem(client.post("/sparql", data=update, content_type=DIRECT), "update-refused", 403)


def test_an_unknown_function_gives_no_value_and_fails_no_query(client: FlaskClient):
    response = get(client, "SELECT (<http://x/f>(1) AS ?x) {}")
    assert response.status_code == 200
    assert response.json["results"]["bindings"] == [{}]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused_with_those_that_work(client: FlaskClient, method: str):
    response = client.open("/sparql", method=method, query_string={"query": "ASK {}"})
    problem(response, "method-not-allowed", 405)
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_a_query_that_is_too_long_is_refused_before_it_is_read(client: FlaskClient):
    long = "ASK {} #" + "x" * 2000
    assert problem(get(client, long), "query-too-long", 413)["bytes"] == 2000
    problem(client.post("/sparql", data={"query": long}), "query-too-long", 413)
    problem(client.post("/sparql", data=long, content_type=DIRECT), "query-too-long", 413)
    problem(client.post("/sparql", data={"query": "x" * 100_000}), "query-too-long", 413)
    assert get(client, long[:2000]).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_kind_is_refused(client: FlaskClient, kind: str):
    response = client.post("/sparql", data=b"ASK {}", content_type=kind)
    problem(response, "unsupported-media-type", 415)
    assert DIRECT in response.headers["Accept-Post"]


def test_a_body_in_another_character_set_is_refused(client: FlaskClient):
    body = "ASK {}".encode("utf-16")
    problem(client.post("/sparql", data=body, content_type=f"{DIRECT}; charset=utf-16"), "unsupported-media-type", 415)
    problem(client.post("/sparql", data=b"ASK {} #\xe4", content_type=DIRECT), "bad-request", 400)
    problem(client.get("/sparql?query=ASK+%7B%7D%23%E4"), "bad-request", 400)
    problem(client.post("/sparql", data=b"query=ASK+{}%23\xe4", content_type=FORM), "bad-request", 400)


def test_a_post_without_a_query_is_refused(client: FlaskClient):
    problem(client.post("/sparql", data={"q": "ASK {}"}), "missing-query", 400)
    problem(client.post("/sparql", content_type=FORM), "missing-query", 400)


def test_two_queries_at_once_are_refused(client: FlaskClient):
    problem(client.get("/sparql?query=ASK+{}&query=ASK+{}"), "bad-request", 400)
    problem(client.post("/sparql?query=ASK+{}", data={"query": "ASK {}"}), "bad-request", 400)


def test_a_thousand_parameters_are_refused(client: FlaskClient):
    problem(client.get("/sparql?query=ASK+{}" + "&a=b" * 999), "bad-request", 400)


def test_an_empty_query_is_a_syntax_error(client: FlaskClient):
    assert "there is no query" in problem(get(client, ""), "syntax", 400)["hint"]


def test_head_has_the_status_and_headers_of_get_and_no_body(client: FlaskClient):
    for parameters in ({"query": COUNT}, {"query": "SELEC"}, {"query": NAMES_GRAPH}, {}):
        got = client.get("/sparql", query_string=parameters)
        head = client.head("/sparql", query_string=parameters)
        assert head.status_code == got.status_code
        assert head.data == b""
        assert head.headers.get("Content-Type") == got.headers.get("Content-Type")
        assert head.headers.get("Content-Length") == got.headers.get("Content-Length")


def test_head_of_a_long_answer_does_not_wait_for_its_end(client: FlaskClient):
    response = client.head("/sparql", query_string={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"})
    assert response.status_code == 200
    assert response.data == b""


def test_any_site_may_ask_without_credentials(client: FlaskClient):
    response = get(client, "ASK {}")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Talkoot-Release" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    preflight = client.options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]


def test_a_machine_that_asks_nothing_gets_the_description_of_the_service(client: FlaskClient):
    sd = "http://www.w3.org/ns/sparql-service-description#"
    for item in GRAPH_FORMATS:
        response = client.get("/sparql", headers={"Accept": item.media})
        quads = list(parse(response.data, RdfFormat.from_media_type(item.media)))
        said = {(quad.predicate.value, quad.object) for quad in quads}
        assert (f"{sd}endpoint", NamedNode("http://localhost/sparql")) in said
        assert (f"{sd}supportedLanguage", NamedNode(f"{sd}SPARQL11Query")) in said
        assert sum(predicate == f"{sd}resultFormat" for predicate, _ in said) == 10
    assert client.get("/sparql").content_type == "text/turtle; charset=utf-8"


def test_a_browser_gets_the_applications_page(client: FlaskClient):
    assert client.get("/sparql", headers={"Accept": BROWSER}).data == b"page sparql "
    assert get(client, "ASK {}", BROWSER).data == b"page sparql ASK {}"
    assert get(client, "ASK {}", format="html").data == b"page sparql ASK {}"


def test_a_form_that_a_browser_posts_reaches_the_application_whole(client: FlaskClient):
    response = client.post("/sparql", data={"query": "ASK {}"}, headers={"Accept": BROWSER})
    assert response.data == b"page sparql ASK {}"


def test_other_addresses_are_the_applications(client: FlaskClient):
    assert client.get("/").data == b"page  "
    assert client.get("/sparql/more").data == b"page sparql/more "


def test_without_a_release_the_answer_is_to_come_again(tmp_path: Path):
    client = make_app(Settings(), tmp_path).test_client()
    response = client.get("/sparql?query=ASK+{}")
    problem(response, "engine-unavailable", 503)
    assert response.headers["Retry-After"] == "2"
