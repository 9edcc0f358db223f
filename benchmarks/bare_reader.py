"""The least that answers look-ups from a process that can be killed: what a machine allows this shape at most.

A WSGI application for the web server that Talkoot uses too. It checks nothing, limits nothing, knows one format and has
no time limit; each thread forks a reader over the store that BARE_STORE names.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from pyoxigraph import QueryResultsFormat, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_own = threading.local()


def _read(connection: socket.socket) -> None:
    store = Store.read_only(os.environ["BARE_STORE"])
    while query := connection.recv(65536):
        answer = store.query(query.decode()).serialize(None, QueryResultsFormat.JSON)  # type: ignore[union-attr]
        assert answer is not None
        connection.sendall(answer)
    os._exit(0)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer a look-up, whose query string is ``query=`` and the query."""
    if not hasattr(_own, "reader"):
        _own.reader, other = socket.socketpair()
        if os.fork() == 0:
            _own.reader.close()
            _read(other)
        other.close()
    _own.reader.sendall(unquote_to_bytes(environ["QUERY_STRING"].removeprefix("query=").replace("+", " ")))
    answer: bytes = _own.reader.recv(65536)
    start_response(
        "200 OK", [("Content-Type", "application/sparql-results+json"), ("Content-Length", str(len(answer)))]
    )
    return [answer]
