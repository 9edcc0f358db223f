"""The process that runs one client's queries, one after the other, and may be killed at any moment."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import re
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from itertools import islice
from typing import IO, Any, NoReturn, cast

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store, serialize

from talkoot.graph.engine import frames, sandbox
from talkoot.graph.engine.row_limit import RowLimit

_PARCEL = 32768
_FAILURES = ((SyntaxError, frames.SYNTAX), (MemoryError, frames.MEMORY), (RuntimeError, frames.QUERY))
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b-\x1f]")
"""What XML 1.0 takes for a line's end (a bare carriage return: it is escaped) or cannot hold (it becomes U+FFFD)."""
_UNKNOWN_FUNCTION = re.compile(r"The custom function <(.*)> is not supported")


class _CutError(Exception):
    """The answer has as many rows as it may."""


class _LengthError(Exception):
    """The answer has as many bytes as it may."""


class _BlockWriter:
    """Takes the blocks that the engine writes: the first goes out soon, later ones in larger parcels.

    What is held at the end goes out as the last frame, so a small answer is one message.
    """

    def __init__(self, connection: socket.socket, asked: frames.Request) -> None:
        self._connection = connection
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

    def last(self, *, cut: bool) -> bytes:
        """The last frame of the answer."""
        if self._limit is not None:
            self.held += self._limit.closing() if cut else self._limit.rest()
        return frames.frame(frames.CUT if cut else frames.LAST, self.held)


def _die_with_client(connection: socket.socket) -> None:
    poller = select.poll()
    poller.register(connection, 0)  # hang-up is reported even when nothing is asked for
    poller.poll()
    os._exit(0)


def _answer(connection: socket.socket, store: Store, line: bytes) -> bytes:
    """The last frame of an answer, whose others are sent; after a failure its torn rest is dropped."""
    asked = frames.Request(*json.loads(line))
    writer = _BlockWriter(connection, asked)
    unknown: dict[NamedNode, Callable[..., None]] = {}
    try:
        if asked.store:
            store = Store.read_only(asked.store)
        while True:
            try:
                cut = _write(store, asked, writer, unknown)
                return writer.last(cut=cut)
            except RuntimeError as error:
                # A function that is not known is an error of its expression, not of the query (SPARQL 1.1, 17.6).
                function = _UNKNOWN_FUNCTION.search(str(error))
                if function is None or not writer.silent:
                    raise
                unknown[NamedNode(function[1])] = lambda *_arguments: None
                writer = _BlockWriter(connection, asked)
    except _CutError:
        return writer.last(cut=True)
    except _LengthError:
        return frames.frame(frames.BYTES, str(asked.size).encode())
    except (SyntaxError, MemoryError, RuntimeError, OSError, ValueError) as error:
        kind = next((kind for failure, kind in _FAILURES if isinstance(error, failure)), frames.ENGINE)
        return frames.frame(kind, str(error).encode(errors="replace"))


def _write(
    store: Store, asked: frames.Request, writer: _BlockWriter, unknown: dict[NamedNode, Callable[..., None]]
) -> bool:
    """Write the answer; whether it was cut, where it is a graph with more triples than it may have."""
    output = cast("IO[bytes]", writer)
    # Any, because the engine's lists are declared of wider types, and lists do not widen.
    graphs: list[Any] = [
        names and [NamedNode(name) for name in names] for names in (asked.default_graphs, asked.named_graphs)
    ]
    result = store.query(
        asked.query,
        base_iri=asked.base,
        default_graph=graphs[0],
        named_graphs=graphs[1],
        custom_functions=cast("Any", unknown),
    )
    if isinstance(result, QuerySolutions | QueryBoolean):
        result.serialize(output, QueryResultsFormat.from_media_type(asked.media))
        return False
    kind = RdfFormat.from_media_type(asked.media)
    if asked.rows is None:
        result.serialize(output, kind)
        return False
    serialize(islice(result, asked.rows), output, kind)
    return next(result, None) is not None


def run_forked(connection: socket.socket, open_store: Callable[[], Store], query_memory: int) -> NoReturn:
    """Answer queries on the connection until the client hangs up, and end the process."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.nice(5)  # the web server goes first when processors are short
        connection.sendall(frames.PID.pack(os.getpid()))
        # A crash inside the engine (too deep a query overflows its stack) leaves word of its kind this way.
        faulthandler.enable(file=connection.fileno(), all_threads=False)
        threading.Thread(target=_die_with_client, args=(connection,), daemon=True).start()
        store = open_store()
        sandbox.limit_memory(query_memory)
        for line in connection.makefile("rb"):
            connection.sendall(_answer(connection, store, line))
        status = 0
    except ConnectionError:
        status = 0  # the client went away
    finally:
        if status:
            traceback.print_exc()
            with contextlib.suppress(OSError):
                connection.sendall(frames.frame(frames.ENGINE, b"the engine stopped by an error of its own"))
        os._exit(status)
