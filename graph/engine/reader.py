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
import threading
import traceback
from collections.abc import Callable
from itertools import islice
from typing import IO, Any, NoReturn, cast

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store, serialize

from talkoot.graph.engine import frames, sandbox
from talkoot.graph.engine.block_writer import BlockWriter

_FAILURES = ((SyntaxError, frames.SYNTAX), (MemoryError, frames.MEMORY), (RuntimeError, frames.QUERY))
_UNKNOWN_FUNCTION = re.compile(r"The custom function <(.*)> is not supported")


def _die_with_client(connection: socket.socket) -> None:
    poller = select.poll()
    poller.register(connection, 0)  # hang-up is reported even when nothing is asked for
    poller.poll()
    os._exit(0)


def _answer(connection: socket.socket, store: Store, line: bytes) -> bytes:
    """The last frame of an answer, whose others are sent; after a failure its torn rest is dropped."""
    asked = frames.Request(*json.loads(line))
    unknown: dict[NamedNode, Callable[..., None]] = {}
    try:
        if asked.store:
            store = Store.read_only(asked.store)
        while True:
            writer = BlockWriter(connection, asked)
            try:
                return writer.answer(lambda output: _write(store, asked, output, unknown))
            except RuntimeError as error:
                # A function that is not known is an error of its expression, not of the query (SPARQL 1.1, 17.6).
                function = _UNKNOWN_FUNCTION.search(str(error))
                if function is None or not writer.silent:
                    raise
                unknown[NamedNode(function[1])] = lambda *_arguments: None
    except (SyntaxError, MemoryError, RuntimeError, OSError, ValueError) as error:
        kind = next((kind for failure, kind in _FAILURES if isinstance(error, failure)), frames.ENGINE)
        return frames.frame(kind, str(error).encode(errors="replace"))


def _write(
    store: Store, asked: frames.Request, output: IO[bytes], unknown: dict[NamedNode, Callable[..., None]]
) -> bool:
    """Write the answer; whether it was cut, where it is a graph with more triples than it may have."""
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
