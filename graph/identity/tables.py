"""Where the matching text runs: feature tables in, named steps kept, rows out; SQLite here, others as extras."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

_STEP = re.compile(r"^-- step (\w+)(?: \(([\w, ]+)\))?:[^\n]*\n(.*?)(?=^-- step |\Z)", re.MULTILINE | re.DOTALL)

INPUT = {
    "records": ("rid", "source", "kind", "country", "city", "unit", "body", "numbers"),
    "keys": ("rid", "source", "rule", "k", "detail"),
    "hints": ("rid", "source", "rule", "k", "detail"),
    "overfull": ("rule", "k"),
    "claimed": ("rule", "k", "source"),
}
"""Columns of the tables that matching.sql and candidates.sql read: ``rid`` is a number, all others are text."""
INDEXES = {
    "keys": (("rule", "k", "source", "rid", "detail"), ("rid", "rule", "k")),
    "hints": (("rule", "k", "rid", "detail"), ("rid", "rule", "k")),
}

LIMITS = {"block": 100, "claims": 10, "echoes": 200, "hint": 30, "rare": 4}
"""Actors that may share a key; actors of one source, unlike one another, that may; those that may say the same, however
small the source; actors that may share a hint; what few is."""

Row = Sequence[str | int | None]


class Step(NamedTuple):
    """A SELECT of the text, the name it is kept under, and the columns that later steps look it up by, if any do."""

    name: str
    columns: tuple[str, ...]
    select: str


class Tables(Protocol):
    """What an engine has to do; every engine runs the same steps."""

    def load(self, name: str, rows: Iterable[Row]) -> None:
        """Take a feature table with the columns that :data:`INPUT` names."""

    def keep(self, step: Step) -> None:
        """Run a step and keep its rows under its name."""

    def rows(self, select: str) -> Iterable[Sequence[Any]]:
        """Run a SELECT and hand its rows back."""


def text_of(name: str) -> str:
    """A text beside this file, with the limits filled in."""
    text = (Path(__file__).resolve().parent / name).read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda match: str(LIMITS[match[1]]), text)


@lru_cache(maxsize=4)
def steps(name: str) -> tuple[Step, ...]:
    """The steps of a text."""
    found = _STEP.findall(text_of(name))
    return tuple(Step(step, tuple(index.split(", ")) if index else (), select.strip()) for step, index, select in found)


class SQLiteTables:
    """The standard library's SQLite: feature tables in a file or in memory, steps in temporary tables."""

    def __init__(self, path: str = ":memory:") -> None:
        self._loaded = False
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("cache_size=-131072", "case_sensitive_like=on", "journal_mode=wal", "synchronous=normal"):
            self.connection.execute(f"PRAGMA {pragma}")
        for name, columns in INPUT.items():
            typed = ", ".join(columns).replace("rid", "rid INTEGER" + " PRIMARY KEY" * (name == "records"))
            self.connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({typed})")

    def load(self, name: str, rows: Iterable[Row]) -> None:
        """Add rows to a feature table."""
        marks = ", ".join("?" * len(INPUT[name]))
        self.connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        self._loaded = True

    def index(self) -> None:
        """Index the feature tables, best after they were filled; the first step does so too."""
        self._loaded = False
        for name, indexes in INDEXES.items():
            for columns in indexes:
                self._index(name, columns, "")
        self.connection.execute("PRAGMA analysis_limit=1000")
        self.connection.execute("ANALYZE")

    def keep(self, step: Step) -> None:
        """Run a step into a temporary table and index it."""
        if self._loaded:
            self.index()
        self.connection.execute(f"DROP TABLE IF EXISTS temp.{step.name}")
        self.connection.execute(f"CREATE TEMP TABLE {step.name} AS {step.select}")
        if step.columns:
            self._index(step.name, step.columns, "temp.")
        self.connection.execute(f"ANALYZE temp.{step.name}")

    def rows(self, select: str) -> Iterator[Sequence[Any]]:
        """Rows as they come."""
        return iter(self.connection.execute(select))

    def _index(self, name: str, columns: Sequence[str], schema: str) -> None:
        index = f"{schema}{name}_{'_'.join(columns)}"
        self.connection.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {name} ({', '.join(columns)})")
