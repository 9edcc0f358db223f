"""Rows: the raw values of a record and the place where they stand, and lines read one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkoot.graph.issues import Issue

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """Values as they were read, not yet checked, with the line they begin on."""

    line: int
    values: Mapping[str, Any]


def read_lines(path: Path, source: str, longest: int) -> Iterator[tuple[int, str] | Issue]:
    """Lines with their numbers; a line that is too long or not UTF-8 becomes an issue, the rest goes on.

    Never holds more than ``longest`` bytes of a line. A missing file is an issue too.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        yield Issue("file-missing", source, f"cannot be opened: {error.strerror}", file=path.name)
        return
    with file:
        if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
            yield Issue("byte-order-mark", source, "the mark is skipped", file=path.name, line=1)
        else:
            file.seek(0)
        number = 0
        while chunk := file.readline(longest + 1):
            number += 1
            if len(chunk) > longest and not chunk.endswith(b"\n"):
                size = len(chunk) + _skip_line(file, longest)
                yield Issue(
                    "line-too-long", source, f"the line has {size:,} bytes", file=path.name, line=number,
                    expected=f"at most {longest:,} bytes",
                )  # fmt: skip
                continue
            try:
                yield number, chunk.decode("utf-8")
            except UnicodeDecodeError as error:
                yield Issue(
                    "file-not-utf-8", source, f"byte {error.start + 1} of the line is not UTF-8",
                    file=path.name, line=number, value=repr(chunk[max(0, error.start - 20) : error.start + 20]),
                    expected="UTF-8",
                )  # fmt: skip


def _skip_line(file: Any, step: int) -> int:
    skipped = 0
    while chunk := file.readline(step):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped
