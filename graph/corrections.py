"""Corrections of a steward, ``curated.csv`` in the home folder: facts replaced, added or taken out, with who and why.

A row names a thing of a source by its path below ``id/`` (as decisions.tsv does) and a property by its short name. The
source's record stays as it is; what is new stands in a graph of its own, ``graph/curated/…``, and goes before.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from talkoot.graph.table_files import TableError, table_rows
from talkoot.graph.workbench import KeptRecord
from talkoot.ontology.namespaces import PREFIXES, term_of

FILE = "curated.csv"
HIDE = "hide"


@dataclass(frozen=True, slots=True)
class Correction:
    """One row; without ``old`` a fact is added, without ``new`` taken out; the field *hide* takes a thing out whole."""

    subject: str
    field: str
    old: str
    new: str
    agent: str
    why: str
    date: str


COLUMNS = tuple(item.name for item in fields(Correction))


def read_corrections(home: Path) -> list[Correction]:
    """The rows of a home's file, if it has one. Raises :class:`TableError` naming file, row and what was expected."""
    found = []
    for where, row in table_rows(home / FILE, COLUMNS):
        prefix, _, local = row["field"].partition(":")
        if row["field"] != HIDE and (prefix not in PREFIXES or not local):
            raise TableError(f"{where}: field is {row['field']!r}: expected a property such as dct:title, or {HIDE}")
        if not row["subject"].startswith("src/") or not row["agent"] or not row["why"]:
            raise TableError(f"{where}: expected a subject such as src/sim/actor/…, and who says so and why")
        if row["field"] != HIDE and not row["old"] and not row["new"]:
            raise TableError(f"{where}: expected an old value, a new one, or both")
        found.append(Correction(**row))
    return found


def value_of(text: str) -> NamedNode | Literal:
    """A value as it is written in a table: an address, a short name such as country:FIN, or words, perhaps with @fi."""
    prefix, colon, local = text.partition(":")
    if text.startswith(("http://", "https://")):
        return NamedNode(text)
    if colon and prefix in PREFIXES and re.fullmatch(r"[\w/.-]+", local):
        return term_of(text)
    words, _, language = text.rpartition("@")
    return Literal(words, language=language) if words and re.fullmatch("[a-z]{2,3}", language) else Literal(text)


def corrected(
    records: Iterable[tuple[KeptRecord, list[Quad]]],
    corrections: Sequence[Correction],
    canonical: Mapping[str, str],
    base: str,
) -> tuple[list[tuple[KeptRecord, list[Quad]]], list[Correction]]:
    """Records without what corrections replace, take out or hide; and the corrections whose old value none has.

    A thing is hidden with all that other sources say of it, by the canonical identifiers of entities.
    """
    if not corrections:
        return list(records), []
    things = {canonical.get(f"{base}id/{one.subject}") for one in corrections if one.field == HIDE} - {None}
    hidden = {entity for entity, thing in canonical.items() if thing in things}
    old: dict[tuple[str, str, object], Correction] = {}
    for one in corrections:
        if one.old and one.field != HIDE:
            old[f"{base}id/{one.subject}", term_of(one.field).value, value_of(one.old)] = one
    met = set[Correction]()
    found = []
    for record, quads in records:
        kept = []
        parts = {
            quad.subject for quad in quads if getattr(quad.object, "value", "") in hidden and "#" in str(quad.subject)
        }
        for quad in quads:
            subject = str(getattr(quad.subject, "value", ""))
            if record.source != "curated" and (correction := old.get((subject, quad.predicate.value, quad.object))):
                met.add(correction)
            elif subject.partition("#")[0] not in hidden and quad.subject not in parts:
                kept.append(quad)
        found.append((record, kept))
    return found, [one for one in old.values() if one not in met]
