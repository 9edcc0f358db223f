"""The search index of a release: every thing with its names folded, in one SQLite file with FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Triple

from talkoot.graph.labels import main_label
from talkoot.graph.search_facts import FACETS, HIDDEN, NOWHERE, Places, Thing, gather
from talkoot.graph.spelling import distance, slips, stem
from talkoot.graph.sql import statements
from talkoot.ontology.folding import fold

_SQL = statements("search_index.sql")
MOST_FOUND = 10_000
"""More things than that no text finds: the weightiest are taken."""
_QUICK = 400
_FEW = 3
_WHOLE_WORDS = 4
"""The last rank of what bears the words of a text as they stand."""
_MOST_WORDS, _MOST_NEAR = 20, 8

Filters = Mapping[str, Sequence[str]]
"""By facet, the values of which a thing must have one."""


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
    places = Places()
    things = gather(merged, base, places)
    names = {thing: text for thing, one in things.items() for text in one.labels.values() if one.kind == "programme"}
    ordered = sorted(things.items(), key=lambda item: (-item[1].parts, -item[1].facts, item[0]))

    def about(thing: Thing) -> list[str]:
        values = [
            ("kind", thing.kind),
            *((facet, one) for facet, values in thing.facets.items() for one in sorted(values)),
        ]
        told = (names.get(base + value, "") if facet == "programme" else "" for facet, value in values)
        return [*filter(None, told), *(name for item in values for name in places.names(*item))]

    rows = ((number, iri.removeprefix(base), thing, about(thing)) for number, (iri, thing) in enumerate(ordered, 1))
    write_index(path, rows)
    return dict(Counter(thing.kind for thing in things.values()))


def write_index(path: Path, rows: Iterable[tuple[int, str, Thing, Sequence[str]]]) -> None:
    """Write the index of things, each with its number by weight, its path and what else it is found by."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_SQL["schema"])
        with connection:
            for number, at, thing, about in rows:
                _write_thing(connection, number, at, thing, about)
            for name in ("optimize", "tally", "words"):
                connection.execute(_SQL[name])
            words = connection.execute("SELECT id, word FROM word").fetchall()
            keys = sorted((key, number) for number, word in words for key in slips(word))
            connection.executemany("INSERT INTO slip VALUES (?, ?)", keys)


def _write_thing(connection: sqlite3.Connection, number: int, at: str, thing: Thing, about: Sequence[str]) -> None:
    main = fold(main_label(thing.labels)[0])
    row = (number, at, thing.kind, json.dumps(thing.labels, ensure_ascii=False), main, thing.parts, thing.facts)
    connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    facets = {**thing.facets, "kind": {thing.kind}, "country": thing.facets["country"] or {NOWHERE}}
    values = [(facet, value, number) for facet, all_of_it in facets.items() for value in sorted(all_of_it)]
    connection.executemany("INSERT INTO facet VALUES (?, ?, ?)", values)
    if thing.kind in HIDDEN:
        return
    named, others, told = (
        [fold(text) for text in texts] for texts in (thing.labels.values(), thing.other_names(), about)
    )
    stems = dict.fromkeys(stem(word) for text in (*named, *others, *told) for word in text.split())
    texts = (" | ".join(named), " | ".join(others), " | ".join(told), " ".join(stems))
    connection.execute("INSERT INTO name (rowid, main, other, about, stems) VALUES (?, ?, ?, ?, ?)", (number, *texts))
    called = sorted({text for text in (*named, *others) if text})
    connection.executemany("INSERT INTO called VALUES (?, ?)", [(text, number) for text in called])


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

    def busiest(self, kinds: Iterable[str], country: str = "", limit: int = 20) -> list[Hit]:
        """Things of some kinds that most parts lead to, of one country where given."""
        return self._hits("busiest", kinds=json.dumps(list(kinds)), country=country, limit=limit)

    def thing(self, path: str) -> Hit | None:
        """The thing at a path below the base."""
        return next(iter(self._hits("thing", path=path)), None)

    def search(self, text: str, limit: int = 50) -> list[Hit]:
        """The likeliest things that a text finds, quickly: of very many only the weightiest are looked at."""
        return self.hits(self.find(text, deep=False)[:limit])

    def find(self, text: str, *, deep: bool = True) -> list[int]:
        """The numbers of the things that a text finds, the likeliest first.

        Each of its words begins a word of the thing's, or has its stem. Where that finds little, words a slip away are
        looked for too; where nothing holds all of the words, whatever holds one, unless it has to be quick.
        """
        words = fold(text).split()[:_MOST_WORDS]
        if not words:
            return []
        rows = self._found(words, [_either([word]) for word in words], deep)
        found = [number for number, _ in rows]
        if len(found) < _FEW and not any(tier <= _WHOLE_WORDS for _, tier in rows):
            near = [[word, *self._near(word)] for word in words]
            if any(len(words) > 1 for words in near):
                likeliest = [
                    others[1] if len(others) > 1 and not self._known(others[0]) else others[0] for others in near
                ]
                found += [number for number, _ in self._found(likeliest, [_either(others) for others in near], deep)]
            if not found and deep and len(words) > 1:
                any_of_them = [" OR ".join(_either(others) for others in near)]
                found += [number for number, _ in self._found(words, any_of_them, deep)]
        return list(dict.fromkeys(found))

    def _found(self, words: Sequence[str], parts: Sequence[str], deep: bool) -> list[tuple[int, int]]:
        asked = {"query": " AND ".join(f"({part})" for part in parts), "folded": " ".join(words), "deep": deep}
        return self._connection.execute(_SQL["found"], asked | {"most": MOST_FOUND if deep else _QUICK}).fetchall()

    def _known(self, word: str) -> bool:
        return self._connection.execute(_SQL["known"], {"word": word}).fetchone() is not None

    def _near(self, word: str) -> list[str]:
        """Words of names that a slip or two makes of this one, the nearest and commonest first."""
        rows = self._connection.execute(_SQL["near"], {"slips": json.dumps(sorted(slips(word)))})
        ranked = sorted((far, -things, other) for other, things in rows if (far := distance(word, other)))
        return [other for _, _, other in ranked[:_MOST_NEAR]]

    def select(self, found: Sequence[int] | None, filters: Filters) -> list[int]:
        """Those of the things found that pass every filter; of all things, by weight, where no text was asked."""
        if found is None:
            found = [number for (number,) in self._connection.execute(_SQL["everything"])]
        for facet, values in filters.items():
            asked = {"facet": facet, "values": json.dumps(list(values))}
            having = {number for (number,) in self._connection.execute(_SQL["having"], asked)}
            found = [number for number in found if number in having]
        return list(found)

    def tallies(self, found: Sequence[int] | None, filters: Filters) -> Iterator[tuple[str, list[tuple[str, int]]]]:
        """Each facet with its values and how many things have them, what the other facets leave out not counted."""
        counted = self._counted(found, filters)
        for facet in FACETS:
            others = {name: values for name, values in filters.items() if name != facet}
            if rows := (self._counted(found, others) if facet in filters else counted)[facet]:
                yield facet, rows

    def _counted(self, found: Sequence[int] | None, filters: Filters) -> dict[str, list[tuple[str, int]]]:
        """How many things have each value of each facet: as counted at publishing where nothing is asked."""
        asked = (
            ("tallied", {}) if found is None and not filters else ("counted", self._ids(self.select(found, filters)))
        )
        rows: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for facet, value, things in self._connection.execute(_SQL[asked[0]], asked[1]):
            rows[facet].append((value, things))
        return rows

    @staticmethod
    def _ids(numbers: Sequence[int]) -> dict[str, str]:
        return {"ids": json.dumps(list(numbers))}

    def hits(self, numbers: Sequence[int]) -> list[Hit]:
        """Things by their numbers, in this order."""
        return self._hits("hits", **self._ids(numbers))

    def _hits(self, name: str, **asked: object) -> list[Hit]:
        hits = []
        for number, path, kind, labels, parts in self._connection.execute(_SQL[name], asked):
            places = self._connection.execute(_SQL["places"], (number,))
            hits.append(Hit(path, kind, json.loads(labels), tuple(country for (country,) in places), parts))
        return hits


def _either(words: Iterable[str]) -> str:
    """What matches a word that begins like one of these, or has its stem."""
    forms = (f'{{main other about}} : "{word}"* OR stems : "{stem(word)}"' for word in words)
    return " OR ".join(forms)
