"""The process that runs one client's queries, one after the other, and may be killed at any moment."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import select
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import IO, Any, NoReturn, cast

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store

from talkoot.graph.engine import frames, sandbox

_NICENESS = 5
_RECEIVE = 65536
_PARCEL = 32768


class _BlockWriter:
    """Takes the blocks that the engine writes: the first goes out soon, later ones in larger parcels.

    What is held at the end travels with the end frame, so a small answer is one message.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = bytearray()
        self._parcel = 1
        self.client_gone = False

    def write(self, block: bytes) -> int:
        """Hold a block, and send what was held before it once that is enough."""
        if len(self._held) >= self._parcel:
            self._send(frames.data_frame(self._held))
            self._held.clear()
            self._parcel = _PARCEL
        self._held += block
        return len(block)

    def flush(self) -> None:
        """Do nothing: a flush comes only at the end, which `finish` sends."""

    def finish(self) -> None:
        """Send what is held together with the end."""
        self._send((frames.data_frame(self._held) if self._held else b"") + frames.END_FRAME)

    def fail(self, kind: str, details: str) -> None:
        """Send what went wrong; what is held is the torn rest of an answer and is dropped."""
        self._send(frames.error_frame(kind, details))

    def _send(self, message: bytes) -> None:
        try:
            self._connection.sendall(message)
        except OSError:
            self.client_gone = True
            raise


def serve(connection: socket.socket, open_store: Callable[[], Store], query_memory: int) -> None:
    """Answer queries on the connection until the client hangs up; runs in a process of its own."""
    sandbox.step_back(_NICENESS)
    connection.sendall(frames.PID.pack(os.getpid()))
    # A crash inside the engine (too deep a query overflows its stack) leaves word of its kind this way.
    faulthandler.enable(file=connection.fileno(), all_threads=False)
    threading.Thread(target=_die_with_client, args=(connection,), daemon=True).start()
    store = open_store()
    sandbox.limit_memory(query_memory)
    requests = frames.RequestBuffer()
    while received := connection.recv(_RECEIVE):
        requests.feed(received)
        while request := requests.take():
            if not _answer(connection, store, request):
                return


def _die_with_client(connection: socket.socket) -> None:
    poller = select.poll()
    poller.register(connection, 0)  # hang-up is reported even when nothing is asked for
    poller.poll()
    os._exit(0)


def _answer(connection: socket.socket, store: Store, request: frames.Request) -> bool:
    """Answer one request; False when the client has gone."""
    writer = _BlockWriter(connection)
    try:
        try:
            _run(store, request, writer)
            writer.finish()
        except SyntaxError as error:
            writer.fail(frames.SYNTAX, str(error))
        except MemoryError:
            writer.fail(frames.MEMORY, "")
        except RuntimeError as error:
            writer.fail(frames.QUERY, str(error))
        except (OSError, ValueError) as error:
            writer.fail(frames.ENGINE, str(error))
    except OSError:
        if writer.client_gone:
            return False
        raise
    return True


def _run(store: Store, request: frames.Request, writer: _BlockWriter) -> None:
    result = store.query(
        request.query, default_graph=_graphs(request.default_graphs), named_graphs=_graphs(request.named_graphs)
    )
    output = cast("IO[bytes]", writer)
    if isinstance(result, QueryTriples):
        result.serialize(output, RdfFormat.from_media_type(request.media))
    elif isinstance(result, QuerySolutions | QueryBoolean):
        result.serialize(output, QueryResultsFormat.from_media_type(request.media))


def _graphs(names: Sequence[str] | None) -> list[Any] | None:
    # Any, because the engine's lists are declared of wider types, and lists do not widen.
    return None if names is None else [NamedNode(name) for name in names]


def run_forked(connection: socket.socket, open_store: Callable[[], Store], query_memory: int) -> NoReturn:
    """Be a reader from here on; never returns."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = 1
    try:
        serve(connection, open_store, query_memory)
        status = 0
    except ConnectionError:
        status = 0  # the client went away between two queries
    finally:
        if status:
            traceback.print_exc()
            with contextlib.suppress(OSError):
                connection.sendall(frames.error_frame(frames.ENGINE, "the engine stopped by an error of its own"))
        os._exit(status)
