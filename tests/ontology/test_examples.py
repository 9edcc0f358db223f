"""Examples: each constraint of the publish gate has one that it refuses, each own class a shape and one that passes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import OWL, SH
from rdflib.term import Node

from talkoot.graph.rdf_text import n_triples
from talkoot.ontology.check import check_examples, check_questions
from talkoot.ontology.files import FOLDER, Sources, publish_shapes_file, vocabulary_file
from talkoot.ontology.namespaces import TK, TKSH
from talkoot.ontology.shacl import results

SOURCES = Sources(FOLDER)
NOT_CONSTRAINTS = {
    SH.path, SH.severity, SH.message, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.qualifiedValueShape,
}  # fmt: skip
"""What a shape says beside its constraints; a qualified value shape counts by its number."""


@cache
def shapes(name: str) -> Graph:
    return Graph().parse(FOLDER / "shapes" / name, format="turtle")


@cache
def own_classes() -> list[str]:
    vocabulary = Graph().parse(vocabulary_file(), format="turtle")
    return sorted(str(c) for c in vocabulary.subjects(RDF.type, OWL.Class) if str(c).startswith(TK))


@cache
def classes_of_examples() -> dict[Path, set[Node]]:
    found = {}
    for path in SOURCES.files("examples/valid/*.trig"):
        data = n_triples({quad.triple for quad in SOURCES.quads(path)})
        found[path] = set(Graph().parse(data=data, format="nt").objects(None, RDF.type))
    return found


def constraints(graph: Graph) -> set[tuple[str, str]]:
    """Name of the shape and of the constraint parameter, of every shape that finds its own targets."""
    return {
        (str(shape).removeprefix(TKSH), str(parameter).removeprefix(str(SH)))
        for target in (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
        for shape in graph.subjects(target)
        for parameter in set(graph.predicates(shape)) - NOT_CONSTRAINTS
        if str(parameter).startswith(str(SH))
    }


def test_valid_examples_pass_and_invalid_ones_fail_for_the_reason_they_name() -> None:
    assert list(check_examples(SOURCES)) == []


def test_every_constraint_of_the_publish_gate_has_an_example_that_it_refuses() -> None:
    expected = re.compile(r"# Invalid, made up\. Expected: tksh:(\S+) \(sh:(\w+)ConstraintComponent, ")
    refused = set()
    for path in SOURCES.files("examples/invalid/*.trig"):
        told = expected.match(path.read_text(encoding="utf-8"))
        assert told, path.name
        component = told[2]
        refused.add((told[1], "sparql" if component == "SPARQL" else component[0].lower() + component[1:]))
    assert constraints(shapes("publish.ttl")) == refused


def test_an_invalid_example_is_named_after_shape_and_constraint() -> None:
    for path in SOURCES.files("examples/invalid/*.trig"):
        told = re.match(r"# .* tksh:(\S+) \(sh:(\w+)Constraint", path.read_text(encoding="utf-8"))
        assert told, path.name
        assert path.name.lower().startswith(f"{told[1]}.{told[2]}.".lower())


@pytest.mark.parametrize("of", own_classes(), ids=lambda iri: iri.removeprefix(TK))
def test_every_own_class_has_shapes_and_an_example(of: str) -> None:
    for name in ("publish.ttl", "core.ttl"):
        graph = shapes(name)
        node_shapes = [s for s in graph.subjects(SH.targetClass, URIRef(of)) if (s, RDF.type, SH.NodeShape) in graph]
        assert node_shapes, f"{name} has no node shape for {of}"
    named = f"# Valid, made up: tk:{of.removeprefix(TK)}. "
    examples = [p for p in SOURCES.files("examples/valid/*.trig") if p.read_text(encoding="utf-8").startswith(named)]
    assert [URIRef(of) in classes_of_examples()[path] for path in examples] == [True]


def test_every_class_that_the_gate_knows_stands_in_a_valid_example() -> None:
    graph = shapes("publish.ttl")
    known = {
        target for shape, target in graph.subject_objects(SH.targetClass) if (shape, RDF.type, SH.NodeShape) in graph
    }
    assert known - set().union(*classes_of_examples().values()) == set()


def test_the_worked_example_and_the_frameworks_pass_the_gate() -> None:
    paths = [FOLDER / "examples" / "worked-example.trig", *SOURCES.files("frameworks/*.ttl")]
    assert results((q.triple for path in paths for q in SOURCES.quads(path)), publish_shapes_file()) == []


def test_a_rating_from_another_scale_is_refused_where_the_criterion_is_told() -> None:
    """The rule is silent on an assessment that stands alone, and speaks as soon as its framework stands beside it."""
    invalid = SOURCES.quads(FOLDER / "examples" / "invalid" / "CriterionResult-scale.sparql.trig")
    of_result = [quad.triple for quad in invalid if "/id/assessment/" in str(quad.subject)]
    assert results(of_result, publish_shapes_file()) == []
    (refused,) = results([quad.triple for quad in invalid], publish_shapes_file())
    assert (refused.node, refused.value) == (
        "https://example.org/id/assessment/short#works", "https://example.org/id/framework/short#two-yes",
    )  # fmt: skip


def test_classes_of_the_vocabulary_in_the_data_do_not_change_what_is_refused() -> None:
    """A solution is a PROV-O entity once the vocabulary stands beside it; no shape takes it for a record graph."""
    valid = {quad.triple for path in SOURCES.files("examples/valid/*.trig") for quad in SOURCES.quads(path)}
    vocabulary = {quad.triple for quad in SOURCES.quads(vocabulary_file())}
    assert any(triple.predicate.value == str(RDFS.subClassOf) for triple in vocabulary)
    assert results(valid | vocabulary, publish_shapes_file()) == []


def test_questions_find_their_rows_on_the_worked_example() -> None:
    assert len(SOURCES.files("questions/*.rq")) == 20
    assert list(check_questions(SOURCES)) == []
