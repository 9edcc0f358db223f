"""The core shapes: loose, so that data of others passes; a text in the place of a thing does not."""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, SH

from talkoot.ontology import FOLDER
from talkoot.ontology.files import Sources, vocabulary_file
from talkoot.ontology.namespaces import PREFIXES, TK
from talkoot.ontology.shacl import Result, results

SOURCES = Sources(FOLDER)
HEAD = "@base <https://example.org/> .\n" + "".join(
    f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()
)


def core(turtle: str) -> list[Result]:
    quads = pyoxigraph.parse((HEAD + turtle).encode(), format=RdfFormat.TURTLE)
    return results([quad.triple for quad in quads], FOLDER / "shapes" / "core.ttl")


def test_whatever_passes_the_publish_gate_passes_the_core() -> None:
    worked = FOLDER / "examples" / "worked-example.trig"
    for paths in (SOURCES.files("examples/valid/*.trig"), [worked], SOURCES.files("frameworks/*.ttl")):
        found = results((q.triple for path in paths for q in SOURCES.quads(path)), FOLDER / "shapes" / "core.ttl")
        assert [result for result in found if result.severity != "Info"] == []


def test_data_of_others_needs_no_title_no_page_and_none_of_our_lists() -> None:
    assert core("<a> a tk:Solution , tk:SocialInnovation ; <https://other.example/p> 1 .") == []
    (told,) = core("<a> a tk:Solution ; tk:hasForm <https://other.example/forms/service> .")
    assert (told.shape, told.severity) == ("Core-hasForm-list", "Info")


@pytest.mark.parametrize(
    ("turtle", "shape", "severity"),
    [
        ('<a> a tk:Solution ; tk:addressesNeed "work"@en .', "Core-addressesNeed", "Violation"),
        ('<a> tk:viewOf "b" .', "Core-viewOf", "Violation"),
        ("<a> a tk:Solution , tk:Project .", "CoreSolutionShape", "Warning"),
        ("<a> a tk:SocialInnovation .", "Core-type", "Info"),
        ("<a> a tk:Implementation .", "Core-implements-count", "Warning"),
        ("<a> a tk:Assessment ; tk:assesses <b> .", "Core-appliesFramework-count", "Warning"),
        (
            "<a> a tk:Involvement ; prov:agent <b> , <c> ; tk:involvedIn <d> ; tk:hasRole voc:role\\/lead .",
            "Core-agent-count", "Warning",
        ),
    ],
)  # fmt: skip
def test_what_the_core_tells(turtle: str, shape: str, severity: str) -> None:
    assert [(result.shape, result.severity) for result in core(turtle)] == [(shape, severity)]


@pytest.mark.parametrize("name", ["core.ttl", "publish.ttl"])
def test_every_own_property_has_a_shape(name: str) -> None:
    vocabulary = Graph().parse(vocabulary_file(), format="turtle")
    own = {p for p in vocabulary.subjects(RDF.type, OWL.ObjectProperty) if str(p).startswith(TK)}
    shapes = Graph().parse(FOLDER / "shapes" / name, format="turtle")
    assert own - set(shapes.objects(None, SH.path)) == set()


def test_core_and_publish_gate_share_no_shape() -> None:
    names = [
        {s for s in Graph().parse(FOLDER / "shapes" / name, format="turtle").subjects() if isinstance(s, URIRef)}
        for name in ("core.ttl", "publish.ttl", "lint.ttl")
    ]
    assert len(set().union(*names)) == sum(map(len, names))
