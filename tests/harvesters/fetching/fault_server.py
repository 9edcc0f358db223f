"""Made up: a server that answers with raw bytes as they are given, right or wrong, over a real socket."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

Answer = bytes | Iterable[bytes]
Rule = Answer | list[Answer] | Callable[["Asked"], Answer]


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    connection: int


def answer(body: bytes = b"", status: str = "200 OK", *, length: int | None = None, **headers: str) -> bytes:
    """An answer with the headers given (``_`` for ``-``), and its length or a false one."""
    fields = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body) if length is None else length),
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def zipped(body: bytes, keep: int | None = None, **headers: str) -> bytes:
    """A gzip body, cut after some of its bytes."""
    return answer(gzip.compress(body)[:keep], Content_Encoding="gzip", **headers)


def drip(start: bytes, piece: bytes = b"x", times: int = 400, pause: float = 0.05) -> Iterator[bytes]:
    """An answer whose bytes come one by one."""
    yield start
    for _ in range(times):
        time.sleep(pause)
        yield piece


@dataclass
class FaultServer:
    """Answers each path by its rule: bytes, parts with pauses, a list of answers one a request, or a function."""

    rules: dict[str, Rule] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._times: dict[str, int] = defaultdict(int)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._socket.close()

    def paths(self) -> list[str]:
        """The paths asked for, robots.txt apart."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while line := stream.readline():
                    method, path, _ = line.decode().split()
                    headers = dict(iter(lambda: stream.readline().decode().strip().partition(": ")[::2], ("", "")))
                    body = stream.read(int(headers.get("Content-Length", 0)))
                    self.asked.append(Asked(method, path, headers, body, self.clock(), connection.getpeername()[1]))
                    found = self._answer(self.asked[-1])
                    for part in (found,) if isinstance(found, bytes) else found:
                        connection.sendall(part)
                    if not isinstance(found, bytes) or b"Connection: close" in found:
                        return
        except (OSError, ValueError):
            pass  # the client has gone, or speaks something else

    def _answer(self, asked: Asked) -> Answer:
        rule = self.rules.get(asked.path, answer(b"no such page", "404 Not Found"))
        if isinstance(rule, list):
            self._times[asked.path] += 1
            return rule[min(self._times[asked.path], len(rule)) - 1]
        return rule(asked) if callable(rule) else rule
