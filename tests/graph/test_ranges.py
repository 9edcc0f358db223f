"""Published data and the examples keep to what ORG, PROV-O and SKOS state: no node is in two disjoint classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from pyoxigraph import Quad, RdfFormat

from talkoot.ontology import FOLDER
from talkoot.ontology.namespaces import PREFIXES
from talkoot.ontology.ranges import contradictions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.graph.conftest import Home

EXAMPLES = [*sorted((FOLDER / "examples" / "valid").glob("*.trig")), FOLDER / "examples" / "worked-example.trig"]


def quads(text: str) -> list[Quad]:
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    return list(pyoxigraph.parse(input=prefixes + text, format=RdfFormat.TRIG, base_iri="https://example.org/"))


def test_a_release_contradicts_nothing_in_any_of_its_graphs(demo: Home) -> None:
    assert list(contradictions(pyoxigraph.parse(input=demo.quads(), format=RdfFormat.N_QUADS))) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_contradicts_nothing(path: Path) -> None:
    assert list(contradictions(pyoxigraph.parse(path=path, format=RdfFormat.TRIG))) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("<a> a tk:Project ; prov:wasDerivedFrom <b> .", "<https://example.org/a> is <http://www.w3.org/ns/prov#"),
        ("<a> tk:implements <b> . <b> a tk:Implementation .", "<https://example.org/b> is"),
        ("<g> { <a> a tk:Solution } <h> { <x> tk:developedIn <a> }", "<https://example.org/a> is"),
        ("<a> a org:Membership . <b> org:organization <a> .", "<https://example.org/a> is"),
        ("<a> skos:inScheme <b> . <c> skos:broader <b> .", "<https://example.org/b> is"),
        ('<a> prov:wasAttributedTo "THL" .', "wants another kind of value"),
        ('<a> tk:implements "a model" .', "wants another kind of value"),
        ('<a> prov:generatedAtTime "2026"^^xsd:gYear .', "wants another kind of value"),
        ("<a> skos:prefLabel <b> .", "wants a literal"),
        ("<a> skos:notation <b> .", "wants a literal"),
    ],
)
def test_a_contradiction_is_found_with_the_statements_that_make_it(text: str, part: str) -> None:
    found = list(contradictions(quads(text)))
    assert found
    assert all(part in sentence for sentence in found)


def test_what_is_well_said_passes() -> None:
    text = """<m> a org:Membership ; org:member <n> ; org:organization <o> ; org:role <r> . <r> skos:inScheme <s> .
      <p> a prov:Bundle ; prov:wasDerivedFrom <d> ; prov:generatedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime .
      <x> skos:prefLabel "x"@en ; skos:notation "1" ; skos:broader <y> ."""
    assert list(contradictions(quads(text))) == []
