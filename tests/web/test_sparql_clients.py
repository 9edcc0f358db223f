"""The clients that people use read the endpoint as their documentation says."""

from collections.abc import Iterator

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.graph.engine.releases import EX, NAMES, make_release
from tests.web.sparql_server import endpoint

NAMES_QUERY = f"SELECT ?s ?name {{ ?s <{EX}name> ?name }}"


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
