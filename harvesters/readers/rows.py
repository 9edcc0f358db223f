"""Rows: the raw values of a record and the place where they stand, and lines read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """Values as they were read, not yet checked, with the line they begin on and the page, where it is one of many."""

    line: int
    values: Mapping[str, Any]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader may use: the longest line allowed, in bytes, and the way to fetch, where the run has one."""

    longest: int
    fetch: Callable[[Request], Answer] | None = None

    def ask(self, request: Request) -> Answer:
        """Fetch. Raises :class:`FetchError`, also where the run has no way to the network."""
        if self.fetch is None:
            raise FetchError("connection", "this run asks no network", request.url)
        return self.fetch(request)

    def open(self, definition: Definition) -> BinaryIO:
        """The one file or answer of a definition's entry. Raises :class:`OSError` or :class:`FetchError`."""
        if definition.bundled:
            return definition.entry.open("rb")
        return self.ask(Request(definition.address)).open()


def fetch_issue(definition: Definition, error: FetchError, key: str = "") -> Issue:
    """What a fetch came to, as an issue of the source or of one record of it."""
    return Issue(error.code, definition.id, error.message, key=key, file=error.url)


def read_lines(definition: Definition, reading: Reading) -> Iterator[tuple[int, str] | Issue]:
    """Lines with their numbers; a line that is too long or not UTF-8 becomes an issue, the rest goes on.

    Never holds more than ``longest`` bytes of a line. A missing file or answer is an issue too.
    """
    source, place, longest = definition.id, definition.place, reading.longest
    try:
        file = reading.open(definition)
    except OSError as error:
        yield Issue("file-missing", source, f"cannot be opened: {error.strerror}", file=place)
        return
    except FetchError as error:
        yield fetch_issue(definition, error)
        return
    with file:
        number, mark = 0, len(_BYTE_ORDER_MARK)
        while chunk := file.readline(longest + 1 + (0 if number else mark)):
            number += 1
            if number == 1 and chunk.startswith(_BYTE_ORDER_MARK):
                yield Issue("byte-order-mark", source, "the mark is skipped", file=place, line=1)
                chunk = chunk.removeprefix(_BYTE_ORDER_MARK)
            if len(chunk) > longest and not chunk.endswith(b"\n"):
                size = len(chunk) + _skip_line(file, longest)
                yield Issue(
                    "line-too-long", source, f"the line has {size:,} bytes", file=place, line=number,
                    expected=f"at most {longest:,} bytes",
                )  # fmt: skip
                continue
            try:
                yield number, chunk.decode("utf-8")
            except UnicodeDecodeError as error:
                yield Issue(
                    "file-not-utf-8", source, f"byte {error.start + 1} of the line is not UTF-8",
                    file=place, line=number, value=repr(chunk[max(0, error.start - 20) : error.start + 20]),
                    expected="UTF-8",
                )  # fmt: skip


def _skip_line(file: Any, step: int) -> int:
    skipped = 0
    while chunk := file.readline(step):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped
