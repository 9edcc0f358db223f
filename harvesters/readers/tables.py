"""Tables: header and rows, which rows are of interest, and how they are joined and gathered into records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.readers.fields import found, merge, pick, text
from talkoot.harvesters.readers.rows import Reading, Row, quoted

Read = Callable[[Definition, Reading], Iterator[Row | Issue]]
_OURS = (".", "@", "joined")
_AS_THEY_ARE = ("csv", "json", "json-lines")


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
        return _grouped(definition, _joined(definition, reading, read, _selected(definition, reading, read)))

    return reading_records


class Header:
    """The first row of a table, under which the cells of the others stand."""

    def __init__(self, definition: Definition, place: str, code: str) -> None:
        self.names: list[str] = []
        self._definition, self._place, self._code = definition, place, code
        self._of_row = place if place != definition.place else ""

    def read(self, line: int, cells: list[str], plain: str = "") -> Row | Issue | None:
        """A row under the header, nothing for the header itself, an issue where either cannot be."""
        if self.names:
            if len(cells) == len(self.names):
                named = zip(self.names, cells, strict=True)
                return Row(line, {name: cell for name, cell in named if cell != ""}, self._of_row)
            return self._fault(line, f"{len(cells)} cells under a header of {len(self.names)}", plain)
        names = [" ".join(cell.split()) for cell in cells]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        other = next((word for mark, word in _MARKS.items() if mark in cells[0]), "") if len(cells) == 1 else ""
        if twice:
            return self._fault(line, f"the header names {', '.join(twice)} twice", plain)
        if other:
            return self._fault(line, f"one column found: are these {other}?", plain)
        if missing := self._missing(names):
            return self._fault(line, f"the header has no column for {', '.join(missing)}", plain)
        self.names = names
        return None

    def _missing(self, names: list[str]) -> list[str]:
        definition = self._definition
        return [
            name for name, spec in definition.fields.items()
            if (spec.required or name in definition.keys) and chooses(definition.fields)
            and not any(source in names or source.startswith(_OURS) for source in spec.sources or (name,))
        ]  # fmt: skip

    def _fault(self, line: int, message: str, plain: str) -> Issue:
        return not_a_row(self._definition, self._place, self._code, line, message, plain)


_MARKS = {";": "semicolons", "\t": "tabs", ",": "commas"}


def not_a_row(definition: Definition, place: str, code: str, line: int, message: str, plain: str) -> Issue:
    """That a header or a row of a table cannot be read."""
    return Issue(
        code, definition.id, message, file=place, line=line, value=quoted(definition, plain),
        expected="as many cells as the header has, each named once, quotes closed (RFC 4180)",
    )  # fmt: skip


class _Rules:
    """``[reading.select]``: which values make a row one of interest."""

    def __init__(self, definition: Definition) -> None:
        select = definition.reading.get("select", {})
        self._any, self._all, self._none = (self._read(select.get(name, {})) for name in ("any", "all", "none"))

    @staticmethod
    def _read(table: Mapping[str, list[str]]) -> list[tuple[str, re.Pattern[str]]]:
        def pattern(words: list[str]) -> str:
            return "|".join(f"(?:{word[1:]})" if word.startswith("~") else rf"\A{re.escape(word)}\Z" for word in words)

        return [(column, re.compile(pattern(words), re.IGNORECASE)) for column, words in table.items()]

    def evidence(self, raw: Any) -> list[str] | None:
        """What matched, as column and words, or None where the row is not of interest."""
        some, every = _matches(raw, self._any), _matches(raw, self._all)
        if self.shut_out(raw) or not all(every.values()) or (self._any and not any(some.values())):
            return None
        return [f"{column}: {words}" for each in (every, some) for column, words in each.items() if words]

    def shut_out(self, raw: Any) -> bool:
        """Whether a row is one of those that are never read, such as those of natural persons."""
        return any(_matches(raw, self._none).values())


def _matches(raw: Any, patterns: list[tuple[str, re.Pattern[str]]]) -> dict[str, str]:
    """What matches in each column; empty where nothing does."""
    return {
        column: next((hit.group() for value in found(raw, column) if (hit := pattern.search(str(text(value))))), "")
        for column, pattern in patterns
    }


def _key(definition: Definition, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(name, "")) for name in definition.keys)


def _selected(definition: Definition, reading: Reading, read: Read) -> Iterator[Row | Issue]:
    """The rows of interest; where rows are grouped, all rows of a record of which one is."""
    rules, options = _Rules(definition), definition.reading
    parts = {name: definition.fields[name] for name in definition.keys}
    wanted: set[tuple[str, ...]] | None = None
    if options.get("group") and "select" in options:
        rows = (item for item in read(definition, reading) if isinstance(item, Row))
        wanted = {_key(definition, pick(parts, row.values)) for row in rows if rules.evidence(row.values) is not None}
    known, unknown = _known(definition), set[str]()
    for item in read(definition, reading):
        if isinstance(item, Issue):
            yield item
            continue
        evidence = rules.evidence(item.values)
        with_another = wanted and not rules.shut_out(item.values)
        if evidence is None and not (with_another and _key(definition, pick(parts, item.values)) in (wanted or ())):
            continue
        for name in item.values.keys() - known - unknown:
            unknown.add(name)
            yield Issue("unknown-label", definition.id, "the source has it, and no field or drop knows it",
                        file=item.place or definition.place, line=item.line, field=name)  # fmt: skip
        yield replace(item, values={**item.values, "@evidence": evidence or []})


def _known(definition: Definition) -> set[str]:
    """The columns, or first steps of paths, that the definition names."""
    options = definition.reading
    paths = {*options.get("drop", ()), options.get("join", {}).get("on", ""), "", "@evidence"}
    for table in options.get("select", {}).values():
        paths.update(table)
    stack = list(definition.fields.items())
    while stack:
        name, spec = stack.pop()
        paths.update(spec.sources or (name,))
        if not spec.sources or "." in spec.sources:
            stack += spec.fields.items()
    return paths | {re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths}


def _joined(definition: Definition, reading: Reading, read: Read, rows: Iterator[Row | Issue]) -> Iterator[Row | Issue]:
    """Each row with the rows of the second table that belong to it, under ``joined``."""
    join = definition.reading.get("join")
    if not join:
        yield from rows
        return
    known, held, others = _known(definition), list[Row](), dict[str, list[Any]]()
    for item in rows:
        if isinstance(item, Row):
            held.append(replace(item, values={name: item.values[name] for name in item.values.keys() & known}))
            others.update((str(text(value)), []) for value in found(item.values, join["on"]))
        else:
            yield item
    rules, address = _Rules(definition), join.get("entry", definition.address)
    second = replace(definition, address=address, fields={}, keys=(), reading={**definition.reading, **join})
    for item in read(second, reading):
        if isinstance(item, Issue):
            yield item
        elif not rules.shut_out(item.values):
            for value in found(item.values, join["to"]):
                if (rows_there := others.get(str(text(value)))) is not None:
                    rows_there.append(item.values)
    for row in held:
        there = [other for value in found(row.values, join["on"]) for other in others[str(text(value))]]
        yield replace(row, values={**row.values, "joined": there})


def _grouped(definition: Definition, rows: Iterator[Row | Issue]) -> Iterator[Row | Issue]:
    """The declared fields of each row; where rows are grouped, those of one key as one record."""
    grouped: dict[tuple[str, ...], Row] = {}
    for item in rows:
        if isinstance(item, Issue):
            yield item
            continue
        row = replace(item, values=pick(definition.fields, item.values))
        key = _key(definition, row.values)
        if not definition.reading.get("group") or not all(key):
            yield row
        elif key in grouped:
            merge(grouped[key].values, row.values)  # type: ignore[arg-type]  # pick made it
        else:
            grouped[key] = row
    yield from grouped.values()
