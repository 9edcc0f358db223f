"""Reading ahead: each source's reader in a thread of its own, so that waiting for one site does not hold up another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Full, Queue
from typing import Generic, TypeVar

AHEAD = 500
"""Items that a reader may be ahead of their mapping."""

Item = TypeVar("Item")


class ReadAhead(Generic[Item]):
    """The items of an iterator that a thread works through, a few ahead; its error is raised at the end."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._queue: Queue[tuple[Item, ...]] = Queue(AHEAD)
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._work = self._pool.submit(self._read, items)

    def __iter__(self) -> Iterator[Item]:
        while item := self._queue.get():
            yield from item
        self._work.result()

    def close(self) -> None:
        """Let the thread end; what it has read ahead is dropped."""
        self._stopped.set()
        self._pool.shutdown()

    def _read(self, items: Iterator[Item]) -> None:
        try:
            for item in items:
                self._put((item,))
                if self._stopped.is_set():
                    return
        finally:
            self._put(())

    def _put(self, item: tuple[Item, ...]) -> None:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except Full:
                continue
            return
