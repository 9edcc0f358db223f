"""The JSON-LD context: all that examples say travels through it and back unchanged, under short names."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat

from talkoot.ontology import FOLDER
from talkoot.ontology.files import Sources
from talkoot.ontology.namespaces import PREFIXES, RDF, TK

SOURCES = Sources(FOLDER)
CONTEXT = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))["@context"]
WORKED = FOLDER / "examples" / "worked-example.trig"
FILES = [*SOURCES.files("examples/valid/*.trig"), WORKED, *SOURCES.files("frameworks/*.ttl")]


@pytest.fixture(autouse=True)
def literals_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib otherwise writes ``"2019"^^xsd:gYear`` and ``1.0`` anew."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def as_json_ld(quads: list[Quad]) -> str:
    """One document in our context: the nodes of the default graph, and each named graph as a node of its own."""
    nodes: list[object] = []
    for name in sorted({quad.graph_name for quad in quads}, key=str):
        triples = pyoxigraph.serialize(
            (quad.triple for quad in quads if quad.graph_name == name), format=RdfFormat.N_TRIPLES
        )
        text = rdflib.Graph().parse(data=triples, format="nt").serialize(format="json-ld", context=CONTEXT)
        document = json.loads(text)
        document.pop("@context")
        graph = document.get("@graph", [document])
        nodes += [{"id": name.value, "@graph": graph}] if isinstance(name, NamedNode) else graph
    return json.dumps({"@context": CONTEXT, "@graph": nodes})


def canonical(quads: list[Quad]) -> Dataset:
    data = Dataset(quads)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return data


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_comes_back_from_json_ld_as_it_went(path: Path) -> None:
    quads = SOURCES.quads(path)
    back = list(pyoxigraph.parse(as_json_ld(quads).encode(), format=RdfFormat.JSON_LD))
    assert canonical(back) == canonical(quads)


def test_its_prefixes_are_those_of_every_file() -> None:
    """A wrong prefix comes back as it went, so the journey alone would not find it."""
    assert {name: iri for name, iri in CONTEXT.items() if isinstance(iri, str) and iri[-1] in "#/"} == PREFIXES


def keys(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whatever_an_example_says_has_a_short_name(path: Path) -> None:
    document = json.loads(as_json_ld(SOURCES.quads(path)))
    assert {key for key in keys(document["@graph"]) if ":" in key} == set()


def test_classes_and_properties_of_lists_have_a_short_name() -> None:
    prefixes = {name: iri for name, iri in CONTEXT.items() if isinstance(iri, str) and iri.startswith("http")}
    known = set()
    for value in CONTEXT.values():
        iri = value if isinstance(value, str) else value["@id"] if isinstance(value, dict) else ""
        prefix, _, local = iri.partition(":")
        known.add(prefixes.get(prefix, f"{prefix}:") + local)
    used = {
        quad.object if quad.predicate == RDF["type"] else quad.predicate
        for path in SOURCES.files("codelists/*.ttl")
        for quad in SOURCES.quads(path)
    }
    # The cells of an ordered list are written as a list.
    assert {t.value for t in used if isinstance(t, NamedNode) and not t.value.startswith(RDF)} - known == set()


def test_a_plain_json_object_becomes_our_triples() -> None:
    document = {
        "@context": CONTEXT,
        "id": "https://example.org/id/src/mine/activity/1#part-1",
        "type": "Involvement",
        "agent": "https://example.org/id/src/mine/actor/1",
        "involvedIn": "https://example.org/id/src/mine/activity/1",
        "hasRole": "voc:role/lead",
        "note": {"@value": "lead partner", "@language": "en"},
    }
    triples = {quad.triple for quad in pyoxigraph.parse(json.dumps(document).encode(), format=RdfFormat.JSON_LD)}
    assert {triple.predicate.value for triple in triples if triple.predicate.value.startswith(TK)} == {
        f"{TK}involvedIn", f"{TK}hasRole",
    }  # fmt: skip
    assert NamedNode("https://w3id.org/talkoot/voc/role/lead") in {triple.object for triple in triples}
    assert len(triples) == 5
