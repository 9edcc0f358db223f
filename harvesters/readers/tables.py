"""Tables: text and workbooks with a header; a row that does not fit it is an issue with its line."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.fields import chooses, text
from talkoot.harvesters.readers.files import File, Reading, Row

LONGEST_ROW = 100
"""Lines that one row may span; a quote still open after them is taken as a fault of the row's first line."""
_OURS = (".", "@", "joined")
_MARKS = {";": "semicolons", "\t": "tabs", ",": "commas"}
_WHOLE = "as many cells as the header has, each named once, quotes closed (RFC 4180)"

_Cells = tuple[int, list[str], str]
"""A row with its line, cells and text."""


def read_csv(file: File, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each row whose cells fit the header, an empty cell absent; another row is an issue with its line."""
    return _under_header(file, "not-csv", _rows(file, reading.longest))


def _rows(file: File, longest: int) -> Iterator[_Cells | Issue]:
    delimiter = file.definition.reading.get("delimiter", ",")
    mark = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{mark}\r\n]*+)'
    whole = re.compile(rf"{cell}(?:{mark}{cell})*+(?:\r?\n)?")
    opened = re.compile(rf'(?:{cell}{mark})*+"(?:[^"]|"")*+')
    cells = re.compile(rf'(?:^|{mark})(?:"((?:[^"]|"")*+)"|([^"{mark}\r\n]*+))')
    lines, ahead = file.lines(longest), deque[tuple[int, str] | Issue]()
    while item := ahead.popleft() if ahead else next(lines, None):
        if isinstance(item, Issue):
            yield item
            continue
        number, row = item
        span, taken = row, list[tuple[int, str] | Issue]()  # an open quote may go on over the next lines
        unclosed = bool('"' in row and not whole.fullmatch(row) and opened.fullmatch(row))
        while unclosed and len(taken) < LONGEST_ROW - 1 and len(span) < longest:
            if not (more := ahead.popleft() if ahead else next(lines, None)):
                break
            taken.append(more)
            if isinstance(more, Issue):
                break
            span += more[1]
            if '"' in more[1] and whole.fullmatch(span):
                row, taken = span, []
                break
            unclosed = '"' not in more[1] or bool(opened.fullmatch(span))
        ahead.extendleft(reversed(taken))
        plain = row.removesuffix("\n").removesuffix("\r")
        if '"' not in plain and "\r" not in plain:
            if plain:
                yield number, plain.split(delimiter), plain
        elif whole.fullmatch(row):
            yield number, [quoted.replace('""', '"') or bare for quoted, bare in cells.findall(plain)], plain
        else:
            fault = "is not closed" if opened.fullmatch(row) else "stands within a cell without quotes"
            yield file.issue("not-csv", f"a quote {fault}", number, plain, _WHOLE)


def read_xlsx(file: File, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each row under the header, numbers and dates as text; rows without any value are passed over."""
    options = file.definition.reading
    try:
        book = CalamineWorkbook.from_filelike(file.stream)
        sheet = book.get_sheet_by_name(options.get("sheet") or book.sheet_names[0])
    except (CalamineError, IndexError, ValueError) as error:
        expected = f"an Excel workbook with the sheet {options.get('sheet', '')}"
        yield file.issue("not-a-table", f"the workbook cannot be read: {error}", expected=expected)
        return
    rows = (
        (number, [_written(cell) for cell in cells], "")
        for number, cells in enumerate(sheet.iter_rows(), start=1)
        if number >= options.get("header", 1) and any(cell != "" for cell in cells)
    )
    yield from _under_header(file, "not-a-table", rows)


def _written(cell: Any) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date | time) else str(text(cell))


def _under_header(file: File, code: str, rows: Iterable[_Cells | Issue]) -> Iterator[Row | Issue]:
    """Rows under the names of the first one; where that cannot be a header no other is taken for it."""
    names, place = list[str](), file.row(0, {}).place
    for item in rows:
        if isinstance(item, Issue):
            yield item
            if not names:
                return
            continue
        line, cells, plain = item
        if not names:
            names = [" ".join(cell.split()) for cell in cells]
            if fault := _header_fault(file.definition, cells, names):
                yield file.issue(code, fault, line, plain, _WHOLE)
                return
        elif len(cells) == len(names):
            named = zip(names, cells, strict=True)
            yield Row(line, {name: cell for name, cell in named if cell} if "" in cells else dict(named), place)
        else:
            yield file.issue(code, f"{len(cells)} cells under a header of {len(names)}", line, plain, _WHOLE)


def _header_fault(definition: Definition, cells: list[str], names: list[str]) -> str:
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        return f"the header names {', '.join(twice)} twice"
    if len(cells) == 1 and (other := next((word for mark, word in _MARKS.items() if mark in cells[0]), "")):
        return f"one column found: are these {other}?"
    missing = [
        name for name, spec in definition.fields.items()
        if (spec.required or name in definition.keys) and chooses(definition.fields)
        and not any(source in names or source.startswith(_OURS) for source in spec.sources or (name,))
    ]  # fmt: skip
    return f"the header has no column for {', '.join(missing)}" if missing else ""
