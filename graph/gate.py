"""The publish gate: SHACL shapes over record graphs, in batches, with the culprit of a failing batch named."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from talkoot.graph.rdf_text import n_triples
from talkoot.graph.records import MappedRecord
from talkoot.ontology import publish_shapes_file

BATCH = 500
"""Records checked in one graph: one at a time costs four times as much (components.md 5)."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint that a record breaks: the node, the property if any, the value, and the shape's words."""

    node: str
    path: str
    value: str
    message: str


class Gate:
    """The strict shapes, read once; :meth:`check` says which records break them."""

    def __init__(self, shapes: Path | None = None) -> None:
        self._file = shapes or publish_shapes_file()

    @cached_property
    def _shapes(self) -> Graph:
        return _parsed(self._file.read_bytes())

    @cached_property
    def shapes_hash(self) -> str:
        """Hash of the shapes: a record that passed other shapes is checked again."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()[:16]

    def check(self, records: Sequence[MappedRecord]) -> dict[str, list[Violation]]:
        """Violations by record key, for at most :data:`BATCH` records of one source.

        One graph for all; when that fails, each record that holds a failing node is checked by itself.
        """
        together = self._violations(records) if records else []
        if not together:
            return {}
        failing = {violation.node for violation in together}
        suspects = [
            record for record in records if any(_node_text(triple.subject) in failing for triple in record.triples)
        ] or list(records)
        # Records that are sound by themselves may name one thing differently; the merged view chooses between them.
        return {record.key: own for record in suspects if (own := self._violations([record]))}

    def _violations(self, records: Sequence[MappedRecord]) -> list[Violation]:
        triples = {triple for record in records for triple in record.triples}
        data = Graph()
        data.parse(data=n_triples(triples), format="nt")
        conforms, report, _ = validate(data, shacl_graph=self._shapes, allow_warnings=True, meta_shacl=False)
        return [] if conforms else _read_report(report)


@lru_cache(maxsize=2)
def _parsed(turtle: bytes) -> Graph:
    """The shapes as a graph, parsed once for all gates of a process."""
    return Graph().parse(data=turtle, format="turtle")


def _read_report(report: Graph) -> list[Violation]:
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) != SH.Violation:
            continue

        def text(predicate: Node, result: Node = result) -> str:
            value = report.value(result, predicate)
            return "" if value is None else str(value)

        found.append(Violation(text(SH.focusNode), text(SH.resultPath), text(SH.value), text(SH.resultMessage)))
    return sorted(found, key=lambda violation: (violation.node, violation.path, violation.value))


def _node_text(node: object) -> str:
    return str(getattr(node, "value", node))
