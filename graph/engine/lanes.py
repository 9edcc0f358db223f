"""Lanes for long queries: a few run at a time, a few more wait, and quick ones always find a free thread.

Nobody can tell from a query's text how long it will take. So every query starts in the quick lane, and one that is not
done after a moment goes to the slow one: last in line for the processor, and only where a slot is free in any of the
server's processes. Slots are locks on files, which a killed process lets go by itself.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from talkoot.graph.engine.errors import EngineBusy

_LOOK_SECONDS = 0.1


class Lanes:
    """The slots of all processes of a server, and the places of this one.

    `slots` queries are slow at once and `waiting` more wait for theirs. `places` is how many threads of this process
    long answers may hold together; the rest of its threads is for quick ones.
    """

    def __init__(self, run_dir: Path, slots: int, waiting: int, places: int) -> None:
        self._slots = [run_dir / f"slow-{number}" for number in range(slots)]
        self._queue = [run_dir / f"waiting-{number}" for number in range(waiting)]
        self._places = threading.BoundedSemaphore(max(places, 1))

    def take_place(self) -> Callable[[], None]:
        """What gives back a place for a long answer, now taken. Raises :class:`EngineBusy` where none is free."""
        if not self._places.acquire(blocking=False):
            raise EngineBusy
        return self._places.release

    def take_slot(
        self, paused: Callable[[bool], None], seconds: float, gone: Callable[[], bool], *, begun: bool
    ) -> Callable[[], None]:
        """What gives back a slot for a slow query, now taken; ``paused`` is told while the query has to wait for it.

        Raises :class:`EngineBusy` where the queue is full, none was free in time, or the client is ``gone``. One whose
        answer has ``begun`` waits beside the queue.
        """
        slot = _lock_one_of(self._slots)
        if slot is not None:
            return slot
        leave = (lambda: None) if begun else _lock_one_of(self._queue)
        if leave is None:
            raise EngineBusy
        until = time.monotonic() + seconds
        paused(True)
        try:
            while (slot := _lock_one_of(self._slots)) is None:
                if time.monotonic() > until or gone():
                    raise EngineBusy
                time.sleep(_LOOK_SECONDS)
        finally:
            leave()
        paused(False)
        return slot


def _lock_one_of(files: list[Path]) -> Callable[[], None] | None:
    """What unlocks the first file that nobody else holds, now locked; None where all are held."""
    for path in files:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            return lambda: os.close(handle)
    return None
