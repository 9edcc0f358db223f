"""A small HTTP server for replicas of data services: an answer for each path, validators, and what was asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came in, with the parameters of its address or form."""

    method: str
    path: str
    parameters: dict[str, str]
    accept: str = ""


@dataclass(frozen=True)
class Given:
    """An answer."""

    body: bytes
    media_type: str = "application/json"
    status: int = 200


Answering = Callable[[Asked], Given]


class Everywhere(dict[str, Answering]):
    """One answer for every path but robots.txt, which the site does not have; counts refusals."""

    def __init__(self, answer: Answering) -> None:
        super().__init__()
        self._answer, self.refused = answer, 0

    def get(self, path: str, default: object = None) -> Answering:
        """The answer for a path."""
        return self._given

    def _given(self, asked: Asked) -> Given:
        given = Given(b"", "text/plain", 404) if asked.path == "/robots.txt" else self._answer(asked)
        self.refused += given.status != 200
        return given


@dataclass
class DataServer:
    """Answers on 127.0.0.1 until it is closed; a path that it does not know is a 404."""

    answers: dict[str, Answering] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    sent: int = 0  # bodies, as against 304

    def __post_init__(self) -> None:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                parts = urlsplit(self.path)
                given = parse_qs(body or parts.query, keep_blank_values=True)
                asked = Asked(
                    self.command, parts.path, {name: values[-1] for name, values in given.items()},
                    self.headers.get("Accept", ""),
                )  # fmt: skip
                if parts.path != "/robots.txt":
                    server.asked.append(asked)
                answer = server.answers.get(parts.path, lambda _: Given(b"no such page", "text/plain", 404))(asked)
                tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
                same = answer.status == 200 and self.headers.get("If-None-Match") == tag
                server.sent += not same
                self.send_response(304 if same else answer.status)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", answer.media_type)
                if not same:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if not same:
                    self.wfile.write(answer.body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop, and free the port."""
        self._http.shutdown()
        self._http.server_close()
