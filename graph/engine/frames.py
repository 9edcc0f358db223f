"""What a reader and its client say to each other over their socket.

The reader begins with the number of its process. A request is a line of JSON. An answer is a row of frames:
one byte that says what the frame is, a length of four bytes, the bytes. Only frames of the kind MORE have
another after them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

MORE, LAST = b"M", b"L"  # blocks of an answer
SYNTAX, MEMORY, QUERY, ENGINE = b"S", b"O", b"Q", b"X"  # what was wrong or too little, in the engine's words

HEAD = struct.Struct("!cI")
PID = struct.Struct("!Q")


def request(
    query: str, media: str, default_graphs: Sequence[str] | None = None, named_graphs: Sequence[str] | None = None
) -> bytes:
    """One question to a reader; `media` is the media type of the answer, None the engine's own dataset."""
    return json.dumps([query, media, default_graphs, named_graphs]).encode() + b"\n"


def frame(kind: bytes, body: bytes | bytearray) -> bytes:
    """A frame as it goes over the socket."""
    return HEAD.pack(kind, len(body)) + body
