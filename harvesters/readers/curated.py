"""The corrections of a steward, read as a source of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from talkoot.graph.corrections import COLUMNS, FILE, HIDE, read_corrections
from talkoot.graph.issues import Issue
from talkoot.graph.workbench import now
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.readers.files import Reading, Row


def curated_source(home: Path) -> Definition:
    """The corrections as a source that goes before all others."""
    statement = {name: Field("text") for name in COLUMNS}
    fields = {
        "subject": Field("text", required=True), "statements": Field("list", of="object", fields=statement),
        "as_of": Field("date"),
    }  # fmt: skip
    return Definition(
        id="curated", title="Corrections of the steward", publisher="The steward of this installation",
        publisher_page="https://w3id.org/talkoot/", country="EU", licence="unknown",
        terms="Statements of the steward", frequency="once", obtained="curated", as_of=now()[:10], precedence=-1,
        personal_data=False, known_to_exist=None, reader="curated", entry=home / FILE, mapping="curated",
        keys=("subject",), fields=fields,
    )  # fmt: skip


def read_curated(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each thing that rows add to."""
    rows = [one for one in read_corrections(definition.entry.parent) if one.new and one.field != HIDE]
    for subject in dict.fromkeys(one.subject for one in rows):
        said = [one for one in rows if one.subject == subject]
        statements = [{name: text for name in COLUMNS if (text := getattr(one, name))} for one in said]
        day = max(one.date for one in said)
        yield Row(1, {"subject": subject, "statements": statements, **({"as_of": day} if day else {})})
