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
    faults = list(_faults(definition.fields, row.values, ""))
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
    return [
        record.issue(code, message, field=name, value=value, expected=expected)
        for code, name, value, message, expected in faults
    ]


_Fault = tuple[str, str, str, str, str]


def _faults(fields: Mapping[str, Field], values: Mapping[str, Any], where: str) -> Iterator[_Fault]:
    for name, value in values.items():
        if name in fields:
            yield from _value_faults(fields[name], value, where + name)
        else:
            known = ", ".join(fields)
            yield "unknown-field", where + name, str(value), "the field is not declared", f"one of: {known}"
    for name, spec in fields.items():
        if spec.required and name not in values:
            yield "missing-field", where + name, "", "the field is missing", EXPECTATIONS[spec.type]


def _value_faults(spec: Field, value: Any, where: str) -> Iterator[_Fault]:
    if not fits(spec.type, value):
        kind = type(value).__name__
        yield ("wrong-type", where, str(value), f"the value does not fit (a {kind})", EXPECTATIONS[spec.type])
    elif spec.type == "list":
        for number, item in enumerate(value):
            inner = Field(spec.of, fields=spec.fields)
            yield from _value_faults(inner, item, f"{where}[{number}]")
    elif spec.type == "object":
        yield from _faults(spec.fields, value, where + ".")
