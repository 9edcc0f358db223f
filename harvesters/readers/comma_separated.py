"""Text tables with a header line (RFC 4180, or another delimiter); an empty cell is an absent value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.files import File, files, lines
from talkoot.harvesters.readers.rows import Reading, Row
from talkoot.harvesters.readers.tables import Header, chosen, not_a_row

LONGEST_ROW = 100
"""Lines that one row may span; a quote still open after them is taken as a fault of the row's first line."""

_Lines = list[tuple[int, str]]


@chosen
def read_csv(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each row whose cells fit the header; a row that does not fit is an issue with its line.

    Without a header that can be read there is no record: no later line is taken for it.
    """
    for file in files(definition, reading):
        if isinstance(file, Issue):
            yield file
            continue
        header = Header(definition, file.place, "not-csv")
        for item in _rows(definition, file, reading.longest):
            found = header.read(*item) if isinstance(item, tuple) else item
            if found:
                yield found
            if isinstance(found, Issue) and not header.names:
                break


def _rows(definition: Definition, file: File, longest: int) -> Iterator[tuple[int, list[str], str] | Issue]:
    """The rows, each with its line, cells and text."""
    bare_delimiter = definition.reading.get("delimiter", ",")
    delimiter = re.escape(bare_delimiter)
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{delimiter}\r\n]*+)'
    whole = re.compile(rf"{cell}(?:{delimiter}{cell})*+(?:\r?\n)?")
    start = re.compile(rf'(?:{cell}{delimiter})*+"(?:[^"]|"")*+')
    cells = re.compile(rf'(?:^|{delimiter})(?:"((?:[^"]|"")*+)"|([^"{delimiter}\r\n]*+))')

    def span(waiting: _Lines, last: bool) -> int:
        """How many lines make one row; 0 while a quote is open, the first line alone where it cannot be closed."""
        if '"' not in waiting[0][1]:
            return 1
        text = ""
        for count, (_, line) in enumerate(waiting, start=1):
            text += line
            if count > 1 and '"' not in line:
                continue  # still within the quotes
            if whole.fullmatch(text):
                return count
            if not start.fullmatch(text):
                return 1
        return 0 if not last and len(waiting) < LONGEST_ROW and len(text) < longest else 1

    def row(waiting: _Lines, count: int) -> tuple[int, list[str], str] | Issue | None:
        number, text = waiting[0][0], "".join(line for _, line in waiting[:count])
        del waiting[:count]
        plain = text.removesuffix("\n").removesuffix("\r")
        if '"' not in plain and "\r" not in plain:
            return (number, plain.split(bare_delimiter), plain) if plain else None
        if whole.fullmatch(text):
            return number, [quoted.replace('""', '"') or bare for quoted, bare in cells.findall(plain)], plain
        message = "a quote is not closed" if start.fullmatch(text) else "a quote stands within a cell without quotes"
        return not_a_row(definition, file.place, "not-csv", number, message, plain)

    waiting: _Lines = []
    for item in chain(lines(definition, file, longest), [None]):
        if isinstance(item, Issue):
            yield item
        elif item:
            waiting.append(item)
        while waiting and (count := span(waiting, last=item is None)):
            if found := row(waiting, count):
                yield found
