"""Files: what a source gives whole, unzipped and in UTF-8, as a stream or as lines, and the rows read of it."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import wraps
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, hide

UNZIPPED = 8 * 2**30
"""Bytes that one file may have once unzipped; they lie on disk."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Row:
    """Values as they were read, not yet checked, with the line they begin on and the page, where it is one of many."""

    line: int
    values: Mapping[str, Any]
    place: str = ""


def _no_network(request: Request) -> Answer:
    raise FetchError("connection", "this run asks no network", request.url)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader may use: the longest line allowed, in bytes, and the way to fetch, if the run has one.

    ``since``: a day (ISO date); a source that can tell is asked for what changed on it or later, and for no more.
    """

    longest: int
    fetch: Callable[[Request], Answer] = _no_network
    since: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source, open at its start, and how messages name it."""

    definition: Definition
    place: str
    stream: BinaryIO

    def row(self, line: int, values: Mapping[str, Any]) -> Row:
        """A row of the file, which is named where it is not the definition's entry itself."""
        return Row(line, values, self.place if self.place != self.definition.place else "")

    def issue(self, code: str, message: str, line: int = 0, value: str = "", expected: str = "") -> Issue:
        """An issue of the file; it quotes the start of a value, and nothing where persons may be named."""
        shown = "" if self.definition.personal_data else value.strip("\r\n")[:200]
        return Issue(code, self.definition.id, message, file=self.place, line=line, value=shown, expected=expected)

    def not_utf_8(self, line: int, error: UnicodeDecodeError) -> Issue:
        """That a line holds bytes which its encoding does not know."""
        encoding = self.definition.reading.get("encoding", "UTF-8")
        start = error.object.rfind(b"\n", 0, error.start) + 1
        around = repr(error.object[max(start, error.start - 20) : error.start + 20])
        message = f"byte {error.start - start + 1} of the line is not {encoding}"
        return self.issue("file-not-utf-8", message, line, around, encoding)

    def lines(self, longest: int) -> Iterator[tuple[int, str] | Issue]:
        """Lines with their numbers; one that is too long or not in the encoding becomes an issue, the rest goes on.

        Never holds more than ``longest`` bytes of a line.
        """
        number = 0
        while chunk := self.stream.readline(longest + 1):
            number += 1
            if len(chunk) > longest and not chunk.endswith(b"\n"):
                size, more = len(chunk), chunk
                while more and not more.endswith(b"\n"):
                    size += len(more := self.stream.readline(longest))
                expected = f"at most {longest:,} bytes"
                yield self.issue("line-too-long", f"the line has {size:,} bytes", number, expected=expected)
                continue
            try:
                yield number, chunk.decode("utf-8")
            except UnicodeDecodeError as error:
                yield self.not_utf_8(number, error)


Read = Callable[[Definition, Reading], Iterator[Row | Issue]]
"""A reader: what a definition's source holds, as rows, and what it cannot read as issues."""


def fetch_issue(definition: Definition, error: FetchError, key: str = "", asked: str = "") -> Issue:
    """What a fetch came to, as an issue of the source, of one record, or of an id that it was ``asked`` for."""
    if asked and error.gone:
        return unknown_id(definition, asked, error.url)
    return Issue(error.code, definition.id, error.message, key=key, file=error.url)


def unknown_id(definition: Definition, each: str, place: str) -> Issue:
    """That the source has nothing under an id."""
    return Issue("unknown-id", definition.id, "the source has no record of it", file=place, value=each)


def reporting(read: Read) -> Read:
    """End a reader with an issue where a fetch fails that it cannot do without."""

    @wraps(read)
    def reading_on(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
        try:
            yield from read(definition, reading)
        except FetchError as error:
            yield fetch_issue(definition, error)

    return reading_on


def of_files(parse: Callable[[File, Reading], Iterator[Row | Issue]]) -> Read:
    """Make a reader of a source's files out of what reads one file."""

    @reporting
    @wraps(parse)
    def read(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
        for file in _files(definition, reading):
            yield from (file,) if isinstance(file, Issue) else parse(file, reading)

    return read


def addresses(definition: Definition) -> list[tuple[str, str]]:
    """Each id that a definition lists, with the entry's address for it. Raises :class:`FetchError`."""
    ids = definition.reading.get("ids", [])
    if name := definition.reading.get("ids_file"):
        ids = [*ids, *beside(definition, name).split()]
    if "{id}" not in definition.address:
        ids = [""]
    return [(each, definition.address.replace("{id}", quote(each, safe=""))) for each in dict.fromkeys(ids)]


def beside(definition: Definition, name: str) -> str:
    """The text of a file that lies beside a definition. Raises :class:`FetchError`."""
    try:
        return (definition.entry / name).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise FetchError("file-missing", f"cannot be read: {error}", name) from error


def _files(definition: Definition, reading: Reading) -> Iterator[File | Issue]:
    """The files that a definition reads, one after the other, each closed when the next is wanted."""
    for each, address in addresses(definition):
        place = hide(address, definition.reading.get("secrets", ())) or definition.place
        with ExitStack() as opened:
            try:
                if definition.bundled:
                    stream: BinaryIO = opened.enter_context(definition.entry.open("rb"))
                else:
                    stream = opened.enter_context(reading.fetch(Request(address)).open())
                for name, unzipped in _unzipped(definition, place, stream, opened):
                    text = _in_utf_8(definition, name, unzipped, opened)
                    if _start(text) == _BYTE_ORDER_MARK:
                        text.read(3)
                        if definition.reading.get("encoding") != "utf-8-sig":
                            yield Issue("byte-order-mark", definition.id, "the mark is skipped", file=name, line=1)
                    yield File(definition, name, text)
            except FetchError as error:
                yield fetch_issue(definition, error, asked=each)
            except OSError as error:
                yield Issue("file-missing", definition.id, f"cannot be opened: {error.strerror}", file=place)


def _start(stream: Any) -> bytes:
    start: bytes = stream.peek(3)[:3]
    return start


def _unzipped(definition: Definition, place: str, stream: BinaryIO, opened: ExitStack) -> Iterator[tuple[str, Any]]:
    start, wanted = _start(stream), definition.reading.get("member", "")
    try:
        if start[:2] == b"\x1f\x8b":
            yield place, _on_disk(gzip.GzipFile(fileobj=stream).read, place, opened)
        elif definition.reader == "xlsx" and not wanted:
            yield place, stream if stream.seekable() else _on_disk(stream.read, place, opened)
        elif start not in (b"PK\x03", b"PK\x05"):
            yield place, stream
        else:
            archive = zipfile.ZipFile(_on_disk(stream.read, place, opened))
            names = [name for name in sorted(archive.namelist()) if fnmatch(name, wanted or "*") and name[-1] != "/"]
            if not names or (len(names) > 1 and not wanted):
                message = f"the zip holds {', '.join(archive.namelist()[:20])}; expected one file, or one as {wanted!r}"
                raise FetchError("file-missing", message, place)
            for name in names:
                yield f"{place}#{name}", _on_disk(archive.open(name).read, place, opened)
    except FetchError:
        raise
    except _DAMAGED as error:
        raise FetchError("cut-short", f"the file cannot be unzipped: {error}", place) from error


def _in_utf_8(definition: Definition, place: str, stream: BinaryIO, opened: ExitStack) -> BinaryIO:
    """A text in UTF-8; bytes that the declared encoding does not know stay, so that their line is reported."""
    encoding = definition.reading.get("encoding", "utf-8")
    if encoding in ("utf-8", "utf-8-sig"):
        return stream
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    try:
        return _on_disk(lambda size: text.read(size).encode("utf-8", "surrogateescape"), place, opened)
    except UnicodeError as error:
        raise FetchError("file-not-utf-8", f"the file is not {encoding}: {error}", place) from error
    finally:
        text.detach()


def _on_disk(read: Callable[[int], bytes], place: str, opened: ExitStack) -> BinaryIO:
    """The whole of a stream in a file without name: damage shows before the first record is read."""
    file = opened.enter_context(TemporaryFile())  # noqa: SIM115
    while piece := read(2**20):
        if file.write(piece) and file.tell() > UNZIPPED:
            raise FetchError("too-large", f"more than {UNZIPPED:,} bytes once unzipped", place)
    file.seek(0)
    return cast(BinaryIO, file)
