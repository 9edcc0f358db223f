"""The publish gate: SHACL shapes over record graphs, in batches, with the culprit of a failing batch named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from pyoxigraph import Triple

from talkoot.graph.records import MappedRecord
from talkoot.ontology import publish_shapes_file
from talkoot.ontology.shacl import Result, results

BATCH = 500
"""Records checked in one graph: one at a time costs four times as much (components.md 5)."""


class Gate:
    """The strict shapes, read once; :meth:`check` says which records break them."""

    def __init__(self, shapes: Path | None = None) -> None:
        self._file = shapes or publish_shapes_file()

    @cached_property
    def shapes_hash(self) -> str:
        """Hash of the shapes: a record that passed other shapes is checked again."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()[:16]

    def check(self, records: Sequence[MappedRecord]) -> dict[str, list[Result]]:
        """Violations by record key, for at most :data:`BATCH` records of one source.

        One graph for all; when that fails, each record that holds a failing node is checked by itself.
        """
        together = self.violations(triple for record in records for triple in record.triples)
        if not together:
            return {}
        failing = {violation.node for violation in together}
        suspects = [
            record for record in records if any(_text(triple.subject) in failing for triple in record.triples)
        ] or list(records)
        # Records that are sound by themselves may name one thing differently; the merged view chooses between them.
        return {record.key: own for record in suspects if (own := self.violations(record.triples))}

    def violations(self, triples: Iterable[Triple]) -> list[Result]:
        """The constraints that triples break; warnings are left out."""
        return [result for result in results(triples, self._file) if result.severity == "Violation"]


def _text(node: object) -> str:
    return str(getattr(node, "value", node))
