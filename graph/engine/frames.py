"""What a reader and its client say to each other over their socket.

The reader begins with the number of its process. A request is a line of JSON. An answer is a row of frames:
one byte that says what the frame is, a length of four bytes, the bytes. Only frames of the kind MORE have
another after them.
"""

import json
import struct
from collections.abc import Sequence
from typing import NamedTuple

MORE, LAST, CUT = b"M", b"L", b"C"  # blocks of an answer, the last one, the last one of an answer cut at its rows
SYNTAX, MEMORY, BYTES, QUERY, ENGINE = b"S", b"O", b"B", b"Q", b"X"  # what was wrong or too little, in words

HEAD = struct.Struct("!cI")
PID = struct.Struct("!Q")


class Request(NamedTuple):
    """One question to a reader: `media` is the media type of the answer, no graphs mean the engine's own dataset.

    `rows` and `size` are the most rows and bytes of the answer; `store` is the folder of another release's store;
    `base` is what relative IRIs of the query are relative to.
    """

    query: str
    media: str
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    rows: int | None = None
    size: int | None = None
    store: str | None = None
    base: str | None = None

    def line(self) -> bytes:
        """The request as it goes over the socket."""
        return json.dumps(self).encode() + b"\n"


def frame(kind: bytes, body: bytes | bytearray) -> bytes:
    """A frame as it goes over the socket."""
    return HEAD.pack(kind, len(body)) + body
