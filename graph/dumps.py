"""What can be downloaded beside the whole graph: its open part, and the merged view as Turtle and as tables.

What each file of a release holds stands in ``files.csv``; which licences are open, in ``open_licences.txt``.
"""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.ledger import redirects
from talkoot.graph.identity.resolve import Identity
from talkoot.graph.rdf_text import turtle
from talkoot.graph.search_index import SearchIndex
from talkoot.graph.table_files import table_rows
from talkoot.ontology import vocabulary_triples
from talkoot.ontology.files import short
from talkoot.ontology.namespaces import RDF, TK

_HERE = Path(__file__).resolve().parent
_Said = Mapping[str, Sequence[Triple]]


@lru_cache(maxsize=1)
def release_files() -> Mapping[str, Mapping[str, str]]:
    """The rows of ``files.csv`` by file, in the order in which pages list them."""
    return {row["name"]: row for _, row in table_rows(_HERE / "files.csv")}


TABLES = {row["node"]: tuple(row["kinds"].split()) for row in release_files().values() if row["kinds"]}
"""The tables of things by name, each with the kinds that it holds."""


@lru_cache(maxsize=256)
def is_open(licence: str) -> bool:
    """Whether a licence, by its address, is known to allow any use and changes; one that is not known does not."""
    lines = (_HERE / "open_licences.txt").read_text(encoding="utf-8").splitlines()
    address = licence.partition("://")[2].removeprefix("www.")
    return address.startswith(tuple(line for line in lines if line and not line.startswith("#")))


def open_part(identity: Identity, base: str) -> Identity:
    """What is known of the records under open licences alone: these, their entities, and judgements on two of them."""
    records = [(record, quads) for record, quads in identity.records if is_open(record.origin.licence)]
    told = {quad.subject.value for _, quads in records for quad in quads if isinstance(quad.subject, NamedNode)}
    canonical = {entity: target for entity, target in identity.canonical.items() if entity in told}
    decisions = [one for one in identity.decisions if all(f"{base}id/{entity}" in canonical for entity in one.pair)]
    living, moved = {target.removeprefix(f"{base}id/") for target in canonical.values()}, redirects(identity.ledger)
    ledger = [one for one in identity.ledger if moved.get(one.canonical_id, one.canonical_id) in living]
    return replace(identity, records=records, canonical=canonical, decisions=decisions, ledger=ledger)


def write_dumps(folder: Path, opened: Iterable[str], merged: Iterable[Triple], base: str) -> None:
    """Write the lines of the open part and the merged view into the folder of a release that has its search index."""
    with gzip.GzipFile(folder / "graph-open.nq.gz", "wb", 6, mtime=0) as file:
        file.write("".join(sorted(opened)).encode())
    ordered = sorted(merged, key=str)
    with gzip.GzipFile(folder / "merged.ttl.gz", "wb", 6, mtime=0) as file:
        file.write(turtle(dict.fromkeys([*ordered, *vocabulary_triples()])).encode())
    said: dict[str, list[Triple]] = defaultdict(list)
    for triple in ordered:
        said[str(triple.subject)[1:-1]].append(triple)
    with closing(SearchIndex(folder / "search.sqlite")) as index:
        for name, kinds in TABLES.items():
            _write_table(folder / f"{name}.csv.gz", [base + hit.path for hit in index.things(kinds, limit=-1)], said)
    parts = (str(triple.subject)[1:-1] for triple in ordered if triple.object == TK["Involvement"])
    _write_table(folder / "parts.csv.gz", parts, said)


def _write_table(path: Path, things: Iterable[str], said: _Said) -> None:
    """One row a thing; UTF-8 with a mark at its start, by which spreadsheets know it."""
    rows = []
    for thing in things:
        cells: dict[str, list[str]] = defaultdict(list)
        _fill(cells, thing, said)
        rows.append({"iri": thing} | {column: no_formula(" | ".join(values)) for column, values in cells.items()})
    columns = {
        column: column.startswith(("skos:prefLabel", "dct:title")) for row in rows for column in row if column != "iri"
    }
    ordered = sorted(columns, key=lambda column: (column == "dct:source", not columns[column], column))
    with gzip.GzipFile(path, "wb", 6, mtime=0) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        table = csv.DictWriter(text, ["iri", *ordered])
        table.writeheader()
        table.writerows(rows)


def no_formula(text: str) -> str:
    """A text as a table holds it: no spreadsheet takes for a formula what has an apostrophe before it."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) else text


def _fill(cells: dict[str, list[str]], thing: str, said: _Said, above: str = "") -> None:
    """Add what is said of a thing, by property and language; of a node of its own (a period), what that says."""
    for triple in said[thing]:
        value, column = triple.object, above + short(triple.predicate.value)
        if isinstance(value, Literal):
            cells[f"{column}@{value.language}" if value.language else column].append(value.value)
        elif isinstance(value, NamedNode) and not above and "#" in value.value and value.value in said:
            _fill(cells, value.value, said, f"{column}/")
        elif isinstance(value, NamedNode) and not (above and triple.predicate == RDF["type"]):
            cells[column].append(value.value)
