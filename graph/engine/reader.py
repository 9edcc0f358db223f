"""The process that runs one client's queries, one after the other, and may be killed at any moment."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import select
import signal
import socket
import threading
import traceback
from collections.abc import Callable
from typing import IO, Any, NoReturn, cast

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store

from talkoot.graph.engine import frames, sandbox

_PARCEL = 32768
_FAILURES = ((SyntaxError, frames.SYNTAX), (MemoryError, frames.MEMORY), (RuntimeError, frames.QUERY))


class _BlockWriter:
    """Takes the blocks that the engine writes: the first goes out soon, later ones in larger parcels.

    What is held at the end goes out as the last frame, so a small answer is one message.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._parcel = 1
        self.held = bytearray()

    def write(self, block: bytes) -> int:
        """Hold a block, and send what was held before it once that is enough."""
        if len(self.held) >= self._parcel:
            self._connection.sendall(frames.frame(frames.MORE, self.held))
            self.held.clear()
            self._parcel = _PARCEL
        self.held += block
        return len(block)

    def flush(self) -> None:
        """Do nothing: a flush comes only at the end, which is sent as the last frame."""


def _die_with_client(connection: socket.socket) -> None:
    poller = select.poll()
    poller.register(connection, 0)  # hang-up is reported even when nothing is asked for
    poller.poll()
    os._exit(0)


def _answer(connection: socket.socket, store: Store, line: bytes) -> bytes:
    """The last frame of an answer, whose others are sent; after a failure its torn rest is dropped."""
    writer = _BlockWriter(connection)
    output = cast("IO[bytes]", writer)
    try:
        query, media, *datasets = json.loads(line)
        # Any, because the engine's lists are declared of wider types, and lists do not widen.
        graphs: list[Any] = [names and [NamedNode(name) for name in names] for names in datasets]
        result = store.query(query, default_graph=graphs[0], named_graphs=graphs[1])
        if isinstance(result, QuerySolutions | QueryBoolean):
            result.serialize(output, QueryResultsFormat.from_media_type(media))
        else:
            result.serialize(output, RdfFormat.from_media_type(media))
        return frames.frame(frames.LAST, writer.held)
    except (SyntaxError, MemoryError, RuntimeError, OSError, ValueError) as error:
        kind = next((kind for failure, kind in _FAILURES if isinstance(error, failure)), frames.ENGINE)
        return frames.frame(kind, str(error).encode(errors="replace"))


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
