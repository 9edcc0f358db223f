"""JSON and JSON Lines: an array of objects, or an object a line. Strict: no NaN, no repeated keys."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Any, BinaryIO

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.files import File, files, lines, not_utf_8
from talkoot.harvesters.readers.rows import Reading, Row, quoted
from talkoot.harvesters.readers.tables import chosen

_PIECE = 2**16
_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@chosen
def read_json_lines(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each line that is a JSON object; empty lines are passed over (https://jsonlines.org)."""
    for file in files(definition, reading):
        if isinstance(file, Issue):
            yield file
            continue
        for item in lines(definition, file, reading.longest):
            if isinstance(item, Issue):
                yield item
            elif item[1].strip():
                decoder = _Decoder()
                try:
                    values = decoder.decode(item[1])
                except (ValueError, RecursionError) as error:
                    yield _not_json(definition, file, item[0], error, item[1])
                else:
                    yield _checked(definition, file, item[0], values, decoder.fault, item[1])


@chosen
def read_json(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each object of a document that is one JSON array (RFC 8259), or of the array at ``items``."""
    for file in files(definition, reading):
        if isinstance(file, Issue):
            yield file
        elif path := definition.reading.get("items"):
            try:
                listed = items(decode(file.stream.read()), path)
            except (ValueError, RecursionError) as error:
                yield _not_json(definition, file, 0, error, "")
            else:
                yield from (_checked(definition, file, *item, "", "") for item in enumerate(listed, start=1))
        else:
            window = _Window(file.stream, reading.longest)
            try:
                yield from _elements(definition, file, window)
            except UnicodeDecodeError as error:
                passed = window.text.count("\n", window.at) + error.object.count(b"\n", 0, error.start)
                yield not_utf_8(definition, file, window.line + passed, error)


def decode(data: bytes) -> Any:
    """Decode a whole document strictly. Raises :class:`ValueError` or :class:`RecursionError`."""
    decoder = _Decoder()
    document = decoder.decode(data.decode("utf-8-sig"))
    check_text(document)
    if decoder.fault:
        raise ValueError(decoder.fault)
    return document


def items(document: Any, path: str) -> list[Any]:
    """The list at a path of names within a document. Raises :class:`ValueError` where there is none."""
    for name in path.split(".") if path else ():
        if not isinstance(document, dict) or name not in document:
            raise ValueError(f"nothing stands at {path}")
        document = document[name]
    return document if isinstance(document, list) else [] if document is None else [document]


class _Window:
    """A document of which only a part is held, which moves on with what is read; ``line`` is where it stands."""

    def __init__(self, stream: BinaryIO, longest: int) -> None:
        self._read, self._decode, self._longest = stream.read, getincrementaldecoder("utf-8")().decode, longest
        self.text, self.at, self.line = "", 0, 1

    def more(self) -> bool:
        """Read on. Raises :class:`BufferError` where more is held already than a record may have."""
        held = len(self.text) - self.at
        if held > max(self._longest, _PIECE):
            raise BufferError(f"the record has more than {self._longest:,} characters")
        piece = self._read(max(_PIECE, held))
        decoded = self._decode(piece, not piece)
        self.text, self.at = self.text[self.at :] + decoded, 0
        return bool(piece)

    def move(self, to: int) -> None:
        """Stand at another place of the text that is held."""
        self.line, self.at = self.line + self.text.count("\n", self.at, to), to

    def peek(self) -> str:
        """The next character that is not space; nothing at the end."""
        while True:
            self.move(_SPACE.match(self.text, self.at).end())  # type: ignore[union-attr]  # it always matches
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def value(self) -> tuple[Any, str, str]:
        """The value that stands here, what is wrong with it, and its text. Raises as JSONDecoder does."""
        while True:
            decoder = _Decoder()
            try:
                values, end = decoder.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                near_the_end = getattr(error, "pos", 0) > len(self.text) - 20
                if not (near_the_end or str(error).startswith("Unterminated")) or not self.more():
                    raise
            else:
                if end < len(self.text) or not self.more():
                    taken = self.text[self.at : end]
                    self.move(end)
                    return values, decoder.fault, taken


def _elements(definition: Definition, file: File, window: _Window) -> Iterator[Row | Issue]:
    """The elements of the array one by one, so that each knows its line and none is held longer than it takes."""

    def fault(error: Exception) -> Issue:
        shown = window.text[window.at : window.at + 200]
        window.move(getattr(error, "pos", window.at))
        return _not_json(definition, file, window.line, error, shown)

    before = window.peek()
    if before not in ("[", ""):
        yield fault(ValueError("the document is not an array"))
    if before != "[":
        return
    while before != "]":
        if before not in ("[", ","):
            yield fault(ValueError("a comma or ] is missing"))
            return
        window.move(window.at + 1)
        if (before, window.peek()) == ("[", "]"):
            break
        line = window.line
        try:
            values, wrong, taken = window.value()
        except UnicodeDecodeError:
            raise
        except BufferError as error:
            yield Issue("line-too-long", definition.id, str(error), file=file.place, line=line)
            return
        except (ValueError, RecursionError) as error:
            yield fault(error)
            return
        yield _checked(definition, file, line, values, wrong, taken)
        before = window.peek()
    window.move(window.at + 1)
    if window.peek():
        yield fault(ValueError("something stands after the array"))


def _checked(definition: Definition, file: File, line: int, values: Any, fault: str, text: str) -> Row | Issue:
    try:
        if _SURROGATE.search(text):
            check_text(values)
    except ValueError as error:
        fault = fault or str(error)
    if fault:
        return _not_json(definition, file, line, ValueError(fault), text)
    if isinstance(values, dict):
        return Row(line, values, file.place if file.place != definition.place else "")
    return Issue(
        "not-an-object", definition.id, f"a {type(values).__name__} stands where a record was expected",
        file=file.place, line=line, value=quoted(definition, text.strip()), expected="an object",
    )  # fmt: skip


def _not_json(definition: Definition, file: File, line: int, error: Exception, text: str) -> Issue:
    if isinstance(error, json.JSONDecodeError):
        reason = f"{error.msg}, column {error.colno}"
    else:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return Issue(
        "not-json", definition.id, reason, file=file.place, line=line,
        value=quoted(definition, text.strip()), expected="JSON (RFC 8259), each key once",
    )  # fmt: skip


def check_text(values: Any) -> None:
    """Raise :class:`ValueError` where values hold what no encoding can write."""
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a surrogate pair is no character") from error


class _Decoder(json.JSONDecoder):
    """Reads a value to its end and notes what Python lets pass but JSON does not; decimals stay as they are written."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=self._unique, parse_constant=self._refuse, parse_float=str)
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
