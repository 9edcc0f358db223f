"""Checking: a row against the fields that its source declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.readers import Row
from talkoot.harvesters.values import EXPECTATIONS, fits


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record whose values fit their declared fields, with its key and its place in the file."""

    definition: Definition
    key: str
    line: int
    values: Mapping[str, Any]
    place: str = ""

    def issue(self, code: str, message: str, *, field: str = "", value: object = "", expected: str = "") -> Issue:
        """An issue about this record, with its place filled in."""
        return Issue(
            code, self.definition.id, message, key=self.key, file=self.place or self.definition.place, line=self.line,
            field=field, value=str(value)[:500], expected=expected,
        )  # fmt: skip


def check_row(definition: Definition, row: Row) -> SourceRecord | list[Issue]:
    """The row as a record, or every reason why it is set aside."""
    faults = list(_faults(Field("object", fields=definition.fields), row.values))
    for name in definition.keys:
        if name not in row.values:
            faults = [fault for fault in faults if fault[1] != name]
            faults.append(("missing-key", name, "", "the key has no value", "a value: the record's key is made of it"))
        elif not definition.key_part(name, row.values):
            faults.append(("missing-key", name, str(row.values[name]), "the key folds to nothing", "letters or digits"))
    key = "" if any(fault[1] in definition.keys for fault in faults) else definition.key(row.values)
    record = SourceRecord(definition, key, row.line, row.values, row.place)
    if not faults:
        return record
    return [record.issue(code, told, field=name, value=value, expected=fit) for code, name, value, told, fit in faults]


def _faults(spec: Field, value: Any, where: str = "") -> Iterator[tuple[str, str, str, str, str]]:
    """Code, place, value, message and expectation of each fault in a value, or within it."""
    if not fits(spec.type, value):
        kind = type(value).__name__
        yield "wrong-type", where, str(value), f"the value does not fit (a {kind})", EXPECTATIONS[spec.type]
    elif spec.type == "list":
        for number, item in enumerate(value):
            yield from _faults(Field(spec.of, fields=spec.fields), item, f"{where}[{number}]")
    elif spec.type == "object":
        within = f"{where}." if where else ""
        for name, inner in value.items():
            if name in spec.fields:
                yield from _faults(spec.fields[name], inner, within + name)
            else:
                expected = f"one of: {', '.join(spec.fields)}"
                yield "unknown-field", within + name, str(inner), "the field is not declared", expected
        for name, field in spec.fields.items():
            if field.required and name not in value:
                yield "missing-field", within + name, "", "the field is missing", EXPECTATIONS[field.type]
