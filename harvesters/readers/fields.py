"""Fields: where in a row a definition finds them, and which rows of a source it chooses, joins and groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, wraps
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.readers.files import Read, Reading, Row

_AS_THEY_ARE = ("csv", "json", "json-lines")

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
        return _flat(value[path])
    values = [value]
    for name, conditions in _steps(path):
        inner = [each for one in values if isinstance(one, Mapping) for each in _flat(one.get(name))]
        values = [each for each in inner if all(_holds(each, *condition) for condition in conditions)]
    return values


def _holds(value: Any, absent: bool, key: str, wanted: str) -> bool:
    there = [text(each) for each in _flat(value.get(key))] if isinstance(value, Mapping) else []
    return not there if absent else wanted in there if wanted else bool(there)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [leaf for each in value for leaf in _flat(each)]
    return [] if value in (None, "") else [value]


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
                once = [item for place, item in enumerate(brought) if item not in brought[:place]]
                values[name] = once if spec.type == "list" else brought[0]
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


def chooses(fields: Mapping[str, Field]) -> bool:
    """Whether a definition says where its fields stand; else rows are what the source has."""
    return any(spec.sources or spec.split or chooses(spec.fields) for spec in fields.values())


def chosen(read: Read) -> Read:
    """Give a reader of raw rows what its definition says: selection, join, group, and the names of fields."""

    @wraps(read)
    def reading_records(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
        says = chooses(definition.fields) or definition.reading.keys() & {"select", "group", "join"}
        if definition.reader in _AS_THEY_ARE and not says:
            return read(definition, reading)
        rows = _selected(definition, reading, read)
        if "join" in definition.reading:
            rows = _joined(definition, reading, read, rows)
        return _gathered(definition, rows)

    return reading_records


class _Rules:
    """``[reading.select]``: which values make a row one of interest."""

    def __init__(self, definition: Definition) -> None:
        self._patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for rule, table in definition.reading.get("select", {}).items():
            for column, words in table.items():
                wanted = "|".join(f"(?:{w[1:]})" if w.startswith("~") else rf"\A{re.escape(w)}\Z" for w in words)
                self._patterns.setdefault(rule, []).append((column, re.compile(wanted, re.IGNORECASE)))

    def hits(self, rule: str, raw: Any) -> list[str]:
        """What matches, as column and words."""
        hits = []
        for column, pattern in self._patterns.get(rule, ()):
            matches = (pattern.search(str(text(value))) for value in found(raw, column))
            if words := next((match.group() for match in matches if match), ""):
                hits.append(f"{column}: {words}")
        return hits

    def evidence(self, raw: Any) -> list[str] | None:
        """What matched, or None where the row is not of interest or never to be read, as those of natural persons."""
        every, some = self.hits("all", raw), self.hits("any", raw)
        whole = len(every) == len(self._patterns.get("all", ())) and (some or not self._patterns.get("any"))
        return [*every, *some] if whole and not self.hits("none", raw) else None


def _key(definition: Definition, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(name, "")) for name in definition.keys)


def _selected(definition: Definition, reading: Reading, read: Read) -> Iterator[Row | Issue]:
    """The rows of interest; where rows are grouped, all rows of a record of which one is."""
    rules, options = _Rules(definition), definition.reading
    parts = {name: definition.fields[name] for name in definition.keys}
    wanted = set[tuple[str, ...]]()
    if options.get("group") and "select" in options:
        rows = (item.values for item in read(definition, reading) if isinstance(item, Row))
        wanted = {_key(definition, pick(parts, values)) for values in rows if rules.evidence(values) is not None}
    known = _known(definition)
    for item in read(definition, reading):
        if isinstance(item, Issue):
            yield item
            continue
        values = item.values
        evidence = rules.evidence(values)
        of_wanted = evidence is None and wanted and _key(definition, pick(parts, values)) in wanted
        if evidence is None and (not of_wanted or rules.hits("none", values)):
            continue
        for name in values.keys() - known:
            known.add(name)
            yield Issue("unknown-label", definition.id, "the source has it, and no field or drop knows it",
                        file=item.place or definition.place, line=item.line, field=name)  # fmt: skip
        yield Row(item.line, {**values, "@evidence": evidence or []}, item.place)


def _known(definition: Definition) -> set[str]:
    """The columns, or first steps of paths, that the definition names."""
    options = definition.reading
    paths = {*options.get("drop", ()), options.get("join", {}).get("on", ""), "", "@evidence"}
    paths.update(*options.get("select", {}).values())
    stack = list(definition.fields.items())
    while stack:
        name, spec = stack.pop()
        paths.update(spec.sources or (name,))
        if not spec.sources or "." in spec.sources:
            stack += spec.fields.items()
    return paths | {re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths}


def _joined(definition: Definition, reading: Reading, read: Read, rows: Iterator[Row | Issue]) -> Iterator[Row | Issue]:
    """Each row with the rows of the second table that belong to it, under ``joined``."""
    join, known, rules = definition.reading["join"], _known(definition), _Rules(definition)
    held, others = list[tuple[Row, list[str]]](), dict[str, list[Any]]()
    for item in rows:
        if isinstance(item, Row):
            ids = [str(text(value)) for value in found(item.values, join["on"])]
            held.append((replace(item, values={name: item.values[name] for name in item.values.keys() & known}), ids))
            others.update((each, []) for each in ids)
        else:
            yield item
    address = join.get("entry", definition.address)
    second = replace(definition, address=address, fields={}, keys=(), reading={**definition.reading, **join})
    for item in read(second, reading):
        if isinstance(item, Issue):
            yield item
        elif not rules.hits("none", item.values):
            for value in found(item.values, join["to"]):
                others.get(str(text(value)), []).append(item.values)
    for row, ids in held:
        yield replace(row, values={**row.values, "joined": [other for each in ids for other in others[each]]})


def _gathered(definition: Definition, rows: Iterator[Row | Issue]) -> Iterator[Row | Issue]:
    """The declared fields of each row; where rows are grouped, those of one key as one record."""
    grouped: dict[tuple[str, ...], dict[str, Any]] = {}
    first: list[Row] = []
    for item in rows:
        if isinstance(item, Issue):
            yield item
            continue
        values = pick(definition.fields, item.values)
        key = _key(definition, values) if definition.reading.get("group") else ()
        row = Row(item.line, values, item.place)
        if not key or not all(key):
            yield row
        elif key not in grouped:
            grouped[key] = values
            first.append(row)
        else:  # lists gather, of other fields the first value counts
            for name, value in values.items():
                if isinstance(value, list) and name in grouped[key]:
                    grouped[key][name] += [item for item in value if item not in grouped[key][name]]
                else:
                    grouped[key].setdefault(name, value)
    yield from first
