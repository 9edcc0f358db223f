"""The web server's side of a reader: one connection for each thread, and the answers that come over it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from talkoot.graph.engine import frames
from talkoot.graph.engine.errors import EngineError, EngineUnavailable, QueryFailed, QueryMemoryLimit, QueryTimeLimit
from talkoot.graph.engine.pointer import Pointer, PointerFile
from talkoot.graph.engine.query_text import refuse_service, refuse_update
from talkoot.graph.engine.syntax_hint import explain

_CONNECT_SECONDS = 2.0
_RECYCLE_SECONDS = 1.0
"""A reader that worked longer than this has grown; it is let go after its answer and a fresh one is taken."""

_CRASH = b"Fatal Python error: Segmentation fault"  # no frame: faulthandler's word for an overflow of the stack


class _Reader:
    """One forked reader: its socket, its process, the release that it reads."""

    def __init__(self, pointer: Pointer) -> None:
        self.pointer = pointer
        self.received = bytearray()
        self._patience = 0.0
        self._handle: int | None = None
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(_CONNECT_SECONDS)
        self.socket.connect(pointer.socket)
        greeting = self.socket.recv(frames.PID.size, socket.MSG_WAITALL)
        if len(greeting) < frames.PID.size:
            raise ConnectionResetError("the reader ended before it began")
        self.socket.settimeout(None)
        self._pid: int = frames.PID.unpack(greeting)[0]
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # a handle means this process only: a number may be used again
                self._handle = os.pidfd_open(self._pid)

    def receive(self, seconds: float) -> bool | None:
        """Take in what the reader says within the time; None where it says nothing, False where it has gone."""
        if seconds != self._patience:
            # The system's own time limit costs nothing while it stays the same; Python's is a call for each wait.
            whole, millionths = divmod(int(seconds * 1_000_000) + 1, 1_000_000)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", whole, millionths))
            self._patience = seconds
        try:
            received = self.socket.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            return False
        self.received += received
        return bool(received)

    def frame(self) -> tuple[bytes, bytes] | None:
        """Kind and body of the next frame, where all of it has come."""
        if len(self.received) < frames.HEAD.size:
            return None
        kind, length = frames.HEAD.unpack_from(self.received)
        end = frames.HEAD.size + length
        if len(self.received) < end:
            return None
        body = bytes(self.received[frames.HEAD.size : end])
        del self.received[:end]
        return kind, body

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
        if hasattr(self, "socket"):
            self.close()


class Answer(Iterator[bytes]):
    """The blocks of one answer as they come; closing it early kills the reader.

    A failure after the first block gives one more block that breaks the syntax of every format and says why,
    and raises after it. Both are needed: the web server (granian 2.8, measured) ends the body of an
    application that raises as if it were whole, and a client must not take it for that.
    """

    def __init__(self, connection: ReaderConnection, reader: _Reader, query: str, seconds: float) -> None:
        self.release = reader.pointer.number
        self.complete = False
        self._connection, self._reader, self._query, self._limit = connection, reader, query, seconds
        self._waited = 0.0
        self._failure: EngineError | None = None
        self._first = self._next_block()

    @property
    def whole(self) -> bytes | None:
        """The answer itself where it came in one block; None where more is to come. Ask before iterating."""
        return self._first if self.complete else None

    def __next__(self) -> bytes:
        first, self._first = self._first, b""
        if first:
            return first
        if self._failure is not None:
            raise self._failure
        if self.complete:
            raise StopIteration
        try:
            return self._next_block()
        except EngineError as error:
            self._failure = error
            return cut_mark(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the query if it still runs."""
        if not self.complete:
            self.complete = True
            self._reader.kill()

    def _next_block(self) -> bytes:
        while (frame := self._reader.frame()) is None:
            self._wait()
        kind, body = frame
        if kind == frames.MORE:
            return body
        self.complete = True
        if self._waited > _RECYCLE_SECONDS:
            self._reader.close()
        else:
            self._connection.take_back(self._reader)
        if kind == frames.LAST:
            return body
        details = body.decode()
        if kind == frames.SYNTAX:
            raise explain(self._query, details)
        if kind == frames.MEMORY:
            raise QueryMemoryLimit(self._connection.query_memory)
        raise QueryFailed(details, by_engine=kind == frames.ENGINE)

    def _wait(self) -> None:
        started = time.monotonic()
        remaining = self._limit - self._waited
        received = self._reader.receive(remaining) if remaining > 0 else None
        self._waited += time.monotonic() - started
        if received:
            return
        self.close()
        if received is None:
            raise QueryTimeLimit(self._limit)
        if self._reader.received.startswith(_CRASH):
            raise QueryFailed("the query is nested too deeply for the engine")
        if not Path(self._reader.pointer.socket).exists():
            raise EngineUnavailable("the readers of this release were ended")
        raise QueryMemoryLimit(self._connection.query_memory)


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
        """The number of the release that the next query would read; raises :class:`EngineUnavailable`."""
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
        request = frames.request(query, media, default_graphs, named_graphs)
        return Answer(self, self._send(request), query, seconds)

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
        """The reader that has taken the message; one that is of an earlier release or gone is replaced."""
        give_up = time.monotonic() + _CONNECT_SECONDS
        while True:
            kept, self._idle = self._idle, None
            pointer = self._pointer.read()
            try:
                reader = kept if kept is not None and kept.pointer == pointer else _Reader(pointer)
                reader.socket.sendall(message)  # an idle reader takes it at once
            except OSError as error:
                # The zygote has just been replaced or is busy starting; its successor's pointer comes soon.
                if time.monotonic() > give_up:
                    raise EngineUnavailable(str(error)) from error
                if kept is None:
                    time.sleep(0.02)
            else:
                return reader
