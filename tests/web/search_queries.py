"""Two hundred searches with the right answer of each: 150 made from the demo's names by a seeded draw, 50 by hand.

``python -m tests.web.search_queries HOME`` makes them anew from a home with the demo's release, asks them, and
writes the made ones and every miss beside this file.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from talkoot.graph.search_index import SearchIndex

HERE = Path(__file__).parent
MADE, BY_HAND, MISSES, INFLECTED = (
    HERE / f"search_{name}.tsv" for name in ("queries_made", "queries_by_hand", "misses", "inflected")
)
"""The last has words of Finnish names in the form that they have there, each with another that a reader may type."""
EACH = 30
LETTERS = "abcdefghijklmnoprstuvy"
CYRILLIC = dict(zip("abvgdeziklmnoprstuf", "абвгдезиклмнопрстуф", strict=True))
GREEK = dict(zip("agdezklmnoprstfiv", "αγδεζκλμνοπρστφιβ", strict=True))
LATIN = {
    **{greek: latin for latin, greek in GREEK.items() if latin != "v"},
    **{cyrillic: latin for latin, cyrillic in CYRILLIC.items()},
    **dict(zip("βηθωχςυцъяй", ("v", "i", "th", "o", "ch", "s", "i", "ts", "a", "ya", "y"), strict=True)),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed, in what way it differs from the names, and a name of the thing that is meant."""

    way: str
    text: str
    right: str


@dataclass(frozen=True, slots=True)
class Named:
    """A thing's names: the one it is known by, those of all languages, and its other names."""

    name: str
    labels: tuple[str, ...]
    others: tuple[str, ...]


def made(things: list[Named], seed: int = 8) -> Iterator[Query]:
    """The queries that are made from names: the same for the same names."""
    draw = Random(seed)
    bearers: dict[str, set[str]] = defaultdict(set)
    for thing in things:
        for name in (*thing.labels, *thing.others):
            bearers[name.casefold()].add(thing.name)
    texts = [(thing.name, " | ".join((*thing.labels, *thing.others)).casefold()) for thing in things]

    def alone(text: str) -> bool:
        return len({name for name, told in texts if text.casefold() in told}) == 1

    aliases = [(other, thing.name) for thing in things for other in thing.others
               if bearers[other.casefold()] == {thing.name} and other.casefold() != thing.name.casefold()]  # fmt: skip
    yield from (Query("alias", text, name) for text, name in draw.sample(sorted(set(aliases)), EACH))

    names = sorted({thing.name for thing in things})
    draw.shuffle(names)
    parts = ((name, part) for name in names for part in [_part(name, draw)] if part and alone(part))
    yield from (Query("part", part, name) for _, (name, part) in zip(range(EACH), parts, strict=False))

    draw.shuffle(names)
    short = (name for name in names if len(name.split()) <= 4 and any(len(word) > 4 for word in name.split()))
    yield from (Query("typo", _slip(name, draw), name) for _, name in zip(range(EACH), short, strict=False))

    draw.shuffle(names)
    yield from (Query("alphabet", text, name) for text, name in _in_other_letters(things, names))

    with INFLECTED.open(encoding="utf-8", newline="") as file:
        asked = {row["in the name"]: row["asked"] for row in csv.DictReader(file, delimiter="\t")}
    finnish = sorted(
        {(thing.name, word) for thing in things for word in thing.name.casefold().split() if word in asked}
    )
    draw.shuffle(finnish)
    inflected = ((_around(name, word), word, name) for name, word in finnish)
    fit = ((text.replace(word, asked[word]), name) for text, word, name in inflected if alone(text))
    yield from (Query("inflected", text, name) for _, (text, name) in zip(range(EACH), fit, strict=False))


def _part(name: str, draw: Random) -> str:
    words = name.split()
    if len(words) < 3:
        return ""
    start = draw.randrange(len(words) - 1)
    part = " ".join(words[start : start + 2])
    return part if len(part) > 8 else ""


def _slip(name: str, draw: Random) -> str:
    """One letter left out, doubled, exchanged with its neighbour or replaced, in a word of five letters or more."""
    words = name.split()
    at = draw.choice([number for number, word in enumerate(words) if len(word) > 4])
    word, place = words[at], draw.randrange(1, len(words[at]) - 1)
    words[at] = word[:place] + draw.choice((
        word[place + 1 :], word[place] + word[place:], word[place + 1] + word[place] + word[place + 2 :],
        draw.choice(LETTERS) + word[place + 1 :],
    ))  # fmt: skip
    return " ".join(words)


def _in_other_letters(things: list[Named], names: list[str]) -> Iterator[tuple[str, str]]:
    """Greek and Cyrillic names in Latin letters, ten Latin ones in Cyrillic and Greek each, then accents left out."""
    count = 0
    for thing in things:
        for label in thing.labels:
            if any(unicodedata.name(letter, "").startswith(("GREEK", "CYRILLIC")) for letter in label):
                plain = "".join(
                    letter
                    for letter in unicodedata.normalize("NFD", label.lower())
                    if letter.isascii() or letter in LATIN
                )
                count += 1
                yield "".join(LATIN.get(letter, letter) for letter in plain), thing.name
    for letters in (CYRILLIC, GREEK):
        fit = [name for name in names if len(name) > 6 and {*name.lower()} <= {*letters, " "}][:10]
        count += len(fit)
        yield from (("".join(letters.get(letter, letter) for letter in name.lower()), name) for name in fit)
    accented = ((_bare(name), name) for name in names if _bare(name) != name and _bare(name).isascii())
    yield from (pair for _, pair in zip(range(EACH - count), accented, strict=False))


def _bare(name: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return plain.translate(str.maketrans("łŁøØđĐ", "lLoOdD"))


def _around(name: str, word: str) -> str:
    """A name in small letters; of a long one, the word with its neighbours."""
    words = name.casefold().split()
    at = words.index(word)
    return " ".join(words if len(words) <= 4 else words[max(0, at - 1) : at + 2])


def read_things(index: Path) -> list[Named]:
    """The names of an index's things, in the order of their paths."""
    with closing(sqlite3.connect(index)) as connection:
        rows = connection.execute(
            "SELECT path, labels FROM thing WHERE kind <> 'implementation' ORDER BY path"
        ).fetchall()
    others = _other_names(index.parent)
    found = []
    for path, text in rows:
        labels = json.loads(text)
        own = sorted(language for language in labels if language not in ("", "en"))
        main = next(labels[language] for language in (*own, "", "en") if language in labels)
        found.append(Named(main, tuple(labels.values()), tuple(others[path])))
    return found


def _other_names(release: Path) -> dict[str, list[str]]:
    """Other names as the release's tables have them, which no code of the search has touched."""
    found: dict[str, list[str]] = defaultdict(list)
    for table in ("actors", "centres", "solutions", "projects", "programmes"):
        with gzip.open(release / f"{table}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for column, cell in row.items():
                    if column.startswith(("skos:altLabel", "dct:alternative")) and cell:
                        found["id/" + row["iri"].rpartition("/id/")[2]] += cell.split(" | ")
    return found


def read(path: Path) -> list[Query]:
    """The queries of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Query(row["way"], row["query"], row["right"]) for row in csv.DictReader(file, delimiter="\t")]


def ranks(index: SearchIndex, queries: list[Query]) -> list[int]:
    """The rank at which each query has its right answer among the first five, 0 where it is not there."""
    found = []
    for query in queries:
        hits = index.hits(index.find(query.text)[:5])
        found.append(next((rank for rank, hit in enumerate(hits, 1) if query.right in hit.labels.values()), 0))
    return found


def misses(queries: list[Query], found: list[int]) -> list[tuple[str, ...]]:
    """What was not first: the way, the query, the right answer, and its rank or that it is not in the first five."""
    return [(query.way, query.text, query.right, str(rank or "below 5"))
            for query, rank in zip(queries, found, strict=True) if rank != 1]  # fmt: skip


def write(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    release = Path(sys.argv[1]) / "current"
    queries = list(made(read_things(release / "search.sqlite")))
    write(MADE, ("way", "query", "right"), [(query.way, query.text, query.right) for query in queries])
    with closing(SearchIndex(release / "search.sqlite")) as opened:
        queries += read(BY_HAND)
        found = ranks(opened, queries)
        write(MISSES, ("way", "query", "right", "rank"), misses(queries, found))
    first, five = (sum(0 < rank <= last for rank in found) for last in (1, 5))
    sys.stdout.write(f"{len(queries)} queries: {first} first, {five} in the first five\n")
