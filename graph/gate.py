"""The publish gate: SHACL shapes over record graphs, in batches, with the culprit of a failing batch named."""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE, Popen
from typing import IO, cast

from talkoot.graph.rdf_text import n_triples
from talkoot.graph.records import MappedRecord
from talkoot.ontology import publish_shapes_file, screening
from talkoot.ontology.files import text
from talkoot.ontology.screening import suspects
from talkoot.ontology.shacl import Result, ill_typed, results

BATCH = 100
"""Records checked in one graph: one at a time costs four times as much, and what a check needs grows with them."""
_ALONE = 15
"""Batches that are checked in this process before others are started for those that follow."""
_HELPERS = 2
"""Processes that check."""
ABREAST = 4 * _HELPERS
"""Batches whose check may be under way, so that no process waits for another."""


class Gate:
    """The strict shapes, read once; :meth:`check` says which records break them."""

    def __init__(self, shapes: Path | None = None) -> None:
        self._file = shapes or publish_shapes_file()
        self._begun = 0
        self._opened = ExitStack()
        self._helpers: SimpleQueue[Popen[str]] = SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None

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
        if self._pool is None:
            for _ in range(_HELPERS):
                self._helpers.put(self._opened.enter_context(_helper(self._file)))
            self._pool = self._opened.enter_context(ThreadPoolExecutor(_HELPERS))
        later = self._pool.submit(self._asked, _together(records))
        return lambda: self._culprits(records, later.result())

    def close(self) -> None:
        """End the other processes, if there are any."""
        self._opened.close()
        self._begun, self._pool, self._helpers = 0, None, SimpleQueue()

    def _asked(self, n_triples: str) -> set[str] | None:
        """What :func:`suspects` says in another process."""
        helper = self._helpers.get()
        try:
            cast("IO[str]", helper.stdin).write(json.dumps(n_triples) + "\n")
            cast("IO[str]", helper.stdin).flush()
            found = json.loads(cast("IO[str]", helper.stdout).readline())
        finally:
            self._helpers.put(helper)
        return None if found is None else set(found)

    def _culprits(self, records: Sequence[MappedRecord], failing: set[str] | None) -> dict[str, list[Result]]:
        failing = None if failing is None else failing | ill_typed(t for record in records for t in record.triples)
        if failing == set():
            return {}
        nodes = [{text(node) for t in record.triples for node in (t.subject, t.object)} for record in records]
        if failing is None or not failing <= set().union(*nodes):
            named = list(records)
        else:
            named = [record for record, own in zip(records, nodes, strict=True) if not failing.isdisjoint(own)]
        # Records that are sound by themselves may name one thing differently; the merged view chooses between them.
        found = ((record.key, results(record.triples, self._file)) for record in named)
        broken = ((key, [result for result in own if result.severity == "Violation"]) for key, own in found)
        return {key: own for key, own in broken if own}


def _helper(shapes: Path) -> Popen[str]:
    """A process that checks and imports nothing else (one of :mod:`multiprocessing` would); it ends with its input."""
    command = (sys.executable, "-m", screening.__name__, str(shapes))
    return Popen(command, stdin=PIPE, stdout=PIPE, text=True, start_new_session=True)


def _together(records: Sequence[MappedRecord]) -> str:
    return n_triples(triple for record in records for triple in record.triples)
