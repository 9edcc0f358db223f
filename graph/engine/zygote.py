"""The process that opens one release and forks a reader for every connection; it never queries itself.

Run as ``python -m talkoot.graph.engine.zygote RELEASE_DIR SOCKET``. It ends on SIGTERM, taking its readers
along, and when its parent has gone.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from pyoxigraph import Store

from talkoot.graph.engine import reader, sandbox
from talkoot.graph.engine.release_store import ReleaseUnreadable, store_opener
from talkoot.graph.settings import read_settings

_log = logging.getLogger(__name__)
_BACKLOG = 128
_LOOK_FOR_PARENT = 0.5


class Zygote:
    """Listens on a Unix socket and forks one reader for each connection.

    Forked readers share the memory of the release. The process must stay with one thread, and a store on
    disk is opened only after the fork: RocksDB does not survive one.
    """

    def __init__(self, open_store: Callable[[], Store], path: Path, query_memory: int, parent: int) -> None:
        self._open_store = open_store
        self._query_memory = query_memory
        self._readers: set[int] = set()
        self._ending = False
        self._parent = parent
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._path = path

    def run(self) -> None:
        """Serve until SIGTERM or until the parent has gone."""
        self._wake_on_signals()
        if not sandbox.forbid_network():
            _log.info("this system has no means to keep readers from the network")
        gc.collect()
        gc.freeze()  # readers then share the pages of what is alive now
        self._listener.listen(_BACKLOG)
        self._listener.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._waking, selectors.EVENT_READ)
            while not self._ending and os.getppid() == self._parent:
                for key, _ in selector.select(_LOOK_FOR_PARENT):
                    if key.fileobj is self._listener:
                        self._accept()
                    else:
                        self._waking.recv(512)
                self._reap()
        self._path.unlink(missing_ok=True)  # before the readers end: tells their clients that it was not the query
        self._end_readers()

    def _wake_on_signals(self) -> None:
        self._waking, waker = socket.socketpair()
        self._waker = waker  # kept, or its end would be closed
        self._waking.setblocking(False)
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGTERM, self._end)
        # Ctrl-C reaches the whole group; the parent decides when its readers end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        connection.setblocking(True)
        try:
            pid = os.fork()
        except OSError as error:  # no memory or too many processes: this client is sent away, others go on
            _log.error("no reader could be started: %s", error)
            connection.close()
            return
        if pid == 0:
            signal.set_wakeup_fd(-1)
            self._listener.close()
            self._waking.close()
            self._waker.close()
            reader.run_forked(connection, self._open_store, self._query_memory)
        self._readers.add(pid)
        connection.close()

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._readers.discard(pid)
                if status:
                    _log.info("reader %d ended with status %d", pid, status)

    def _end_readers(self) -> None:
        for pid in self._readers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while self._readers:
                self._readers.discard(os.wait()[0])


def main(arguments: list[str]) -> int:
    """Open the release and serve it; 1 where the release cannot be read."""
    parent = os.getppid()  # asked before the release is loaded, which may outlast the parent
    release, path = map(Path, arguments)
    settings = read_settings()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        open_store = store_opener(release, settings.memory_triples)
    except (ReleaseUnreadable, OSError, SyntaxError) as error:
        _log.error("release %s cannot be served: %s", release, error)
        return 1
    Zygote(open_store, path, settings.query_memory, parent).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
