"""What is published keeps to the publish gate: record graphs, provenance, identity, frameworks and the merged view."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, Literal, Quad, RdfFormat, Triple

from talkoot.ontology import publish_shapes_file
from talkoot.ontology.files import code_list_files, turtle_triples
from talkoot.ontology.namespaces import PROV, RDF, SKOS, TALKOOT
from talkoot.ontology.shacl import results

if TYPE_CHECKING:
    from tests.graph.conftest import Home

BESIDE_RECORDS = ("prov", "identity", "framework", "coverage")


@pytest.fixture(scope="module")
def quads(demo: Home) -> list[Quad]:
    return list(pyoxigraph.parse(demo.quads(), format=RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def graphs(quads: list[Quad]) -> dict[str, set[Triple]]:
    """The triples of each named graph, by what its name says after ``graph/``."""
    found: dict[str, set[Triple]] = defaultdict(set)
    for quad in quads:
        if not isinstance(quad.graph_name, DefaultGraph):
            found[quad.graph_name.value.removeprefix(f"{TALKOOT}graph/")].add(quad.triple)
    return found


def refused(triples: set[Triple]) -> list[str]:
    return [
        f"{result.node} {result.path}: {result.message}"
        for result in results(triples, publish_shapes_file())
        if result.severity == "Violation"
    ]


def test_every_record_graph_passes(graphs: dict[str, set[Triple]]) -> None:
    """All records of a source at once; where two name one thing differently, each is looked at by itself."""
    sources: dict[str, list[set[Triple]]] = defaultdict(list)
    for name, triples in graphs.items():
        source, _, key = name.partition("/")
        if source not in BESIDE_RECORDS:
            assert key
            sources[source].append(triples)
    assert len(sources) == 6
    for source, records in sources.items():
        if refused(set().union(*records)):
            assert [told for triples in records for told in refused(triples)] == [], source


def test_the_provenance_of_every_record_passes(graphs: dict[str, set[Triple]]) -> None:
    described = {str(t.subject) for t in graphs["prov"] if t.predicate == RDF["type"] and t.object == PROV["Bundle"]}
    records = {name for name in graphs if name.partition("/")[0] not in BESIDE_RECORDS}
    assert {node.removeprefix(f"<{TALKOOT}graph/").removesuffix(">") for node in described} >= records
    assert refused(graphs["prov"]) == []


def test_the_judgements_of_identity_pass(graphs: dict[str, set[Triple]]) -> None:
    assert refused(graphs["identity"]) == []


def test_the_assessment_frameworks_pass(graphs: dict[str, set[Triple]]) -> None:
    frameworks = [triples for name, triples in graphs.items() if name.startswith("framework/")]
    assert len(frameworks) >= 7
    assert refused(set().union(*frameworks)) == []


def test_the_merged_view_with_the_vocabulary_passes(quads: list[Quad]) -> None:
    """Classes of the vocabulary stand in it, so that the shapes of a class meet the instances of its subclasses too.

    Names of concepts are taken in English alone: the lint looks at all of them, and they take longer than the rest.
    """
    names = (SKOS["prefLabel"], SKOS["altLabel"])
    listed = {t for path in code_list_files() for t in turtle_triples(path) if t.predicate in names}
    elsewhere = {t for t in listed if isinstance(t.object, Literal) and t.object.language != "en"}
    merged = {quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph)}
    assert refused(merged - elsewhere) == []
