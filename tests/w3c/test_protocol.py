"""The W3C's protocol tests, over HTTP: the 20 of queries pass, the 14 of updates are refused."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize
from rdflib import RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from tests.w3c.comparing import read
from tests.w3c.manifests import FOLDER, MF, PROTOCOL, Entry, entries, manifest
from tests.w3c.serving import file_server, triples

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
TESTS = entries(["protocol"], PROTOCOL)
OF_UPDATES = [test for test in TESTS if "update" in test.name]
OF_QUERIES = [test for test in TESTS if test not in OF_UPDATES]
FORMATS = {
    "boolean": {"application/sparql-results+xml", "application/sparql-results+json"},
    "tabular": {"application/sparql-results+xml", "application/sparql-results+json", "text/csv",
                "text/tab-separated-values"},
    "RDF": {"application/rdf+xml", "text/turtle", "application/n-triples", "application/xhtml+xml"},
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the graphs that the tests name."""
    quads = tmp_path_factory.mktemp("protocol") / "graphs.nq"
    names = {(str(name), file) for test in TESTS for name, file in _graphs(test)}
    serialize(
        [Quad(*triple, NamedNode(name)) for name, file in sorted(names) for triple in triples(file)],
        quads,
        RdfFormat.N_QUADS,
    )
    with file_server((quads,)) as server:
        yield server.address


def _manifest() -> Graph:
    assert FOLDER is not None
    return manifest(FOLDER / "protocol" / "manifest.ttl")


def _graphs(test: Entry) -> Iterator[tuple[Node | None, Path]]:
    graph = _manifest()
    for item in graph.objects(URIRef(test.iri), UT.graphData):
        yield graph.value(item, RDFS.label), Path(urlsplit(str(graph.value(item, UT.graph))).path)


def _requests(test: Entry) -> Iterator[Node]:
    graph = _manifest()
    action = graph.value(URIRef(test.iri), MF.action)
    yield from Collection(graph, graph.value(action, HT.requests))


def _send(address: str, request: Node) -> tuple[http.client.HTTPResponse, bytes]:
    graph = _manifest()
    head = graph.value(request, HT.headers)
    headers = {
        str(graph.value(field, HT.fieldName)): str(graph.value(field, HT.fieldValue))
        for field in (Collection(graph, head) if head is not None else ())
    }
    body = graph.value(request, HT.body)
    text = str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding))) if body else None
    path = str(graph.value(request, HT.absolutePath)).replace("/sparql/", "/sparql", 1)
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request(str(graph.value(request, HT.methodName)), path, text, headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_all_34_tests_are_here():
    assert (len(OF_QUERIES), len(OF_UPDATES)) == (20, 14)


@pytest.mark.parametrize("test", OF_QUERIES, ids=lambda test: test.id)
def test_a_query_is_answered_as_the_protocol_says(test: Entry, address: str):
    graph = _manifest()
    for request in _requests(test):
        expected = graph.value(request, HT.resp)
        response, body = _send(address, request)
        statuses = {str(status)[-3] for status in graph.objects(expected, MF.expectedStatus)}
        assert str(response.status)[0] in statuses, body
        media = response.headers.get_content_type()
        kind = graph.value(expected, MF.expectedFormat)
        if kind is not None:
            assert media in FORMATS[str(kind)]
        if kind is not None and str(kind) == "RDF":
            list(parse(body, RdfFormat.from_media_type(media)))
        elif kind is not None:
            answer = read(body, media)
            boolean = graph.value(expected, MF.expectedBoolean)
            assert boolean is None or answer is (str(boolean) == "true")


@pytest.mark.parametrize("test", OF_UPDATES, ids=lambda test: test.id)
def test_an_update_is_refused(test: Entry, address: str):
    graph = _manifest()
    for request in _requests(test):
        response, body = _send(address, request)
        expected = graph.value(request, HT.resp)
        if graph.value(expected, MF.expectedBoolean) is not None:  # asks whether the update has been done
            assert read(body, response.headers.get_content_type()) is False
        elif test.name in {"bad_update_wrong_media_type", "bad_update_missing_form_type"}:
            assert response.status == 415  # a body that says of itself that it is neither query nor update
        else:
            assert response.status == 403
            assert b"/problems/update-refused" in body
