"""Tables of rows as files: those of the product, and those that a steward edits, perhaps in a spreadsheet."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


class TableError(ValueError):
    """A table cannot be used; the message names file, row and what was expected."""


def table_rows(
    path: Path, columns: Sequence[str] = (), wrong: type[TableError] = TableError
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row of a table, with where it stands; none where there is no file. Its suffix tells CSV from TSV.

    The text is UTF-8, with or without a byte order mark. With ``columns`` the table has these and no others, and every
    row fills them; the error that ``wrong`` names tells where that is not so. Raises :class:`TableError`.
    """
    if not path.exists():
        return
    try:
        text = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise TableError(f"{path.name}:{line}: not UTF-8: save it as UTF-8") from error
    tabs = path.suffix == ".tsv"
    rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.DictReader(text)
    if columns and tuple(rows.fieldnames or ()) != columns:
        raise wrong(f"{path.name}:1: expected the columns {', '.join(columns)}")
    for number, row in enumerate(rows, start=2):
        if columns and (None in row.values() or None in row):
            raise wrong(f"{path.name}:{number}: expected {len(columns)} cells")
        yield f"{path.name}:{number}", row


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a sorted tab-separated table beside the old one and switch it in, so a kill leaves one of the two."""
    text = "\n".join("\t".join(row) for row in [columns, *sorted(tuple(row) for row in rows)]) + "\n"
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
