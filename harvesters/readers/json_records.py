"""JSON and JSON Lines: an array of objects, or an object a line. Strict: no NaN, no repeated keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.rows import Reading, Row, read_lines


def read_json_lines(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each line that is a JSON object; empty lines are passed over (https://jsonlines.org)."""
    for item in read_lines(definition, reading):
        if isinstance(item, Issue):
            yield item
        elif item[1].strip():
            yield _row(definition, item[0], item[1])


def read_json(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each object of a document that is one JSON array (RFC 8259)."""
    parts: list[str] = []
    for item in read_lines(definition, reading):
        if isinstance(item, Issue):
            yield item
            if item.sets_aside:
                return  # a document with a hole is no document
        else:
            parts.append(item[1])
    yield from _elements(definition, "".join(parts))


def _elements(definition: Definition, text: str) -> Iterator[Row | Issue]:
    """The elements of the array one by one, so that each knows its line."""
    place = _skip_space(text, 0)
    if place == len(text):
        return
    if text[place] != "[":
        yield _not_json(definition, 1, ValueError("the document is not an array"), text)
        return
    line, counted = 1, 0
    before = "["
    while True:
        place = _skip_space(text, place + 1)
        line, counted = line + text.count("\n", counted, place), place
        if before == "[" and text[place : place + 1] == "]":
            break
        decoder = _Decoder()
        start = place
        try:
            values, place = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            yield _not_json(definition, getattr(error, "lineno", line), error, text[start : start + 200])
            return
        yield _checked(definition, line, values, decoder.fault, text[start:place])
        place = _skip_space(text, place)
        before = text[place : place + 1]
        if before == "]":
            break
        if before != ",":
            line += text.count("\n", counted, place)
            yield _not_json(definition, line, ValueError("a comma or ] is missing"), text[place : place + 200])
            return
    end = _skip_space(text, place + 1)
    if end < len(text):
        line += text.count("\n", counted, end)
        yield _not_json(definition, line, ValueError("something stands after the array"), text[end : end + 200])


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _row(definition: Definition, line: int, text: str) -> Row | Issue:
    decoder = _Decoder()
    try:
        values = decoder.decode(text)
    except (ValueError, RecursionError) as error:
        return _not_json(definition, line, error, text)
    return _checked(definition, line, values, decoder.fault, text)


def _checked(definition: Definition, line: int, values: Any, fault: str, text: str) -> Row | Issue:
    if not fault and _SURROGATE.search(text) and not _is_text(values):
        fault = "half of a surrogate pair is no character"
    if fault:
        return _not_json(definition, line, ValueError(fault), text)
    if isinstance(values, dict):
        return Row(line, values)
    return Issue(
        "not-an-object", definition.id, f"a {type(values).__name__} stands where a record was expected",
        file=definition.place, line=line, value=text.strip()[:200], expected="an object",
    )  # fmt: skip


def _not_json(definition: Definition, line: int, error: Exception, text: str) -> Issue:
    if isinstance(error, json.JSONDecodeError):
        reason = f"{error.msg}, column {error.colno}"
    else:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return Issue(
        "not-json", definition.id, reason, file=definition.place, line=line,
        value=text.strip()[:200], expected="JSON (RFC 8259), each key once",
    )  # fmt: skip


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _is_text(values: Any) -> bool:
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


class _Decoder(json.JSONDecoder):
    """Reads a value to its end and notes what Python lets pass but JSON does not, so that the rest can go on."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=self._unique, parse_constant=self._refuse)
        self.fault = ""

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            self.fault = f"the key {twice!r} stands twice in one object"
        return found

    def _refuse(self, constant: str) -> None:
        self.fault = f"{constant} is not JSON"
