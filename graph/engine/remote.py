"""A release that a SPARQL server holds: readers that are threads, each with one connection to it.

They speak the language of the forked readers (:mod:`talkoot.graph.engine.frames`), so limits, lanes and what becomes of
a failure are those of :class:`talkoot.graph.engine.client.Answer`. What the server answers is read to its end and
written anew, in the format that was asked for: so every engine knows the same formats, and a torn answer is noticed.
The standard library's HTTP is used for its socket: only that can be shut from outside while an answer is awaited.
"""

import base64
import contextlib
import io
import json
import signal
import socket
import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from itertools import islice
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlencode, urlsplit

from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results, serialize

from talkoot.graph.engine import frames
from talkoot.graph.engine.block_writer import BlockWriter
from talkoot.graph.engine.client import ReaderConnection
from talkoot.graph.engine.errors import EngineError, EngineUnavailable, QueryFailed
from talkoot.graph.engine.lanes import Lanes
from talkoot.graph.engine.pointer import Pointer
from talkoot.graph.engine.profiles import PROFILES, Native, check_iri
from talkoot.graph.engine.query_text import query_form, tokens
from talkoot.graph.engine.reader_process import CONNECT_SECONDS, ReaderProcess
from talkoot.graph.release import ReleaseError, read_release
from talkoot.graph.settings import Settings

ENGINE_FILE = "engine.json"
_LONGEST_WAIT = 3600.0
"""A thread that nobody waits for any more ends after this, if its server says nothing."""
_TRIPLES = "application/n-triples"
_BLOCK = 65536


class _Body(io.RawIOBase):
    """The body of an answer, mended; its end is an error where more was announced."""

    def __init__(self, response: HTTPResponse, mends: Mapping[bytes, bytes]) -> None:
        self._response, self._mends = response, mends
        self._taken, self._ready = b"", b""
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self.ended:
            block = self._response.read1(_BLOCK)
            self.ended = not block
            if self.ended and self._response.length:
                raise HTTPException(f"{self._response.length} bytes of the answer are missing")
            self._taken += block
            # What is mended stands in one line.
            end = self._taken.rfind(b"\n") + 1 if block and self._mends else len(self._taken)
            self._ready, self._taken = self._taken[:end], self._taken[end:]
            for wrong, right in self._mends.items():
                self._ready = self._ready.replace(wrong, right)
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


class Channel:
    """One connection to a server; used by one thread, and shut by any."""

    def __init__(self, profile: Native, password: str = "") -> None:
        self.profile = profile
        self._url = urlsplit(profile.url)
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        self._http = kind(self._url.hostname or "", self._url.port, timeout=CONNECT_SECONDS)
        self._socket: socket.socket | None = None
        self._shut = False
        signed = base64.b64encode(f"{profile.user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {signed}"} if password and profile.signed else {}

    def shut(self) -> None:
        """Make whatever is awaited of the server fail at once; from any thread."""
        self._shut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def send(self, path: str, body: str | IO[bytes], headers: Mapping[str, str]) -> HTTPResponse:
        """The server's answer to a POST, whatever its status; a connection that has grown old is replaced once."""
        while True:
            fresh = self._http.sock is None
            if fresh:
                self._http.connect()
                self._socket = self._http.sock
                self._socket.settimeout(_LONGEST_WAIT)
            if self._shut:
                raise ConnectionAbortedError("nobody waits for the answer")
            try:
                self._http.request("POST", f"{self._url.path.rstrip('/')}/{path}", body, {**self._headers, **headers})
                return self._http.getresponse()
            except ConnectionError:
                self._http.close()
                if fresh:
                    raise

    def numbers(self, query: str) -> list[int]:
        """The first column of a SELECT. Raises every :class:`EngineError`."""
        held = io.BytesIO()
        self.write(frames.Request(query, "text/csv"), held)
        return [int(line) for line in held.getvalue().split()[1:]]

    def check(self) -> None:
        """Raise :class:`EngineUnavailable` where the default graph and the named ones are not kept apart."""
        default, named = (" ".join(f"<{iri}>" for iri in marker) for marker in self.profile.markers)
        patterns = (
            f"{{ {default} BIND(1 AS ?x) }} UNION {{ {named} BIND(2 AS ?x) }}",
            f"{{ GRAPH ?g {{ {default} }} BIND(1 AS ?x) }} UNION {{ GRAPH ?g {{ {named} }} BIND(2 AS ?x) }}",
            f"{default} . GRAPH ?g {{ {named} }} BIND(3 AS ?x)",
        )
        if [self.numbers(f"SELECT ?x {{ {pattern} }}") for pattern in patterns] != [[1], [2], [3]]:
            raise EngineUnavailable(
                f"{self.profile.url} is not served: its default graph is not the merged view alone, or GRAPH meets "
                "more than the records, so that an actor would be counted once for each record (docs/engines.md)"
            )

    def answer(self, connection: socket.socket, asked: frames.Request) -> bytes:
        """The last frame of an answer whose others are sent. Raises every :class:`EngineError`."""
        return BlockWriter(connection, asked).answer(lambda output: self.write(asked, output))

    def write(self, asked: frames.Request, output: IO[bytes]) -> bool:
        """Write the server's answer in the format asked for; whether it was cut at its triples.

        Raises every :class:`EngineError`, also after much of the answer is written.
        """
        graph = query_form(asked.query) in ("CONSTRUCT", "DESCRIBE")
        media = _TRIPLES if graph else self.profile.rows_media
        query = asked.query
        if asked.base and any(token.kind == "iri" and ":" not in token.text for token in tokens(query)):
            query = f"BASE <{check_iri(asked.base)}> {query}"
        form = urlencode(self.profile.request(query, asked))
        headers = {"Accept": media, "Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "identity"}
        started = time.monotonic()
        raw = None
        try:
            response = self.send(self.profile.query, form, headers)
            raw = _Body(response, self.profile.mends)
            with contextlib.closing(response):
                text = "" if response.status == 200 else raw.read(_BLOCK).decode(errors="replace")
                failure = self.profile.failure(asked, response, text, round(time.monotonic() - started, 1))
                if failure is not None:
                    raise failure
                kind = response.headers.get_content_type()
                if kind != media or (graph and response.length is None and not response.chunked):
                    raise HTTPException(f"it answered {kind} where {media} of a stated length was asked")
                cut = (_write_graph if graph else _write_rows)(io.BufferedReader(raw, _BLOCK), media, asked, output)
        except (OSError, HTTPException) as error:
            raise EngineUnavailable(f"{self.profile.url}: {error}") from error
        except (SyntaxError, ValueError) as error:
            details = f"the SPARQL server stopped in the middle of its answer ({error})"
            raise QueryFailed(details, by_engine=True) from error
        finally:
            if raw is None or not raw.ended:
                self.close()
        return cut


def _write_graph(body: io.BufferedReader, media: str, asked: frames.Request, output: IO[bytes]) -> bool:
    triples = parse(cast("IO[bytes]", body), RdfFormat.from_media_type(media), lenient=True)
    serialize(islice(triples, asked.rows), output, RdfFormat.from_media_type(asked.media))
    return next(triples, None) is not None


def _write_rows(body: io.BufferedReader, media: str, asked: frames.Request, output: IO[bytes]) -> bool:
    results = parse_query_results(cast("IO[bytes]", body), QueryResultsFormat.from_media_type(media))
    if query_form(asked.query) == "ASK" and not isinstance(results, QueryBoolean):  # Virtuoso: one row, or none
        yes = json.dumps({"head": {}, "boolean": next(results, None) is not None})
        results = parse_query_results(yes, QueryResultsFormat.JSON)
    results.serialize(output, QueryResultsFormat.from_media_type(asked.media))
    body.read()  # to its end, where a torn one shows
    return False


class _ThreadReader(ReaderProcess):
    """A thread in the place of a forked reader; what went wrong in it is raised where its answer is awaited."""

    def __init__(self, pointer: Pointer, channel: Channel) -> None:
        self.pointer = pointer
        self.received = bytearray()
        self._patience, self._began, self._handle = 0.0, 0.0, None
        self._channel, self._failures = channel, list[EngineError]()
        self.socket, other = socket.socketpair()
        # The thread knows nothing of this object: when it is let go of, its socket closes and the thread ends.
        threading.Thread(target=_serve, args=(channel, other, self._failures), daemon=True).start()

    def receive(self, seconds: float) -> bool | None:
        """Take in what the thread says within the time; raises the :class:`EngineError` that ended it."""
        received = super().receive(seconds)
        if received is False and self._failures:
            raise self._failures[0]
        return received

    def _processor_seconds(self) -> float:
        return time.monotonic()  # the server's own time is not known

    def step_back(self) -> None:
        """Do nothing: whose query goes first is the server's matter."""

    def _signal(self, number: signal.Signals) -> None:
        if number == signal.SIGKILL:
            self._channel.shut()


def _serve(channel: Channel, connection: socket.socket, failures: list[EngineError]) -> None:
    """Answer queries on the connection until the other end closes it or one fails."""
    with contextlib.closing(channel), connection, contextlib.suppress(OSError):
        checked = False
        for line in connection.makefile("rb"):
            try:
                if not checked:
                    channel.check()
                checked = True
                last = channel.answer(connection, frames.Request(*json.loads(line)))
            except EngineError as error:
                # The trace of its way here would take this thread's answers to another thread, which they do not bear.
                error.__cause__ = error.__context__ = None
                failures.append(error.with_traceback(None))
                return
            connection.sendall(last)


class RemoteConnection(ReaderConnection):
    """The connections of a process to the server that holds the current release; follows each switch of it."""

    def __init__(self, run_dir: Path, settings: Settings, lanes: Lanes | None = None) -> None:
        super().__init__(run_dir, settings.query_memory, lanes)
        self._settings = settings
        self._seen = Pointer(0, "", "-")

    def pointer(self) -> Pointer:
        """The release that the next query would read; raises :class:`EngineUnavailable`."""
        return self._pointer_to(self._settings.current.resolve())

    def _pointer_to(self, folder: Path) -> Pointer:
        if self._seen.release != str(folder):
            try:
                release = read_release(folder)
            except ReleaseError as error:
                raise EngineUnavailable(str(error)) from error
            self._seen = Pointer(release.number, str(folder), "-", release.manifest.get("published", ""))
        return self._seen

    def _send(self, message: bytes, pointer: Pointer | None) -> ReaderProcess:
        kept = self._take()
        store = frames.Request(*json.loads(message)).store
        pointer = self._pointer_to(Path(store).parent) if store else pointer or self.pointer()
        if kept is None or kept.pointer != pointer:
            kept = _ThreadReader(pointer, Channel(read_engine(Path(pointer.release)), self._settings.engine_password))
        kept.send(message)
        return kept


def read_engine(folder: Path) -> Native:
    """The server that holds a release, as the release's folder names it. Raises :class:`EngineUnavailable`."""
    try:
        told = json.loads((folder / ENGINE_FILE).read_bytes())
        return PROFILES[told.pop("profile")](**told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineUnavailable(f"{folder / ENGINE_FILE} names no engine: {error!r}") from error


def connection_for(settings: Settings, run_dir: Path, lanes: Lanes | None = None) -> ReaderConnection:
    """What reaches the engine of the current release: a server's, or readers of this machine."""
    if (settings.current / ENGINE_FILE).exists():
        return RemoteConnection(run_dir, settings, lanes)
    return ReaderConnection(run_dir, settings.query_memory, lanes)
