"""Declared fields: what a definition wants of a row, found by column or path and brought to the form of its type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from talkoot.harvesters.definition import Field

_STEP = re.compile(r"\.?([^.\[]+)((?:\[[^\]]*\])*)")
_CONDITION = re.compile(r"\[(!?)([^\]=]+)=?([^\]]*)\]")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d.*")
_TRUTH = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}


@cache
def _steps(path: str) -> list[tuple[str, list[tuple[bool, str, str]]]]:
    return [
        (name, [(bool(no), key, value) for no, key, value in _CONDITION.findall(conditions)])
        for name, conditions in _STEP.findall(path)
    ]


def found(value: Any, path: str) -> list[Any]:
    """Everything that stands at a path of names, lists on the way gone through; ``.`` is the value itself.

    ``names[type=1][!endDate].name`` is the name within those of ``names`` whose type is 1 and that have no endDate.
    """
    if path == ".":
        return [value]
    if isinstance(value, Mapping) and path in value:
        return list(_flat(value[path]))
    values = [value]
    for name, conditions in _steps(path):
        inner = [each for one in values if isinstance(one, Mapping) for each in _flat(one.get(name))]
        values = [each for each in inner if all(_holds(each, *condition) for condition in conditions)]
    return values


def _holds(value: Any, absent: bool, key: str, wanted: str) -> bool:
    there = [text(each) for each in _flat(value.get(key))] if isinstance(value, Mapping) else []
    return not there if absent else wanted in there if wanted else bool(there)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    elif value not in (None, ""):
        yield value


def text(value: Any) -> Any:
    """A text without space around it, a number as its digits; anything else as it is."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(Decimal(str(value)), "f").removesuffix(".0")
    return value


def pick(fields: Mapping[str, Field], raw: Any) -> dict[str, Any]:
    """The values of the declared fields in a row, by the fields' own names; what is empty is absent."""
    values: dict[str, Any] = {}
    for name, spec in fields.items():
        for source in spec.sources or (name,):
            given = found(raw, source)
            if spec.split:
                given = [piece for each in given for piece in str(each).split(spec.split)]
            kind = spec.of if spec.type == "list" else spec.type
            brought = [each for each in (_bring(kind, spec.fields, value) for value in given) if each not in ("", {})]
            if brought:
                values[name] = _once(brought) if spec.type == "list" else brought[0]
                break
    return values


def _bring(kind: str, fields: Mapping[str, Field], value: Any) -> Any:
    if kind == "object" and isinstance(value, Mapping):
        return pick(fields, value)
    value = text(value)
    if not isinstance(value, str):
        return value
    if kind == "date":
        return _MOMENT.sub(r"\1", value)
    if kind == "iri" and value and "://" not in value:
        return f"https://{value}"
    return _TRUTH.get(value.lower(), value) if kind == "boolean" else value


def _once(items: list[Any]) -> list[Any]:
    return [item for place, item in enumerate(items) if item not in items[:place]]


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add what another row says of the same record: lists gather, of other fields the first value counts."""
    for name, value in more.items():
        if isinstance(value, list) and name in into:
            into[name] += [item for item in value if item not in into[name]]
        else:
            into.setdefault(name, value)
