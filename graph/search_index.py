"""The search index of a release: every thing with its names folded, in one SQLite file with FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.features import KINDS
from talkoot.graph.labels import ALTERNATIVES, main_label
from talkoot.graph.sql import statements
from talkoot.ontology.files import vocabulary_triples
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import COUNTRY, DCT, PROV, RDF, SKOS, TK

_SQL = statements("search_index.sql")
_HIDDEN = ("implementation",)
"""Kinds that have no name of their own and are shown on another thing's page."""


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
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_SQL["schema"])
        with connection:
            for number, iri in enumerate(sorted(kinds), start=1):
                named, kind, main = labels[iri], kinds[iri], fold(main_label(labels[iri])[0])
                connection.execute(
                    "INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (number, iri.removeprefix(base), kind, json.dumps(named, ensure_ascii=False), main,
                     parts[iri], facts[iri]),
                )  # fmt: skip
                rows = ((number, country) for country in sorted(places[iri]))
                connection.executemany("INSERT INTO place VALUES (?, ?)", rows)
                if kind not in _HIDDEN:
                    names = (" | ".join(map(fold, texts)) for texts in (named.values(), others[iri]))
                    connection.execute("INSERT INTO name (rowid, main, other) VALUES (?, ?, ?)", (number, *names))
    return dict(Counter(kinds.values()))


def _places_above() -> dict[str, str]:
    """The place above each region, county and municipality of the code lists."""
    broader = (triple for triple in vocabulary_triples() if triple.predicate == SKOS["broader"])
    return {getattr(triple.subject, "value", ""): getattr(triple.object, "value", "") for triple in broader}


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
        return dict(self._connection.execute(_SQL["counts"]))

    def countries(self, kinds: Iterable[str]) -> dict[str, int]:
        """How many things of some kinds there are by country (code of the EU's table)."""
        return dict(self._connection.execute(_SQL["countries"], (json.dumps(list(kinds)),)))

    def things(self, kinds: Iterable[str], country: str = "", start: int = 0, limit: int = 100) -> list[Hit]:
        """Things of some kinds in alphabetical order, of one country (or ``none``) where given."""
        return self._hits("things", kinds=json.dumps(list(kinds)), country=country, limit=limit, start=start)

    def count(self, kinds: Iterable[str], country: str = "") -> int:
        """How many things :meth:`things` would list without limit."""
        asked = {"kinds": json.dumps(list(kinds)), "country": country}
        return int(self._connection.execute(_SQL["count"], asked).fetchone()[0])

    def search(self, text: str, limit: int = 50) -> list[Hit]:
        """Things whose names hold every word of the text, or words that begin so; the likeliest first."""
        words = fold(text).split()[:20]
        query = " ".join(f'"{word}"*' for word in words)
        return self._hits("search", query=query, folded=" ".join(words), limit=limit) if words else []

    def _hits(self, name: str, **asked: object) -> list[Hit]:
        hits = []
        for number, path, kind, labels, parts in self._connection.execute(_SQL[name], asked):
            places = self._connection.execute(_SQL["places"], (number,))
            hits.append(Hit(path, kind, json.loads(labels), tuple(country for (country,) in places), parts))
        return hits
