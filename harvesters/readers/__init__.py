"""Readers: each turns what a source holds into declared records, and what it cannot read into issues."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.comma_separated import read_csv
from talkoot.harvesters.readers.json_records import read_json, read_json_lines
from talkoot.harvesters.readers.rows import Reading, Row

Reader = Callable[[Definition, Reading], Iterator[Row | Issue]]

READERS: dict[str, Reader] = {"csv": read_csv, "json": read_json, "json-lines": read_json_lines}
"""The readers by the word that a definition uses for them."""

__all__ = ["READERS", "Reader", "Reading", "Row"]
