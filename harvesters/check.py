"""Checking: a row against the fields that its source declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.readers import Row

_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")
_FINNISH_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_LANGUAGE = re.compile(r"[a-z]{2,3}")

EXPECTATIONS = {
    "text": "a text that is not empty",
    "iri": "an http or https address without spaces",
    "date": "a year, a year and month, or a date (ISO 8601)",
    "finnish-date": "a date as d.m.yyyy",
    "language": "a language code of two or three letters (ISO 639)",
    "boolean": "true or false",
    "list": "a list",
    "object": "an object",
}


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record whose values fit their declared fields, with its key and its place in the file."""

    definition: Definition
    key: str
    line: int
    values: Mapping[str, Any]

    def issue(self, code: str, message: str, *, field: str = "", value: object = "", expected: str = "") -> Issue:
        """An issue about this record, with its place filled in."""
        return Issue(
            code, self.definition.id, message, key=self.key, file=self.definition.entry.name, line=self.line,
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
    key = "" if any(fault[0] == "missing-key" for fault in faults) else definition.key(row.values)
    record = SourceRecord(definition, key, row.line, row.values)
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
        yield ("wrong-type", where, str(value), f"the value is of another kind ({kind})", EXPECTATIONS[spec.type])
    elif spec.type == "list":
        for number, item in enumerate(value):
            inner = Field(spec.of, fields=spec.fields)
            yield from _value_faults(inner, item, f"{where}[{number}]")
    elif spec.type == "object":
        yield from _faults(spec.fields, value, where + ".")


def fits(kind: str, value: Any) -> bool:
    """Whether a value is of a declared kind (the keys of :data:`EXPECTATIONS`)."""
    if kind == "list":
        return isinstance(value, list)
    if kind == "object":
        return isinstance(value, dict)
    if kind == "boolean":
        return isinstance(value, bool)
    if not isinstance(value, str) or not value.strip():
        return False
    if kind == "iri":
        return is_address(value)
    if kind == "date":
        found = _DATE.fullmatch(value)
        return found is not None and _is_day(found[1], found[2] or "1", found[3] or "1")
    if kind == "finnish-date":
        found = _FINNISH_DATE.fullmatch(value)
        return found is not None and _is_day(found[3], found[2], found[1])
    return kind != "language" or _LANGUAGE.fullmatch(value) is not None


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def is_address(text: str) -> bool:
    """Whether a text is an http or https address that may stand in RDF as an IRI (RFC 3987)."""
    try:
        NamedNode(text)
        parts = urlsplit(text)
    except ValueError:  # among them what UTF-8 cannot hold
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def iso_date(finnish: str) -> str:
    """A date as d.m.yyyy in ISO 8601 form."""
    match = _FINNISH_DATE.fullmatch(finnish)
    if match is None:
        raise ValueError(f"{finnish!r} is not a date as d.m.yyyy")
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
