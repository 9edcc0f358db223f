"""The most rows that an answer may have: where the one after them begins in a document that is being written.

Rows are found in the engine's own compact writing of each format: every row begins at a mark that occurs nowhere else.
In JSON that is so because the quotes of a text are escaped, and behind its closing quote no name begins. (Rows without
any value have no mark in JSON: they are not counted, and the limit of bytes holds them.)
"""

import json
import re
from typing import NamedTuple

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"


class _Format(NamedTuple):
    """How rows begin in a format: the mark, the beginning of one at an end, strings that may hold its like."""

    mark: re.Pattern[bytes]
    half_mark: re.Pattern[bytes]
    strings: re.Pattern[bytes] | None = None


_LONGEST_MARK = 16
_LINE = re.compile(rb"\n(?=.)", re.DOTALL), re.compile(rb"\n\Z")
_FORMATS = {
    JSON: _Format(re.compile(rb'[,\[]\{(?="[\w\x80-\xff])'), re.compile(rb'[,\[](?:\{"?)?\Z')),
    XML: _Format(re.compile(rb"<result>"), re.compile(rb"<[^>]*\Z")),
    "text/csv": _Format(*_LINE, re.compile(rb'"[^"]*+"')),
    "text/tab-separated-values": _Format(*_LINE),
}


class RowLimit:
    """Lets a document of rows pass up to a number of them, block by block; documents of other formats pass whole."""

    def __init__(self, media: str, rows: int) -> None:
        self.reached = False
        self._media, self._rows, self._format = media, rows, _FORMATS.get(media)
        self._begun = 0
        self._tail, self._sent = b"", 0  # the end of what was seen, which the next block may make whole

    def take(self, block: bytes) -> bytes:
        """What may go out after one more block of the document."""
        if self._format is None or self.reached:
            return b"" if self.reached else block
        text, sent = self._tail + block, self._sent
        bare = self._format.strings.sub(b"0", text) if self._format.strings else text
        opened = bare.find(b'"') if self._format.strings else -1  # a string that the next block goes on with
        begun = len(self._format.mark.findall(bare[:opened] + b'"' if opened >= 0 else bare))
        if self._begun + begun > self._rows:
            self.reached = True
            return text[sent : self._end(text)]
        self._begun += begun
        half = self._format.half_mark.search(bare[-_LONGEST_MARK:])
        if opened >= 0:
            self._tail = bare[opened:]
            self._sent = len(self._tail)
        else:
            self._tail, self._sent = half.group() if half else b"", 0
        return text[sent : len(text) - len(self._tail) + self._sent]

    def rest(self) -> bytes:
        """What was held back at the end of a document that is whole."""
        return b"" if self.reached else self._tail[self._sent :]

    def closing(self) -> bytes:
        """What ends a document that was cut: valid in JSON and XML; the other formats have no way to say it."""
        things = "rows" if self._format else "triples"
        reason = f"There are more than {self._rows} {things}, the most that one query gives here; the dumps have all."
        if self._media == JSON:
            return b"]}," + json.dumps({"truncated": {"rows": self._rows, "reason": reason}})[1:].encode()
        if self._media == XML:
            return f"</results><!-- {reason} --></sparql>".encode()
        return cut_mark(reason)

    def _end(self, text: bytes) -> int:
        """Where the last row that may be given ends."""
        assert self._format
        mark, _, strings = self._format
        either = re.compile(b"(?:%s)|(%s)" % (strings.pattern if strings else b"(?!)", mark.pattern), re.DOTALL)
        begins = [found.start() for found in either.finditer(text) if found.group(1) is not None]
        begin = begins[self._rows - self._begun]
        return begin + (text[begin : begin + 1] in (b"[", b"\n"))  # which belong to what is before the row


def cut_mark(reason: str) -> bytes:
    """A string that is never closed: an error in JSON, XML, Turtle and its kin, TSV and strict CSV."""
    reason = reason.replace('"', "'").replace("\n", " ")
    return f'\n"<The answer is not complete. {reason}>\n'.encode()
