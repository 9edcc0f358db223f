"""Files: what a source gives whole, unzipped and in UTF-8, as a stream or as lines."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatch
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import FetchError, hide
from talkoot.harvesters.readers.rows import Reading, fetch_issue, quoted

UNZIPPED = 8 * 2**30
"""Bytes that one file may have once unzipped; they lie on disk."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source, open at its start, and how messages name it."""

    place: str
    stream: BinaryIO


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


def unknown_id(definition: Definition, each: str, place: str) -> Issue:
    """That the source has nothing under an id."""
    return Issue("unknown-id", definition.id, "the source has no record of it", file=place, value=each)


def files(definition: Definition, reading: Reading) -> Iterator[File | Issue]:
    """The files that a definition reads, one after the other, each closed when the next is wanted."""
    try:
        wanted = addresses(definition)
    except FetchError as error:
        yield fetch_issue(definition, error)
        return
    for each, address in wanted:
        place = hide(address, definition.reading.get("secrets", ())) or definition.place
        with ExitStack() as opened:
            try:
                stream = opened.enter_context(reading.open(definition, address))
                for name, unzipped in _unzipped(definition, place, stream, opened):
                    text = _in_utf_8(definition, name, unzipped, opened)
                    if _start(text) == _BYTE_ORDER_MARK:
                        text.read(3)
                        if definition.reading.get("encoding") != "utf-8-sig":
                            yield Issue("byte-order-mark", definition.id, "the mark is skipped", file=name, line=1)
                    yield File(name, text)
            except FetchError as error:
                absent = each and error.gone
                yield unknown_id(definition, each, place) if absent else fetch_issue(definition, error)


def _start(stream: Any) -> bytes:
    start: bytes = stream.peek(3)[:3]
    return start


def _unzipped(
    definition: Definition, place: str, stream: BinaryIO, opened: ExitStack
) -> Iterator[tuple[str, BinaryIO]]:
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


def lines(definition: Definition, file: File, longest: int) -> Iterator[tuple[int, str] | Issue]:
    """Lines with their numbers; a line that is too long or not in the encoding becomes an issue, the rest goes on.

    Never holds more than ``longest`` bytes of a line.
    """
    number = 0
    while chunk := file.stream.readline(longest + 1):
        number += 1
        if len(chunk) > longest and not chunk.endswith(b"\n"):
            size, more = len(chunk), chunk
            while more and not more.endswith(b"\n"):
                size += len(more := file.stream.readline(longest))
            yield Issue(
                "line-too-long", definition.id, f"the line has {size:,} bytes", file=file.place, line=number,
                expected=f"at most {longest:,} bytes",
            )  # fmt: skip
            continue
        try:
            yield number, chunk.decode("utf-8")
        except UnicodeDecodeError as error:
            yield not_utf_8(definition, file, number, error)


def not_utf_8(definition: Definition, file: File, line: int, error: UnicodeDecodeError) -> Issue:
    """That a line holds bytes which its encoding does not know."""
    encoding, start = definition.reading.get("encoding", "UTF-8"), error.object.rfind(b"\n", 0, error.start) + 1
    around = repr(error.object[max(start, error.start - 20) : error.start + 20])
    return Issue(
        "file-not-utf-8", definition.id, f"byte {error.start - start + 1} of the line is not {encoding}",
        file=file.place, line=line, value=quoted(definition, around), expected=encoding,
    )  # fmt: skip
