"""CSV with a header line (RFC 4180, UTF-8); an empty cell is an absent value."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.rows import Reading, Row, read_lines

LONGEST_ROW = 100
"""Lines that one row may span; a quote still open after them is taken as a fault of the row's first line."""

_CELL = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_CELLS = re.compile(r'(?:^|,)(?:"((?:[^"]|"")*+)"|([^",\r\n]*+))')
_WHOLE = re.compile(rf"{_CELL}(?:,{_CELL})*+(?:\r?\n)?")
_OPEN = re.compile(rf'(?:{_CELL},)*+"(?:[^"]|"")*+')

_Lines = list[tuple[int, str]]


def read_csv(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each row whose cells fit the header; a row that does not fit is an issue with its line.

    Without a header that can be read there is no record: no later line is taken for it.
    """
    header: list[str] | None = None
    waiting: _Lines = []
    for item in read_lines(definition, reading):
        if isinstance(item, Issue):
            yield item
            if header is None and item.sets_aside:
                return
            continue
        waiting.append(item)
        while waiting and (lines := _lines_of_row(waiting, reading.longest)):
            cells = yield from _cells(definition, waiting, lines)
            header = yield from _row(definition, header, cells)
            if header is None and cells is not _NOTHING:
                return
    while waiting:
        cells = yield from _cells(definition, waiting, _lines_of_row(waiting, 0))
        header = yield from _row(definition, header, cells)
        if header is None and cells is not _NOTHING:
            return


_Cells = tuple[int, list[str]] | None
_NOTHING: _Cells = (0, [])


def _lines_of_row(waiting: _Lines, longest: int) -> int:
    """How many of the lines make one row; 0 while a quote is open, the first line alone where it cannot be closed."""
    text = ""
    for count, (_, line) in enumerate(waiting, start=1):
        text += line
        if count > 1 and '"' not in line:
            continue  # still within the quotes
        if _WHOLE.fullmatch(text):
            return count
        if not _OPEN.fullmatch(text):
            return 1
    return 0 if len(waiting) < LONGEST_ROW and len(text) < longest else 1


def _cells(definition: Definition, waiting: _Lines, count: int) -> Generator[Issue, None, _Cells]:
    """Take one row off the waiting lines: its line and cells, nothing of an empty line, None where it is no row."""
    line, text = waiting[0][0], "".join(text for _, text in waiting[:count])
    del waiting[:count]
    if not text.strip("\r\n"):
        return _NOTHING
    if _WHOLE.fullmatch(text):
        found = _CELLS.findall(text.removesuffix("\n").removesuffix("\r"))
        return line, [quoted.replace('""', '"') or plain for quoted, plain in found]
    message = "a quote is not closed" if _OPEN.fullmatch(text) else "a quote stands within a cell without quotes"
    yield _not_csv(definition, line, message, text.rstrip("\r\n"))
    return None


def _row(
    definition: Definition, header: list[str] | None, row: _Cells
) -> Generator[Row | Issue, None, list[str] | None]:
    """Read one row under the header; returns the header, which the first row becomes."""
    if row is None or row is _NOTHING:
        return header
    line, cells = row
    if header is None:
        twice = sorted({cell for cell in cells if cells.count(cell) > 1})
        if not twice:
            return cells
        yield _not_csv(definition, line, f"the header names {', '.join(twice)} twice", ",".join(cells))
    elif len(cells) != len(header):
        yield _not_csv(definition, line, f"{len(cells)} cells under a header of {len(header)}", ",".join(cells))
    else:
        yield Row(line, {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""})
    return header


def _not_csv(definition: Definition, line: int, message: str, value: str) -> Issue:
    return Issue(
        "not-csv", definition.id, message, file=definition.place, line=line, value=value[:200],
        expected="as many cells as the header has, each named once, quotes closed (RFC 4180)",
    )  # fmt: skip
