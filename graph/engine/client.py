"""The web server's side of a reader: one connection for each thread, and the answers that come over it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from talkoot.graph.engine import frames
from talkoot.graph.engine.errors import EngineError, EngineUnavailable, QueryFailed, QueryMemoryLimit, QueryTimeLimit
from talkoot.graph.engine.pointer import Pointer, PointerFile
from talkoot.graph.engine.query_text import refuse_service, refuse_update

_RECEIVE = 65536
_CONNECT_SECONDS = 2.0
_CONNECT_PAUSE = 0.02
_RECYCLE_SECONDS = 1.0
"""A reader that worked longer than this has grown; it is let go after its answer and a fresh one is taken."""


class _Reader:
    """One forked reader: its socket, its process, the release that it reads."""

    def __init__(self, pointer: Pointer) -> None:
        self.pointer = pointer
        self.buffer = frames.FrameBuffer()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(_CONNECT_SECONDS)
            connection.connect(pointer.socket)
            greeting = connection.recv(frames.PID.size, socket.MSG_WAITALL)
            if len(greeting) < frames.PID.size:
                raise ConnectionResetError("the reader ended before it began")
        except OSError:
            connection.close()
            raise
        connection.settimeout(None)  # waiting is done by the poller: half the system calls of a timeout
        self.socket = connection
        self._poller = select.poll()
        self._poller.register(connection, select.POLLIN)
        self._pid: int = frames.PID.unpack(greeting)[0]
        self._handle = _process_handle(self._pid)

    def is_alive(self) -> bool:
        """Whether the other end is still there; between two queries it has nothing to say but its end."""
        return not self._poller.poll(0)

    def receive(self, seconds: float) -> bytes | None:
        """What the reader says within the time, None where it says nothing, no bytes where it has gone."""
        if not self._poller.poll(seconds * 1000):
            return None
        try:
            return self.socket.recv(_RECEIVE)
        except OSError:
            return b""

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "linux" and self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self._pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Hang up; the process ends when it sees that."""
        self.socket.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            self.close()


def _process_handle(pid: int) -> int | None:
    """A handle that means this process only, where the system has such: a number alone may be used again."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return os.pidfd_open(pid)
    return None


class Answer:
    """The blocks of one answer as they come; closing it early kills the reader.

    A failure after the first block gives one more block that breaks the syntax of every format and says why,
    and raises after it. Both are needed: the web server (granian 2.8, measured) ends the body of an
    application that raises as if it were whole, and a client must not take it for that.
    """

    def __init__(self, connection: ReaderConnection, reader: _Reader, request: frames.Request, seconds: float) -> None:
        self.release = reader.pointer.number
        self.complete = False
        self._connection = connection
        self._reader = reader
        self._request = request
        self._limit = seconds
        self._waited = 0.0
        self._failure: EngineError | None = None
        self._first = self._next_block()

    @property
    def whole(self) -> bytes | None:
        """The answer itself where it came in one block; None where more is to come. Ask before iterating."""
        return (self._first or b"") if self.complete else None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        if first is not None:
            return first
        if self._failure is not None:
            raise self._failure
        if self.complete:
            raise StopIteration
        try:
            block = self._next_block()
        except EngineError as error:
            self._failure = error
            return cut_mark(error)
        if block is None:
            raise StopIteration
        return block

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the query if it still runs."""
        if not self.complete:
            self.complete = True
            self._reader.kill()

    def _next_block(self) -> bytes | None:
        while True:
            frame = self._reader.buffer.take()
            if frame is None:
                self._receive()
            elif frame.kind == frames.DATA:
                if self._reader.buffer.take_end():
                    self._finish()
                return frame.body
            elif frame.kind == frames.END:
                self._finish()
                return None
            else:
                self._finish()
                raise frames.read_error(frame.body, self._request.query, self._connection.query_memory)

    def _receive(self) -> None:
        reader = self._reader
        remaining = self._limit - self._waited
        if remaining <= 0:
            raise self._stop(QueryTimeLimit(self._limit))
        started = time.monotonic()
        received = reader.receive(remaining)
        self._waited += time.monotonic() - started
        if received is None:
            raise self._stop(QueryTimeLimit(self._limit))
        if not received:
            raise self._stop(self._cause_of_death())
        reader.buffer.feed(received)

    def _cause_of_death(self) -> EngineError:
        if "Segmentation fault" in self._reader.buffer.crash:
            return QueryFailed("the query is nested too deeply for the engine")
        if not Path(self._reader.pointer.socket).exists():
            return EngineUnavailable("the readers of this release were ended")
        return QueryMemoryLimit(self._connection.query_memory)

    def _stop(self, error: EngineError) -> EngineError:
        self.complete = True
        self._reader.kill()
        return error

    def _finish(self) -> None:
        self.complete = True
        if self._waited > _RECYCLE_SECONDS:
            self._reader.close()
        else:
            self._connection.take_back(self._reader)


def cut_mark(error: EngineError) -> bytes:
    """A string that is never closed: an error in JSON, XML, Turtle and its kin, TSV and strict CSV."""
    reason = str(error).replace('"', "'").replace("\n", " ")
    return f'\n"<The answer is not complete. {reason}>\n'.encode()


class ReaderConnection:
    """A thread's own reader: connected when first needed, again after a kill or a release switch.

    Not to be shared between threads. A query that starts before the last answer was taken to its end gets a
    reader of its own.
    """

    def __init__(self, run_dir: Path, query_memory: int) -> None:
        self.query_memory = query_memory
        self._pointer = PointerFile(run_dir)
        self._idle: _Reader | None = None

    def release(self) -> int:
        """The number of the release that the next query would read.

        Raises :class:`EngineUnavailable`.
        """
        return self._pointer.read().number

    def run(
        self,
        query: str,
        media: str,
        *,
        seconds: float,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Run a query and wait for the first block of its answer in the media type named.

        `seconds` is the time that may be spent waiting for the reader, the whole answer taken together; a
        slow taker of the answer does not use it up. Graphs, once given, are the whole dataset of the query.
        Raises every :class:`EngineError`: SERVICE and updates are refused before anything is run.
        """
        refuse_update(query)
        refuse_service(query)
        request = frames.Request(
            query,
            media,
            None if default_graphs is None else tuple(default_graphs),
            None if named_graphs is None else tuple(named_graphs),
        )
        reader = self._send(request.encode())
        return Answer(self, reader, request, seconds)

    def close(self) -> None:
        """Hang up, if connected."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None

    def take_back(self, reader: _Reader) -> None:
        """Keep a reader that has finished its answer for the next query."""
        if self._idle is None:
            self._idle = reader
        else:
            reader.close()

    def _send(self, message: bytes) -> _Reader:
        """The reader that has taken the message; a reader that is gone before that is replaced."""
        give_up = time.monotonic() + _CONNECT_SECONDS
        while True:
            reader = self._kept_reader() or self._new_reader(give_up)
            try:
                reader.socket.sendall(message)  # an idle reader takes it at once
            except OSError as error:
                reader.kill()
                if time.monotonic() > give_up:
                    raise EngineUnavailable(str(error)) from error
            else:
                return reader

    def _kept_reader(self) -> _Reader | None:
        reader, self._idle = self._idle, None
        if reader is None:
            return None
        if reader.pointer == self._pointer.read() and reader.is_alive():
            return reader
        reader.close()
        return None

    def _new_reader(self, give_up: float) -> _Reader:
        while True:
            try:
                return _Reader(self._pointer.read())
            except OSError as error:
                # The zygote has just been replaced or is busy starting; its successor's pointer comes soon.
                if time.monotonic() > give_up:
                    raise EngineUnavailable(str(error)) from error
                time.sleep(_CONNECT_PAUSE)
