"""The process that opens one release and forks a reader for every connection; it never queries itself.

Run as ``python -m talkoot.graph.engine.zygote RELEASE_DIR SOCKET MEMORY_TRIPLES QUERY_MEMORY``. It ends on
SIGTERM, taking its readers along, and when its parent has gone.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Store

from talkoot.graph.engine import reader, sandbox
from talkoot.graph.release import ReleaseError, store_opener

_log = logging.getLogger(__name__)
_LOOK_FOR_PARENT = 0.5


def _serve(open_store: Callable[[], Store], path: Path, query_memory: int, parent: int) -> None:
    """Fork a reader for each connection to the socket, whose file appears when all is ready.

    Forked readers share the memory of the release. The process must stay with one thread, and a store on
    disk is opened only after the fork: RocksDB does not survive one.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.settimeout(_LOOK_FOR_PARENT)
    sandbox.forbid_network()
    # Ctrl-C reaches the whole group; the parent decides when its readers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # SIGTERM is let in only while waiting: never between a fork and the note of its number.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit())
    gc.collect()
    gc.freeze()  # readers then share the pages of what is alive now
    readers: set[int] = set()
    listener.bind(str(path))
    listener.listen(128)
    try:
        while os.getppid() == parent:
            while readers and (ended := os.waitpid(-1, os.WNOHANG)[0]):
                readers.remove(ended)
            try:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
                connection, _ = listener.accept()
            except (TimeoutError, ConnectionError):
                continue
            finally:
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            with connection:
                try:
                    pid = os.fork()
                except OSError as error:  # no memory or too many processes: this client is sent away, others go on
                    _log.error("no reader could be started: %s", error)
                    continue
                if pid == 0:
                    listener.close()
                    reader.run_forked(connection, open_store, query_memory)
                readers.add(pid)
    finally:
        path.unlink(missing_ok=True)  # before the readers end: tells their clients that it was not the query
        for pid in readers:
            os.kill(pid, signal.SIGKILL)
        for pid in readers:
            os.waitpid(pid, 0)


def main(release: str, path: str, memory_triples: str, query_memory: str) -> int:
    """Open the release and serve it; 1 where the release cannot be read."""
    parent = os.getppid()  # asked before the release is loaded, which may outlast the parent
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    try:
        open_store = store_opener(Path(release), int(memory_triples))
    except (ReleaseError, OSError, SyntaxError) as error:
        _log.error("release %s cannot be served: %s", release, error)
        return 1
    _serve(open_store, Path(path), int(query_memory), parent)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
