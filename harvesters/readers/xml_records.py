"""XML documents: a record for each element of a name, read as a stream and strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.files import files
from talkoot.harvesters.readers.rows import Reading, Row
from talkoot.harvesters.readers.tables import chosen

_DECLARATION = re.compile(rb"\A(\s*<\?xml\s+version\s*=\s*['\"])1\.1(['\"])")
_CONTROL = bytes({*range(32), 127} - {9, 10, 13})
_REFERENCE = re.compile(rb"&#(?:x0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F])|0*(?:[0-8]|1[1245-9]|2\d|3[01]));")


@chosen
def read_xml(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each element, its children by local name; ``line`` is its number in the document."""
    name = definition.reading.get("record", "")
    for file in files(definition, reading):
        if isinstance(file, Issue):
            yield file
            continue
        number, above = 0, list[Element]()
        try:
            for event, element in iterparse(Clean(file.stream), ("start", "end")):  # noqa: S314  # expat asks for nothing
                if event == "start":
                    above.append(element)
                    continue
                above.pop()
                if _local(element) == name:
                    number += 1
                    content = _content(element)
                    yield Row(number, content if isinstance(content, dict) else {"text()": content})
                    for holder in above:
                        holder.clear()  # what was read is not held
        except ParseError as error:
            yield Issue("not-xml", definition.id, str(error), file=file.place, line=error.position[0],
                        expected="well-formed XML")  # fmt: skip


class Clean:
    """A stream without what XML 1.0 has not: the declaration of XML 1.1, and control characters."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._kept, self._first = stream, b"", True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, nothing at the end."""
        piece = self._stream.read(max(size, 1024))
        text = (self._kept + piece).translate(None, _CONTROL)
        end = text.rfind(b"&", max(0, len(text) - 12)) if piece else -1  # a reference may go on in the next piece
        text, self._kept = (text, b"") if end < 0 else (text[:end], text[end:])
        if self._first:
            text, self._first = _DECLARATION.sub(rb"\g<1>1.0\2", text), False
        return _REFERENCE.sub(b"", text) or (self.read(size) if piece else b"")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _content(element: Element) -> Any:
    """An element's text, or its attributes and children by local name."""
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    content: dict[str, Any] = {f"@{name.rpartition('}')[2]}": value for name, value in element.attrib.items()}
    for child in element:
        content.setdefault(_local(child), []).append(_content(child))
    return {**content, "text()": text} if text else content
