"""The W3C's service description tests, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from tests.w3c.manifests import entries
from tests.w3c.serving import file_server

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TESTS = {test.name: test for test in entries(["service-description"], frozenset({"ServiceDescriptionTest"}))}

# What the recommendation says of each property: the class of its subject, and of its object where that is one of ours.
PROPERTIES = {
    SD.endpoint: (SD.Service, None), SD.feature: (SD.Service, None), SD.defaultEntailmentRegime: (SD.Service, None),
    SD.supportedLanguage: (SD.Service, None), SD.languageExtension: (SD.Service, None),
    SD.propertyFeature: (SD.Service, None), SD.extensionFunction: (SD.Service, None),
    SD.extensionAggregate: (SD.Service, None), SD.resultFormat: (SD.Service, None), SD.inputFormat: (SD.Service, None),
    SD.defaultDataset: (SD.Service, SD.Dataset), SD.availableGraphs: (SD.Service, SD.GraphCollection),
    SD.defaultGraph: (SD.Dataset, SD.Graph), SD.namedGraph: (None, SD.NamedGraph), SD.name: (SD.NamedGraph, None),
    SD.graph: (SD.NamedGraph, SD.Graph),
}  # fmt: skip


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[requests.Response]:
    """What the endpoint says of itself."""
    data: Path = tmp_path_factory.mktemp("description") / "data.ttl"
    data.write_text("<http://example.org/s> <http://example.org/p> 1 .")
    with file_server((data,)) as server:
        yield requests.get(server.address, timeout=30)


def test_these_are_all_tests():
    assert TESTS.keys() == {"returns-rdf", "has-endpoint-triple", "conforms-to-schema"}


def test_returns_rdf(answer: requests.Response):
    assert answer.status_code == 200
    assert len(description(answer)) > 0


def test_has_endpoint_triple(answer: requests.Response):
    assert list(description(answer).objects(None, SD.endpoint)) == [URIRef(answer.url)]


def test_conforms_to_schema(answer: requests.Response):
    graph = description(answer)
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert graph.value(service, SD.supportedLanguage) == SD.SPARQL11Query
    for subject, predicate, value in graph:
        if predicate in SD:
            domain, reach = PROPERTIES[URIRef(str(predicate))]
            assert not isinstance(value, Literal), predicate
            assert is_a(graph, subject, domain), predicate
            assert is_a(graph, value, reach), predicate


def is_a(graph: Graph, node: Node, kind: URIRef | None) -> bool:
    """Whether a node is said to be of a class, where one is demanded."""
    return kind is None or (node, RDF.type, kind) in graph


def description(answer: requests.Response) -> Graph:
    assert answer.headers["Content-Type"].startswith("text/turtle")
    return Graph().parse(data=answer.content, format="turtle")
