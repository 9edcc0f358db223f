"""What an engine writes its answer into: the blocks become frames, cut at the rows and broken off at the bytes."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Callable
from typing import IO, cast

from talkoot.graph.engine import frames
from talkoot.graph.engine.row_limit import RowLimit

_PARCEL = 32768
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b-\x1f]")
"""What XML 1.0 takes for a line's end (a bare carriage return: it is escaped) or cannot hold (it becomes U+FFFD)."""


class _CutError(Exception):
    """The answer has as many rows as it may."""


class _LengthError(Exception):
    """The answer has as many bytes as it may."""


class BlockWriter:
    """Takes the blocks that the engine writes: the first goes out soon, later ones in larger parcels.

    What is held at the end goes out as the last frame, so a small answer is one message.
    """

    def __init__(self, connection: socket.socket, asked: frames.Request) -> None:
        self._connection, self._size = connection, asked.size
        self._limit = None if asked.rows is None else RowLimit(asked.media, asked.rows)
        self._bytes_left = asked.size if asked.size is not None else sys.maxsize
        self._in_xml = asked.media.endswith("xml")
        self._parcel = 1
        self.held = bytearray()

    @property
    def silent(self) -> bool:
        """Whether nothing has gone out yet."""
        return self._parcel == 1

    def write(self, block: bytes) -> int:
        """Hold a block, and send what was held before it once that is enough."""
        size = len(block)
        if self._limit is not None:
            block = self._limit.take(block)
        if self._in_xml:
            block = _NOT_IN_XML.sub(lambda found: b"&#xD;" if found[0] == b"\r" else b"\xef\xbf\xbd", block)
        self._bytes_left -= len(block)
        if self._bytes_left < 0:
            raise _LengthError
        if len(self.held) >= self._parcel:
            self._connection.sendall(frames.frame(frames.MORE, self.held))
            self.held.clear()
            self._parcel = _PARCEL
        self.held += block
        if self._limit is not None and self._limit.reached:
            raise _CutError
        return size

    def flush(self) -> None:
        """Do nothing: a flush comes only at the end, which is sent as the last frame."""

    def answer(self, write: Callable[[IO[bytes]], bool]) -> bytes:
        """Let an answer be written here, by what tells whether it cut it; its last frame, the others are sent."""
        try:
            return self._last(cut=write(cast("IO[bytes]", self)))
        except _CutError:
            return self._last(cut=True)
        except _LengthError:
            return frames.frame(frames.BYTES, str(self._size).encode())

    def _last(self, *, cut: bool) -> bytes:
        if self._limit is not None:
            self.held += self._limit.closing() if cut else self._limit.rest()
        return frames.frame(frames.CUT if cut else frames.LAST, self.held)
