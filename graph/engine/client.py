"""The web server's side of the readers: those that a process has, and the answers that come over them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self, overload

from talkoot.graph.engine import frames
from talkoot.graph.engine.errors import (
    AnswerTooLong,
    ClientGone,
    EngineError,
    EngineUnavailable,
    QueryFailed,
    QueryMemoryLimit,
    QueryTimeLimit,
)
from talkoot.graph.engine.lanes import Lanes
from talkoot.graph.engine.pointer import Pointer, PointerFile
from talkoot.graph.engine.query_text import refuse_service, refuse_update
from talkoot.graph.engine.reader_process import CONNECT_SECONDS, ReaderProcess
from talkoot.graph.engine.row_limit import cut_mark
from talkoot.graph.engine.syntax_hint import explain

Gone = Callable[[], bool]

_QUICK_SECONDS = 0.05
"""A query that has worked longer than this is slow: it goes to its own lane, last in line for the processor for good.

It is the processor's time that counts: on a busy machine a quick query waits, too.
"""
_PATIENCE = 1.0
"""One that has not worked so long, but took this long by the clock, is slow as well: it waits for a disk."""
_LOOK_SECONDS = 0.25
_WHOLE = 1 << 20
"""An answer of up to so many bytes that comes quickly is taken whole, so that a slow client holds no thread."""

_CRASH = b"Fatal Python error: Segmentation fault"  # no frame: faulthandler's word for an overflow of the stack


class Answer(Iterator[bytes]):
    """The blocks of one answer as they come; closing it early kills the reader.

    A failure after the first block gives one more block that breaks the syntax of every format and says why,
    and raises after it. Both are needed: not every web server can end a body so that a client sees it is not whole.
    """

    def __init__(
        self,
        connection: ReaderConnection,
        reader: ReaderProcess,
        asked: frames.Request,
        seconds: float,
        gone: Gone | None,
    ) -> None:
        self.release = reader.pointer.number
        self.complete = False
        self.cut = False
        """Whether the answer ends at the rows that it may have; known of one that has come whole."""
        self._connection, self._reader, self._asked, self._limit = connection, reader, asked, seconds
        self._gone = gone or (lambda: False)
        self._waited = 0.0
        self._failure: EngineError | None = None
        self._leave: list[Callable[[], None]] = []  # the place and the slot of a long answer
        self._slow = False
        self._first = b""
        try:
            self._first = self._next_block()
            while not self.complete and not self._slow and len(self._first) < _WHOLE:
                block = self._next_block(within=_QUICK_SECONDS)
                if block is None:
                    break
                self._first += block
            if not self.complete and not self._slow:
                self._leave.append(connection.lanes.take_place())
        except EngineError:
            self.close()
            raise

    @property
    def whole(self) -> bytes | None:
        """The answer itself where it came quickly; None where more is to come. Ask before iterating."""
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
            return cut_mark(str(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the query if it still runs."""
        if not self.complete:
            self._done()
            self._reader.kill()

    def _done(self) -> None:
        self.complete = True
        while self._leave:
            self._leave.pop()()

    @overload
    def _next_block(self) -> bytes: ...
    @overload
    def _next_block(self, within: float) -> bytes | None: ...
    def _next_block(self, within: float | None = None) -> bytes | None:
        """The next block; None where it does not come while the answer has taken no longer than ``within``."""
        while (frame := self._reader.frame()) is None:
            if within is None:
                self._wait()
            elif self._waited >= within or not self._receive(within - self._waited):
                return None
        kind, body = frame
        if kind == frames.MORE:
            return body
        self._done()
        if self._slow:  # nothing can undo its lower priority, and it grew
            self._reader.close()
        else:
            self._connection.take_back(self._reader)
        if kind in (frames.LAST, frames.CUT):
            self.cut = kind == frames.CUT
            return body
        details = body.decode()
        if kind == frames.SYNTAX:
            raise explain(self._asked.query, details)
        if kind == frames.MEMORY:
            raise QueryMemoryLimit(self._connection.query_memory)
        if kind == frames.BYTES:
            raise AnswerTooLong(int(details))
        raise QueryFailed(details, by_engine=kind == frames.ENGINE)

    def _receive(self, seconds: float) -> bool | None:
        started = time.monotonic()
        received = self._reader.receive(seconds)
        self._waited += time.monotonic() - started
        return received

    def _wait(self) -> None:
        """Wait for more from the reader, in the slow lane after a moment. Raises :class:`EngineError`."""
        while (remaining := self._limit - self._waited) > 0:
            step = min(_LOOK_SECONDS if self._slow else _QUICK_SECONDS, remaining)
            received = self._receive(step)
            if received:
                return
            if received is False:
                raise self._ended()
            if self._gone():
                self.close()
                raise ClientGone
            if not self._slow and (self._reader.worked() > _QUICK_SECONDS or self._waited > _PATIENCE):
                self._go_to_slow_lane()
        self.close()
        raise QueryTimeLimit(self._limit)

    def _go_to_slow_lane(self) -> None:
        lanes, begun = self._connection.lanes, bool(self._leave or self._first)
        self._slow = True
        self._reader.step_back()
        try:
            if not begun:
                self._leave.append(lanes.take_place())
            self._leave.append(lanes.take_slot(self._reader.pause, self._limit, self._gone, begun=begun))
        except EngineError:
            self.close()
            raise

    def _ended(self) -> EngineError:
        """Why a reader hung up."""
        self.close()
        if self._reader.received.startswith(_CRASH):
            return QueryFailed("the query is nested too deeply for the engine")
        if not Path(self._reader.pointer.socket).exists():
            return EngineUnavailable("the readers of this release were ended")
        return QueryMemoryLimit(self._connection.query_memory)


class ReaderConnection:
    """The readers of a process, for all of its threads: connected as they are needed, again after a release switch.

    The one that was used last is taken first: it has the most at hand.
    """

    def __init__(self, run_dir: Path, query_memory: int, lanes: Lanes | None = None) -> None:
        self.query_memory = query_memory
        self.lanes = lanes or Lanes(run_dir, 2, 2, 2)
        self._pointer = PointerFile(run_dir)
        self._idle: list[ReaderProcess] = []  # its pop and append are whole by themselves, from any thread

    def release(self) -> int:
        """The number of that release; raises :class:`EngineUnavailable`."""
        return self.pointer().number

    def pointer(self) -> Pointer:
        """The release that the next query would read; raises :class:`EngineUnavailable`."""
        return self._pointer.read()

    def run(
        self,
        query: str,
        media: str,
        *,
        seconds: float,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        rows: int | None = None,
        size: int | None = None,
        store: str | None = None,
        base: str | None = None,
        gone: Gone | None = None,
        pointer: Pointer | None = None,
    ) -> Answer:
        """Run a query and wait for the first block of its answer in the media type named.

        `seconds` is the time that may be spent waiting for the reader, the whole answer taken together; a
        slow taker of the answer does not use it up, nor does a wait for a slot. Graphs, once given, are the whole
        dataset of the query. The answer is cut at `rows` and broken off at `size` bytes. `store` names the folder of
        another release's store, `base` what the query's relative IRIs are relative to. ``gone`` tells whether the
        client has hung up; `pointer` is what :meth:`pointer` has just told. Raises every :class:`EngineError`:
        SERVICE and updates are refused before anything is run.
        """
        refuse_update(query)
        refuse_service(query)
        asked = frames.Request(query, media, default_graphs, named_graphs, rows, size, store, base)
        return Answer(self, self._send(asked.line(), pointer), asked, seconds, gone)

    def close(self) -> None:
        """Hang up on every reader that is idle."""
        while (reader := self._take()) is not None:
            reader.close()

    def take_back(self, reader: ReaderProcess) -> None:
        """Keep a reader that has finished its answer for the next query."""
        self._idle.append(reader)

    def _take(self) -> ReaderProcess | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _send(self, message: bytes, pointer: Pointer | None) -> ReaderProcess:
        """The reader that has taken the message; one that is of an earlier release or gone is replaced."""
        give_up = time.monotonic() + CONNECT_SECONDS
        while True:
            kept, pointer = self._take(), pointer or self._pointer.read()
            try:
                if kept is not None and kept.pointer != pointer:
                    kept.close()
                    continue
                reader = kept or ReaderProcess(pointer)
                reader.send(message)
            except OSError as error:
                # The zygote has just been replaced or is busy starting; its successor's pointer comes soon.
                if time.monotonic() > give_up:
                    raise EngineUnavailable(str(error)) from error
                pointer = None
                if kept is None:
                    time.sleep(0.02)
            else:
                return reader
