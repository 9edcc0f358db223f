"""The search index of a release: every thing with its names folded, in one SQLite file with FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.features import KINDS
from talkoot.graph.labels import ALTERNATIVES, main_label
from talkoot.ontology.files import vocabulary_triples
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import COUNTRY, DCT, PROV, RDF, SKOS, TK

_SCHEMA = """
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, labels TEXT NOT NULL,
  sort TEXT NOT NULL, parts INTEGER NOT NULL, facts INTEGER NOT NULL
) STRICT;
CREATE INDEX thing_sort ON thing (kind, sort);
CREATE TABLE place (thing INTEGER NOT NULL, country TEXT NOT NULL, PRIMARY KEY (country, thing)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE name USING fts5 (main, other, tokenize = "unicode61", prefix = '2 3 4');
"""

_HIDDEN = ("implementation",)
"""Kinds that have no name of their own and are shown on another thing's page."""


_OF = """
WHERE kind IN (SELECT value FROM json_each(:kinds)) AND CASE :country
  WHEN '' THEN TRUE
  WHEN 'none' THEN id NOT IN (SELECT thing FROM place)
  ELSE id IN (SELECT thing FROM place WHERE country = :country)
END
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found: its path below the base, kind and names by language."""

    path: str
    kind: str
    labels: dict[str, str]
    countries: tuple[str, ...]
    parts: int


def build_search_index(path: Path, merged: Iterable[Triple], base: str) -> dict[str, int]:
    """Write the index of the merged view; returns how many things of each kind it holds."""
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, str] = {}
    places: dict[str, set[str]] = defaultdict(set)
    parts: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    above = _places_above()
    for triple in merged:
        if not isinstance(triple.subject, NamedNode) or not triple.subject.value.startswith(base):
            continue
        subject, predicate, value = triple.subject.value, triple.predicate, triple.object
        facts[subject] += 1
        if predicate in ALTERNATIVES and isinstance(value, Literal):
            labels[subject][value.language or ""] = value.value
        elif predicate in ALTERNATIVES.values() and isinstance(value, Literal):
            others[subject].append(value.value)
        elif isinstance(value, NamedNode):
            if predicate == RDF["type"] and value.value in KINDS:
                kind = KINDS[value.value][0]
                if kinds.get(subject) in (None, "organisation"):
                    kinds[subject] = kind
            elif predicate in (DCT["spatial"], TK["designatedFor"]):
                if country := _country(value.value, above):
                    places[subject].add(country)
            elif predicate in (PROV["agent"], TK["involvedIn"]):
                parts[value.value] += 1
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_SCHEMA)
        with connection:
            for number, iri in enumerate(sorted(kinds), start=1):
                main, _ = main_label(labels[iri])
                connection.execute(
                    "INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (number, iri.removeprefix(base), kinds[iri], json.dumps(labels[iri], ensure_ascii=False),
                     fold(main), parts[iri], facts[iri]),
                )  # fmt: skip
                connection.executemany(
                    "INSERT INTO place VALUES (?, ?)", [(number, country) for country in sorted(places[iri])]
                )
                if kinds[iri] not in _HIDDEN:
                    connection.execute(
                        "INSERT INTO name (rowid, main, other) VALUES (?, ?, ?)",
                        (number, " | ".join(fold(text) for text in labels[iri].values()),
                         " | ".join(fold(text) for text in others[iri])),
                    )  # fmt: skip
    finally:
        connection.close()
    return dict(Counter(kinds.values()))


def _places_above() -> dict[str, str]:
    """The place above each region, county and municipality of the code lists."""
    return {
        triple.subject.value: triple.object.value
        for triple in vocabulary_triples()
        if triple.predicate == SKOS["broader"]
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
    }


def _country(place: str, above: dict[str, str]) -> str:
    """The code of the country that a place is or lies in; empty where no code list tells."""
    while not place.startswith(COUNTRY):
        if place not in above:
            return ""
        place = above[place]
    return place.removeprefix(COUNTRY)


class SearchIndex:
    """A release's index, opened for reading; use one in each thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def counts(self) -> dict[str, int]:
        """How many things of each kind there are."""
        return dict(self._connection.execute("SELECT kind, count(*) FROM thing GROUP BY kind"))

    def countries(self, kinds: Iterable[str]) -> dict[str, int]:
        """How many things of some kinds there are by country (code of the EU's table)."""
        return dict(
            self._connection.execute(
                "SELECT country, count(*) FROM place JOIN thing ON id = thing "
                "WHERE kind IN (SELECT value FROM json_each(?)) GROUP BY country",
                (json.dumps(list(kinds)),),
            )
        )

    def things(self, kinds: Iterable[str], country: str = "", start: int = 0, limit: int = 100) -> list[Hit]:
        """Things of some kinds in alphabetical order, of one country (or ``none``) where given."""
        rows = self._connection.execute(
            "SELECT id, path, kind, labels, parts FROM thing" + _OF + "ORDER BY sort, path LIMIT :limit OFFSET :start",  # noqa: S608  # joins constants
            {"kinds": json.dumps(list(kinds)), "country": country, "limit": limit, "start": start},
        )
        return self._hits(rows.fetchall())

    def count(self, kinds: Iterable[str], country: str = "") -> int:
        """How many things :meth:`things` would list without limit."""
        row = self._connection.execute(
            "SELECT count(*) FROM thing" + _OF,  # noqa: S608  # joins constants
            {"kinds": json.dumps(list(kinds)), "country": country},
        ).fetchone()
        return int(row[0])

    def search(self, text: str, limit: int = 50) -> list[Hit]:
        """Things whose names hold every word of the text, or words that begin so; the likeliest first."""
        words = fold(text).split()[:20]
        if not words:
            return []
        query = " ".join(f'"{word}"*' for word in words)
        folded = " ".join(words)
        rows = self._connection.execute(
            "SELECT id, path, kind, labels, parts FROM name JOIN thing ON id = name.rowid WHERE name MATCH ? "
            "ORDER BY sort = ? DESC, (' ' || main || ' | ' || other || ' ') LIKE ? DESC, "
            "bm25(name, 4.0, 2.0) - 0.3 * min(parts, 20), sort, path LIMIT ?",
            (query, folded, f"% {folded} %", limit),
        )
        return self._hits(rows.fetchall())

    def _hits(self, rows: list[tuple[int, str, str, str, int]]) -> list[Hit]:
        hits = []
        for number, path, kind, labels, parts in rows:
            places = self._connection.execute("SELECT country FROM place WHERE thing = ? ORDER BY 1", (number,))
            hits.append(Hit(path, kind, json.loads(labels), tuple(row[0] for row in places), parts))
        return hits
