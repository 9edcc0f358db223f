"""Excel workbooks: a sheet's rows under its header, numbers and dates as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.fields import text
from talkoot.harvesters.readers.files import files
from talkoot.harvesters.readers.rows import Reading, Row
from talkoot.harvesters.readers.tables import Header, chosen


@chosen
def read_xlsx(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each row under the header; rows without any value are passed over."""
    options = definition.reading
    for file in files(definition, reading):
        if isinstance(file, Issue):
            yield file
            continue
        try:
            book = CalamineWorkbook.from_filelike(file.stream)
            sheet = book.get_sheet_by_name(options.get("sheet") or book.sheet_names[0])
        except (CalamineError, IndexError, ValueError) as error:
            yield Issue("not-a-table", definition.id, f"the workbook cannot be read: {error}", file=file.place,
                        expected=f"an Excel workbook with the sheet {options.get('sheet', '')}")  # fmt: skip
            continue
        header = Header(definition, file.place, "not-a-table")
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number < options.get("header", 1) or not any(cell != "" for cell in cells):
                continue
            found = header.read(number, [_written(cell) for cell in cells])
            if found:
                yield found
            if isinstance(found, Issue) and not header.names:
                break


def _written(cell: Any) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date | time) else str(text(cell))
