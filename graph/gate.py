"""The publish gate: SHACL shapes over record graphs, in batches, with the culprit of a failing batch named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

from talkoot.graph.rdf_text import n_triples
from talkoot.graph.records import MappedRecord
from talkoot.ontology import publish_shapes_file
from talkoot.ontology.screening import suspects
from talkoot.ontology.shacl import Result, ill_typed, results

BATCH = 500
"""Records checked in one graph: one at a time costs four times as much (components.md 5)."""
_ALONE = 3
"""Batches that are checked in this process before others are started for those that follow."""
ABREAST = 2
"""Processes that check, and so batches whose check may be under way."""


class Gate:
    """The strict shapes, read once; :meth:`check` says which records break them."""

    def __init__(self, shapes: Path | None = None) -> None:
        self._file = shapes or publish_shapes_file()
        self._begun = 0
        self._other: ProcessPoolExecutor | None = None

    @cached_property
    def shapes_hash(self) -> str:
        """Hash of the shapes: a record that passed other shapes is checked again."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()[:16]

    def check(self, records: Sequence[MappedRecord]) -> dict[str, list[Result]]:
        """Violations by record key, for at most :data:`BATCH` records of one source.

        One graph for all; when that fails, each record that holds a failing node is checked by itself.
        """
        return self._culprits(records, suspects(_together(records), self._file)) if records else {}

    def begin(self, records: Sequence[MappedRecord]) -> Callable[[], dict[str, list[Result]]]:
        """Begin a check; what it gives is to be called for the result. In a long run other processes do the work."""
        self._begun += bool(records)
        if not records or self._begun <= _ALONE:
            found = self.check(records)
            return lambda: found
        self._other = self._other or ProcessPoolExecutor(ABREAST, get_context("spawn"))
        later = self._other.submit(suspects, _together(records), self._file)
        return lambda: self._culprits(records, later.result())

    def close(self) -> None:
        """End the other processes, if there are any."""
        if self._other:
            self._other.shutdown(cancel_futures=True)
            self._other, self._begun = None, 0

    def _culprits(self, records: Sequence[MappedRecord], failing: set[str] | None) -> dict[str, list[Result]]:
        failing = None if failing is None else failing | ill_typed(t for record in records for t in record.triples)
        if failing == set():
            return {}
        nodes = [{_text(node) for t in record.triples for node in (t.subject, t.object)} for record in records]
        if failing is None or not failing <= set().union(*nodes):
            named = list(records)
        else:
            named = [record for record, own in zip(records, nodes, strict=True) if not failing.isdisjoint(own)]
        # Records that are sound by themselves may name one thing differently; the merged view chooses between them.
        found = ((record.key, results(record.triples, self._file)) for record in named)
        broken = ((key, [result for result in own if result.severity == "Violation"]) for key, own in found)
        return {key: own for key, own in broken if own}


def _together(records: Sequence[MappedRecord]) -> str:
    return n_triples({triple for record in records for triple in record.triples})


def _text(node: object) -> str:
    return str(getattr(node, "value", node))
