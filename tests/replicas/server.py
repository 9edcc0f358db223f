"""A replica's server: answers with ETag and 304 over a real socket, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server answers; a text is sent as UTF-8."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


MISSING = Reply("<!-- made up --><html><body><h1>Not found</h1></body></html>", 404)

Site = Callable[[str], Reply | None]
"""A site: what it answers to a path with its query; nothing where it has no such page."""


class ReplicaServer:
    """Serves a site. ``answers`` go before it: one reply, or one for each request, the last for all that follow."""

    def __init__(self, site: Site = lambda path: None) -> None:
        self.site = site
        self.answers: dict[str, Reply | list[Reply]] = {}
        self.asked: list[str] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        replica = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:  # the name that http.server calls
                reply = replica.answer(self.path, dict(self.headers))
                body = reply.bytes
                tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
                same = reply.status == 200 and self.headers.get("If-None-Match") == tag
                self.send_response(304 if same else reply.status)
                self.send_header("ETag", tag)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if not same:
                    self.send_header("Content-Type", reply.kind)
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if not same:
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, path: str, headers: dict[str, str]) -> Reply:
        """What a path is answered with this time."""
        if path != "/robots.txt":
            self.asked.append(path)
        self.requests.append((path, headers))
        found = self.answers.get(path)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found or self.site(path) or MISSING

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
