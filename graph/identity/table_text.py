"""The text of a table that a steward edits, perhaps in a spreadsheet: UTF-8, with or without a byte order mark."""

from __future__ import annotations

import io
from pathlib import Path


class TableError(ValueError):
    """A table cannot be used; the message names file, row and what was expected."""


def table_text(path: Path) -> io.StringIO:
    """The table's text, its line ends as they are. Raises :class:`TableError`."""
    try:
        return io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise TableError(f"{path.name}:{line}: not UTF-8: save it as UTF-8") from error
