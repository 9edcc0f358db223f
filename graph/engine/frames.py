"""What a reader and its client say to each other over their socket: the shape of every message.

A request is a length of four bytes and JSON. An answer is a row of frames: one byte that says what the frame
is, a length of four bytes, the bytes. Data frames come first, then one end or error frame.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import NamedTuple

from talkoot.graph.engine.errors import EngineError, QueryFailed, QueryMemoryLimit
from talkoot.graph.engine.syntax_hint import explain

DATA = b"D"
END = b"E"
ERROR = b"X"
CRASH = b"F"
"""First letter of "Fatal Python error", which faulthandler writes into the socket of a reader that crashes."""

END_FRAME = END + bytes(4)
_LENGTH = struct.Struct("!I")
_HEAD = struct.Struct("!cI")
PID = struct.Struct("!Q")

SYNTAX = "syntax"
MEMORY = "memory"
QUERY = "query"
ENGINE = "engine"


@dataclass(frozen=True)
class Request:
    """One question to a reader; `media` is the media type of the answer, None the engine's own dataset."""

    query: str
    media: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None

    def encode(self) -> bytes:
        """The request as it goes over the socket."""
        body = json.dumps([self.query, self.media, self.default_graphs, self.named_graphs]).encode()
        return _LENGTH.pack(len(body)) + body

    @classmethod
    def decode(cls, body: bytes) -> Request:
        """The request that :meth:`encode` wrote, without its length."""
        query, media, *datasets = json.loads(body)
        return cls(query, media, *(None if graphs is None else tuple(graphs) for graphs in datasets))


class Frame(NamedTuple):
    """One frame of an answer."""

    kind: bytes
    body: bytes


def data_frame(block: bytes | bytearray) -> bytes:
    """A frame that carries a block of the answer."""
    return _HEAD.pack(DATA, len(block)) + block


def error_frame(kind: str, details: str) -> bytes:
    """A frame that ends an answer with what went wrong."""
    body = json.dumps({"kind": kind, "details": details}).encode()
    return _HEAD.pack(ERROR, len(body)) + body


def read_error(body: bytes, query: str, mebibytes: int) -> EngineError:
    """The exception that an error frame stands for."""
    error = json.loads(body)
    kind, details = error["kind"], error["details"]
    if kind == SYNTAX:
        return explain(query, details)
    if kind == MEMORY:
        return QueryMemoryLimit(mebibytes)
    return QueryFailed(details, by_engine=kind == ENGINE)


class FrameBuffer:
    """Cuts what arrives on a reader's socket into frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, received: bytes) -> None:
        """Add bytes as they came."""
        self._bytes += received

    def take(self) -> Frame | None:
        """The next whole frame, or None until more has come."""
        if len(self._bytes) < _HEAD.size:
            return None
        kind, length = _HEAD.unpack_from(self._bytes)
        if kind == CRASH:  # no frame but a message of the dying process; its end is the end of the socket
            return None
        end = _HEAD.size + length
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[_HEAD.size : end])
        del self._bytes[:end]
        return Frame(kind, body)

    def take_end(self) -> bool:
        """Take the end of the answer if it is next and has come already."""
        if not self._bytes.startswith(END_FRAME):
            return False
        del self._bytes[: len(END_FRAME)]
        return True

    @property
    def crash(self) -> str:
        """The first line of a dying reader's message, or nothing."""
        if self._bytes[:1] != CRASH:
            return ""
        return self._bytes.decode(errors="replace").split("\n", 1)[0]


class RequestBuffer:
    """Cuts what arrives on a client's socket into requests."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, received: bytes) -> None:
        """Add bytes as they came."""
        self._bytes += received

    def take(self) -> Request | None:
        """The next whole request, or None until more has come."""
        if len(self._bytes) < _LENGTH.size:
            return None
        end = _LENGTH.size + _LENGTH.unpack_from(self._bytes)[0]
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[_LENGTH.size : end])
        del self._bytes[:end]
        return Request.decode(body)
