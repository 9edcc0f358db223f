"""Keeps a zygote running for the current release, and moves over when the release changes."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from talkoot.graph.engine.pointer import Pointer, write_pointer
from talkoot.graph.release import ReleaseError, read_release
from talkoot.graph.settings import Settings

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_PROBE_SECONDS = 0.02
_AFTER_LONGEST_QUERY = 5.0
_END_SECONDS = 5.0
_RETRY_SECONDS = 5.0


@dataclass
class _Running:
    """A zygote, where it listens, and what it serves."""

    pointer: Pointer
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        """End the zygote and its readers, and wait until they have gone."""
        self.process.terminate()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        Path(self.pointer.socket).unlink(missing_ok=True)


class ReleaseKeeper:
    """Serves whatever release ``HOME/current`` names, from a thread of the process that serves.

    `run_dir` is a private folder, made here with mode 0700 if need be and removed at the end; its path must
    be short, for a Unix socket's address holds about 100 bytes. Use it as a context manager.
    """

    def __init__(self, home: Path, run_dir: Path, settings: Settings) -> None:
        self.run_dir = run_dir
        self._current = home / "current"
        self._settings = settings
        self._active: _Running | None = None
        self._retired: list[tuple[float, _Running]] = []
        self._refused, self._try_again = Path(), 0.0
        self._serial = 0
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="release-keeper", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch; returns at once."""
        self.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._thread.start()
        return self

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until a release is being served; False when none is after that time."""
        return self._ready.wait(seconds)

    def __exit__(self, *_: object) -> None:
        """End every zygote and reader and remove the private folder."""
        self._stopping.set()
        self._thread.join()
        for running in [self._active, *(running for _, running in self._retired)]:
            if running is not None:
                running.end()
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            active = self._active
            if active is not None and active.process.poll() is not None:
                _log.warning("the process of release %d ended; starting another", active.pointer.number)
                self._active = active = None
            release = self._current.resolve()
            served = active is not None and active.pointer.release == str(release)
            refused = self._refused == release and time.monotonic() < self._try_again
            if not served and not refused and release.is_dir():
                self._move_to(release)
            for due, running in self._retired[:]:
                if due <= time.monotonic():
                    running.end()
                    self._retired.remove((due, running))
            self._stopping.wait(_LOOK_SECONDS)

    def _move_to(self, release: Path) -> None:
        try:
            running = self._start(release)
        except (ReleaseError, OSError) as error:
            # What is served stays served; the link may be corrected at any time.
            if not self._stopping.is_set():
                _log.error("release %s cannot be served: %s", release, error)
            self._refused, self._try_again = release, time.monotonic() + _RETRY_SECONDS
            return
        if self._active is not None:
            grace = self._settings.query_seconds + _AFTER_LONGEST_QUERY
            self._retired.append((time.monotonic() + grace, self._active))
        self._active = running
        self._ready.set()

    def _start(self, release: Path) -> _Running:
        """A zygote that takes connections, and to which the pointer has been set."""
        found = read_release(release)
        self._serial += 1
        path = self.run_dir / f"{found.number}-{self._serial}"
        limits = map(str, (self._settings.memory_triples, self._settings.query_memory))
        command = [sys.executable, "-m", "talkoot.graph.engine.zygote", str(release), str(path), *limits]
        # A reader that runs out of memory is the query's matter: the engine need not print where it was.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=os.environ | {"RUST_BACKTRACE": "0"})
        running = _Running(Pointer(found.number, str(release), str(path), found.manifest.get("published", "")), process)
        try:
            while not path.exists():  # it makes its socket when all is ready
                if self._stopping.wait(_PROBE_SECONDS) or process.poll() is not None:
                    raise ReleaseError(f"its process ended with {process.returncode}")
            write_pointer(self.run_dir, running.pointer)
        except (ReleaseError, OSError):
            running.end()
            raise
        return running
