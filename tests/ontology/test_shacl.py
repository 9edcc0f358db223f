"""Two validators, one verdict: the quick one finds every thing that the thorough one refuses."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from talkoot.graph.gate import Gate
from talkoot.graph.rdf_text import n_triples
from talkoot.graph.records import MappedRecord, Origin
from talkoot.ontology.files import FOLDER, publish_shapes_file
from talkoot.ontology.screening import suspects
from talkoot.ontology.shacl import ill_typed, results

EXAMPLES = sorted((FOLDER / "examples").rglob("*.trig"))
IMPOSSIBLE_DATE = Literal("2024-02-30", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date"))
OBJECTS: list[NamedNode | BlankNode | Literal] = [
    NamedNode("https://example.org/id/elsewhere"), NamedNode("mailto:someone@example.org"), BlankNode("b"),
    Literal(""), Literal("Κέντρο", language="el"), Literal("x", language="xx"), Literal("7"), Literal(-7), Literal(1e9),
    IMPOSSIBLE_DATE,
    Literal("someone@example.org"), Literal("a" * 5000, language="fi"),
]  # fmt: skip


def triples_of(path: Path, host: str = "example.org") -> list[Triple]:
    """An example's triples, their made-up host replaced."""
    text = path.read_text(encoding="utf-8").replace("example.org/", f"{host}/")
    return [q.triple for q in pyoxigraph.parse(text.encode(), format=RdfFormat.TRIG, rename_blank_nodes=True)]


def refused(triples: list[Triple]) -> set[str]:
    return {r.node for r in results(triples, publish_shapes_file()) if r.severity == "Violation"}


def test_both_validators_refuse_the_same_nodes_of_all_examples() -> None:
    together = [t for number, path in enumerate(EXAMPLES) for t in triples_of(path, f"{number}.example.org")]
    quick, thorough = suspects(n_triples(together), publish_shapes_file()), refused(together)
    assert quick is not None
    assert len(quick) == len(thorough) > 250
    assert all("://" not in node for node in quick ^ thorough), "only labels of blank nodes are each validator's own"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_changed_example_passes_one_validator_as_it_passes_the_other(data: st.DataObject) -> None:
    triples = triples_of(data.draw(st.sampled_from([p for p in EXAMPLES if p.parent.name == "valid"])))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(triples) - 1))
        change, value = data.draw(st.sampled_from(["drop", "replace", "add"])), data.draw(st.sampled_from(OBJECTS))
        old = triples[at]
        triples[at : at + (change != "add")] = [] if change == "drop" else [Triple(old.subject, old.predicate, value)]
        if not triples:
            return
    quick, thorough = suspects(n_triples(triples), publish_shapes_file()), refused(triples)
    quick = quick if quick is None else quick | ill_typed(triples)
    if quick is not None and IMPOSSIBLE_DATE not in [triple.object for triple in triples]:
        assert bool(quick) == bool(thorough)
    assert quick is None or quick or not thorough, "the gate trusts the quick one's silence"


def test_the_gate_names_the_records_of_a_batch_that_fail_and_no_others() -> None:
    valid = [p for p in EXAMPLES if p.parent.name == "valid"]
    invalid = [p for p in EXAMPLES if p.parent.name == "invalid" and "sh:Violation" in p.read_text()][::20]
    origin = Origin(("https://example.org/",), "dump", "2024", "unknown")
    records = [
        MappedRecord(
            "example", f"{path.parent.name}-{number}", origin, tuple(triples_of(path, f"{number}.example.org"))
        )
        for number, path in enumerate([*valid, *invalid])
    ]
    assert set(Gate().check(records)) == {r.key for r in records if r.key.startswith("invalid")}
