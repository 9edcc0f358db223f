"""The table of released terms: what was published once stays, or goes by way of deprecation.

A row has the IRI of a term or concept below the base; the versions of the vocabulary since which it stands, is
deprecated and is removed; and its meaning, the English definition or else a label.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.files import TERMS, Sources, text
from talkoot.ontology.namespaces import OWL, SKOS, TALKOOT, TK, VOC

FILE = "released-terms.csv"
COLUMNS = ["term", "since", "deprecated", "removed", "meaning"]


def check_released(sources: Sources) -> Iterator[str]:
    """No released term is gone or means something else without the steps of the deprecation policy."""
    with (sources.folder / FILE).open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        if table.fieldnames != COLUMNS:
            yield f"{FILE}:1: expected the columns {', '.join(COLUMNS)}"
            return
        rows = list(table)
    now, deprecated = _terms(sources)
    for number, row in enumerate(rows, start=2):
        versions = [row[name] or "" for name in COLUMNS[1:4]]
        if None in row or None in row.values() or not all(re.fullmatch(r"(\d+\.\d+\.\d+)?", v) for v in versions):
            yield f"{FILE}:{number}: expected {len(COLUMNS)} cells, versions such as 1.2.0 in the second to fourth"
        else:
            yield from (f"{FILE}: {row['term']}{fault}" for fault in _faults(row, now, row["term"] in deprecated))
    for term in sorted(now.keys() - {row["term"] for row in rows}):
        yield f"{FILE}: {term} is missing: run talkoot check --fix to add it"


def _faults(row: dict[str, str], now: dict[str, str], deprecated: bool) -> Iterator[str]:
    meaning = now.get(row["term"])
    last, deprecation = (int(row[column].partition(".")[0] or 0) for column in ("removed", "deprecated"))
    if row["removed"]:
        if meaning is not None:
            yield f" was removed in {row['removed']} and its IRI is used again: take a new name"
        if not row["deprecated"] or last <= deprecation:
            yield " may be removed only in a major version after the one that deprecated it"
    elif meaning is None:
        yield f" was released in {row['since']} and is gone: put it back, marked owl:deprecated true"
    elif deprecated != bool(row["deprecated"]):
        yield ": owl:deprecated and the column deprecated disagree: write the version there"
    elif row["meaning"] != meaning:
        yield (
            f" now reads “{meaning}”: a new meaning needs a new term; where only the wording is better, write it into "
            "this table and the change log too"
        )


def write_released(sources: Sources) -> None:
    """Add the terms that the table does not have yet, with the present version of the vocabulary."""
    path = sources.folder / FILE
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row.get("term", ""): row for row in csv.DictReader(file)}
    if any(list(row) != COLUMNS for row in rows.values()):
        return  # the check tells
    about = [quad for quad in sources.all_quads("*.ttl") if quad.subject == NamedNode(TALKOOT + "ns")]
    version = next(text(quad.object) for quad in about if quad.predicate == OWL["versionInfo"])
    now, deprecated = _terms(sources)
    for term, meaning in now.items():
        since = version if term in deprecated else ""
        rows.setdefault(term, dict(zip(COLUMNS, (term, version, since, "", meaning), strict=True)))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *(rows[term].values() for term in sorted(rows))])


def _terms(sources: Sources) -> tuple[dict[str, str], set[str]]:
    """What is there today by IRI below the base: the meaning of each term and concept, and which are deprecated."""
    deprecated, ranks = set(), {SKOS["definition"]: 0, SKOS["prefLabel"]: 1}
    found = {iri.removeprefix(TALKOOT): (9, "", "") for iri in sources.declared if iri.startswith((TK, VOC))}
    for quad in sources.all_quads(*TERMS):
        term = text(quad.subject).removeprefix(TALKOOT)
        if quad.predicate == OWL["deprecated"]:
            deprecated.add(term)
        elif quad.predicate in ranks and term in found and isinstance(quad.object, Literal):
            rank, language = ranks[quad.predicate], quad.object.language or ""
            found[term] = min(found[term], (rank if language == "en" else rank + 2, language, quad.object.value))
    return {term: meaning for term, (_, _, meaning) in found.items()}, deprecated
