"""The clients that people use read the endpoint as their documentation says, with the public limits on."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pandas
import pytest
import requests
from flask import Flask, Response, send_from_directory
from playwright.sync_api import Browser, Route
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.graph.engine.releases import EX, NAMES, make_release
from tests.w3c.serving import file_server
from tests.web.browsing import served
from tests.web.sparql_server import endpoint

NAMES_QUERY = f"SELECT ?s ?name {{ ?s <{EX}name> ?name }}"
# A request that was forwarded for somebody has a share; this machine's own have none.
FORWARDED = {"X-Forwarded-For": "203.0.113.9"}
YASGUI_PAGE = """<!doctype html><meta charset="utf-8"><title>YASGUI</title>
<link rel="stylesheet" href="yasgui.min.css"><div id="yasgui"></div><script src="yasgui.min.js"></script>
<script>
  const yasgui = new Yasgui(document.getElementById("yasgui"), { requestConfig: { endpoint: %s } });
  yasgui.getTab().setQuery(%s);
</script>"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with endpoint(home) as address:
        yield address


@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
@pytest.mark.parametrize("only_negotiation", [True, False])
def test_sparqlwrapper_reads_rows(address: str, method: str, how: str, only_negotiation: bool):
    wrapper = SPARQLWrapper(address)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(how)
    wrapper.setOnlyConneg(only_negotiation)
    wrapper.setReturnFormat(JSON)
    wrapper.setQuery(NAMES_QUERY)
    rows = wrapper.queryAndConvert()["results"]["bindings"]
    assert {row["name"]["value"] for row in rows} == set(NAMES)


@pytest.mark.parametrize("answer_format", [XML, CSV, TSV])
def test_sparqlwrapper_gets_other_formats_of_rows(address: str, answer_format: str):
    wrapper = SPARQLWrapper(address, returnFormat=answer_format)
    wrapper.setQuery(NAMES_QUERY)
    answer = wrapper.queryAndConvert()
    text = answer.toxml() if answer_format == XML else answer.decode()
    assert NAMES[1] in text


@pytest.mark.parametrize("answer_format", [TURTLE, N3])
def test_sparqlwrapper_gets_graphs(address: str, answer_format: str):
    wrapper = SPARQLWrapper(address, returnFormat=answer_format)
    wrapper.setQuery(f"CONSTRUCT WHERE {{ ?s <{EX}name> ?name }}")
    graph = Graph().parse(data=wrapper.queryAndConvert(), format="turtle")
    assert {str(name) for name in graph.objects()} == set(NAMES)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_sparqlwrapper_gets_rdf_xml(address: str):
    wrapper = SPARQLWrapper(address, returnFormat=RDFXML)
    wrapper.setQuery(f"CONSTRUCT WHERE {{ ?s <{EX}name> ?name }}")
    assert {str(name) for name in wrapper.queryAndConvert().objects()} == set(NAMES)


def test_sparqlwrapper_chooses_a_graph(address: str):
    wrapper = SPARQLWrapper(address, returnFormat=JSON)
    wrapper.addDefaultGraph(f"{EX}graph/1")
    wrapper.setQuery("SELECT * { ?s ?p ?o }")
    assert len(wrapper.queryAndConvert()["results"]["bindings"]) == 2


def test_sparqlwrapper_raises_its_own_error_for_bad_syntax(address: str):
    wrapper = SPARQLWrapper(address)
    wrapper.setQuery("SELECT * { ?s foo:bar }")
    with pytest.raises(QueryBadFormed, match="foo: is not declared"):
        wrapper.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("answer_format", ["json", "xml", "csv"])
def test_rdflib_asks_and_browses(address: str, method: str, answer_format: str):
    graph = Graph(SPARQLStore(address, method=method, returnFormat=answer_format))
    assert {str(row[1]) for row in graph.query(NAMES_QUERY)} == set(NAMES)
    if answer_format != "csv":
        names = graph.objects(URIRef(f"{EX}actor/1"), URIRef(f"{EX}name"))
        assert [(str(name), name.language) for name in names] == [(NAMES[1], "en")]


@pytest.fixture(scope="session")
def node_packages(checkout: Path) -> Path:
    """The folder of the clients in JavaScript; tests that need it are skipped without."""
    folder = checkout / ".node"
    if not (folder / ".installed").exists():
        pytest.skip("the clients in JavaScript are not installed (make node-packages)")
    return folder


def test_the_public_limits_are_on(address: str):
    told = requests.get(address, {"query": NAMES_QUERY}, headers=FORWARDED, timeout=10).headers
    assert int(told["RateLimit-Remaining"]) < int(told["RateLimit-Limit"])


@pytest.mark.parametrize(
    "options",
    [
        ["--get", "--data-urlencode", f"query={NAMES_QUERY}", "--header", "Accept: text/csv"],
        ["--data-urlencode", f"query={NAMES_QUERY}", "--data", "format=csv", "--compressed"],
        ["--data", NAMES_QUERY, "--header", "Content-Type: application/sparql-query", "--header", "Accept: text/csv"],
    ],
    ids=["get", "form", "direct"],
)
def test_curl_asks_in_every_way(address: str, options: list[str]):
    forwarded = ["--header", "X-Forwarded-For: 203.0.113.8"]
    command = ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", *forwarded, *options, address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert all(name in done.stdout.replace('""', '"') for name in NAMES)
    assert done.stdout.startswith("s,name")


@pytest.mark.parametrize("options", [None, FORWARDED], ids=["own", "forwarded"])
def test_pandas_reads_rows_by_their_address(address: str, options: dict[str, str] | None):
    query = f"SELECT ?s ?name ?number {{ ?s <{EX}name> ?name ; <{EX}number> ?number }}"
    frame = pandas.read_csv(f"{address}?query={quote(query)}&format=csv", storage_options=options)
    assert list(frame.columns) == ["s", "name", "number"]
    assert set(frame["name"]) == set(NAMES)
    assert frame["number"].sum() == sum(range(len(NAMES)))


def test_comunica_joins_two_talkoots(tmp_path: Path, checkout: Path, node_packages: Path):
    people, places = tmp_path / "people.ttl", tmp_path / "places.trig"
    people.write_text(f"<{EX}a> <{EX}in> <{EX}x> . <{EX}b> <{EX}in> <{EX}y> . <{EX}c> <{EX}in> <{EX}z> .")
    names = "".join(f'<{EX}{key}> <{EX}name> "{name}"@el . ' for key, name in zip("xy", NAMES[1:3], strict=True))
    places.write_text(f"{names} <{EX}g> {{ <{EX}z> <{EX}name> 'elsewhere' }}", encoding="utf-8")
    query = f"SELECT ?who ?name {{ ?who <{EX}in> ?where . ?where <{EX}name> ?name }}"
    with file_server((people,)) as one, file_server((places,)) as two:
        command = ["node", checkout / "tests/clients/federation.cjs", node_packages, query, one.address, two.address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted((row["who"][0], *row["name"]) for row in rows) == [
        (f"{EX}a", NAMES[1], "el"),
        (f"{EX}b", NAMES[2], "el"),
    ]


@pytest.mark.browser
def test_yasgui_on_another_site_shows_rows_and_errors(address: str, node_packages: Path, browser: Browser):
    def make(_: str) -> Flask:
        app = Flask("yasgui", static_folder=None)
        folder = node_packages / "node_modules/@zazuko/yasgui/build"
        app.add_url_rule("/", "page", lambda: YASGUI_PAGE % (json.dumps(address), json.dumps(NAMES_QUERY)))
        app.add_url_rule("/<name>", "file", lambda name: send_from_directory(folder, name))
        app.add_url_rule("/favicon.ico", "icon", lambda: Response(status=204))
        return app

    def only_here(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            route.abort()

    with served(make) as site:
        page = browser.new_page()
        page.route("**/*", only_here)
        page.goto(site)
        page.click(".yasqe_queryButton")
        page.wait_for_selector(".yasr_results tbody tr")
        shown = page.inner_text(".yasr_results table")
        assert all(name in shown for name in NAMES)
        page.evaluate("void yasgui.getTab().setQuery('SELECT * { ?s foo:bar }')")
        page.click(".yasqe_queryButton")
        page.wait_for_selector(".yasr .errorResult")
        assert "foo: is not declared" in page.inner_text(".yasr .errorResult")
        page.close()
