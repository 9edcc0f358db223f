"""The table of released terms: what was published once stays, or goes by way of deprecation."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import OWL, TALKOOT, TK, VOC
from talkoot.ontology.sources import Sources

FILE = "released-terms.csv"


@dataclass(frozen=True, slots=True)
class Term:
    """A term or concept that was released, by its IRI below the base.

    Versions of the vocabulary say since when it stands, is deprecated, and is removed; ``meaning`` is its English
    definition, or a label where it has none.
    """

    term: str
    since: str
    deprecated: str
    removed: str
    meaning: str


COLUMNS = tuple(item.name for item in fields(Term))


def check_released(sources: Sources) -> Iterator[str]:
    """No released term is gone or means something else without the steps of the deprecation policy."""
    rows: dict[str, Term] = {}
    with (sources.folder / FILE).open(encoding="utf-8", newline="") as file:
        table = csv.reader(file)
        if tuple(next(table, ())) != COLUMNS:
            yield f"{FILE}:1: expected the columns {', '.join(COLUMNS)}"
            return
        for number, cells in enumerate(table, start=2):
            if len(cells) != len(COLUMNS) or not all(re.fullmatch(r"(\d+\.\d+\.\d+)?", text) for text in cells[1:4]):
                yield f"{FILE}:{number}: expected {len(COLUMNS)} cells, versions such as 1.2.0 in the second to fourth"
                continue
            rows[cells[0]] = Term(*cells)
    now = _terms(sources)
    for row in rows.values():
        yield from _check_row(row, sources, now)
    for term in sorted(now.keys() - rows.keys()):
        yield f"{FILE}: {term} is missing: run talkoot check --fix to add it"


def _check_row(row: Term, sources: Sources, now: dict[str, str]) -> Iterator[str]:
    there, deprecated = row.term in now, TALKOOT + row.term in sources.deprecated
    if row.removed:
        if there:
            yield f"{FILE}: {row.term} was removed in {row.removed} and its IRI is used again: take a new name"
        if not row.deprecated or _major(row.removed) <= _major(row.deprecated):
            yield f"{FILE}: {row.term} may be removed only in a major version after the one that deprecated it"
    elif not there:
        yield f"{FILE}: {row.term} was released in {row.since} and is gone: put it back, marked owl:deprecated true"
    elif deprecated != bool(row.deprecated):
        yield f"{FILE}: {row.term}: owl:deprecated and the column deprecated disagree: write the version there"
    elif row.meaning != now[row.term]:
        yield (
            f"{FILE}: {row.term} now reads “{now[row.term]}”: a new meaning needs a new term; where only the wording "
            "is better, write it into this table and the change log too"
        )


def write_released(sources: Sources) -> None:
    """Add the terms that the table does not have yet, with the present version of the vocabulary."""
    path = sources.folder / FILE
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["term"]: Term(**row) for row in csv.DictReader(file)}
    version = next(
        str(getattr(quad.object, "value", ""))
        for _, quad in sources.all_quads(".")
        if quad.subject == NamedNode(TALKOOT + "ns") and quad.predicate == OWL["versionInfo"]
    )
    for term, meaning in _terms(sources).items():
        deprecated = version if TALKOOT + term in sources.deprecated else ""
        rows.setdefault(term, Term(term, version, deprecated, "", meaning))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(astuple(rows[term]) for term in sorted(rows))


def _terms(sources: Sources) -> dict[str, str]:
    """What is there today: by IRI below the base, its meaning."""
    return {
        iri.removeprefix(TALKOOT): sources.meanings.get(iri, "")
        for iri in sources.declared
        if iri.startswith((TK, VOC))
    }


def _major(version: str) -> int:
    return int(version.split(".")[0])
