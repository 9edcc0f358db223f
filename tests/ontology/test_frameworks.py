"""Assessment frameworks are data that travels with every release, under ids that are never used again."""

from __future__ import annotations

import pytest

from talkoot.graph.identity.ledger import read_ledger
from talkoot.graph.provenance import framework_quads
from talkoot.harvesters import FACTS
from talkoot.ontology import frameworks, vocabulary_triples
from talkoot.ontology.files import FOLDER, framework_files
from talkoot.ontology.namespaces import CV, DCT, OWL, RDF, TALKOOT, TK

ALL = frameworks()


def test_seven_frameworks_travel_and_the_made_up_one_does_not() -> None:
    assert len(ALL) == 7
    assert {path.name for path in (FOLDER / "frameworks").glob("*.ttl")} - {
        path.name for path in framework_files()
    } == {"example.ttl"}


@pytest.mark.parametrize("name", ALL)
def test_the_id_of_a_framework_stands_in_the_ledger(name: str) -> None:
    kept = read_ledger([FACTS / "identifiers.tsv"])
    assert (f"framework/{name}", f"framework/{name}") in kept


def test_every_framework_of_the_ledger_is_still_there() -> None:
    kept = {
        canonical for canonical, _ in read_ledger([FACTS / "identifiers.tsv"]) if canonical.startswith("framework/")
    }
    assert kept == {f"framework/{name}" for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_a_framework_has_title_version_source_and_criteria(name: str) -> None:
    iri = f"{TALKOOT}id/framework/{name}"
    said = {triple.predicate: triple.object for triple in ALL[name] if triple.subject.value == iri}
    assert {RDF["type"], DCT["title"], DCT["source"], OWL["versionInfo"]} <= said.keys()
    assert any(triple.object == CV["Criterion"] for triple in ALL[name])


def test_a_framework_is_one_named_graph_under_the_base_of_the_data_and_in_the_default_graph_too() -> None:
    quads = list(framework_quads("https://lisbon.example/"))
    graphs = {str(quad.graph_name.value) for quad in quads}
    assert graphs == {f"https://lisbon.example/graph/framework/{name}" for name in ALL}
    assert {quad.triple for quad in quads} <= set(vocabulary_triples())
    found = {quad.subject.value for quad in quads if quad.object == TK["AssessmentFramework"]}
    assert found == {f"{TALKOOT}id/framework/{name}" for name in ALL}  # the same under every base
