"""Keeps a zygote running for the current release, and moves over when the release changes."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from talkoot.graph.engine import frames
from talkoot.graph.engine.pointer import Pointer, write_pointer
from talkoot.graph.engine.release_store import ReleaseUnreadable, release_number
from talkoot.graph.settings import Settings, variable

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_PROBE_SECONDS = 0.02
_START_SECONDS = 600.0
_AFTER_LONGEST_QUERY = 5.0
_END_SECONDS = 5.0
_RETRY_SECONDS = 5.0


@dataclass
class _Running:
    """A zygote, where it listens, and what it serves."""

    pointer: Pointer
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)

    def accepts(self) -> bool:
        """Whether a connection gets a reader."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(_END_SECONDS)
            probe.connect(self.pointer.socket)
            return len(probe.recv(frames.PID.size, socket.MSG_WAITALL)) == frames.PID.size
        return False

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
        self._current = home / "current"
        self._run_dir = run_dir
        self._settings = settings
        self._active: _Running | None = None
        self._retired: list[tuple[float, _Running]] = []
        self._refused: tuple[Path, float] | None = None
        self._serial = 0
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="release-keeper", daemon=True)

    @property
    def run_dir(self) -> Path:
        """The private folder of pointer and sockets, for :class:`ReaderConnection`."""
        return self._run_dir

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._thread.start()

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait until a release is being served; False when none is after that time."""
        return self._ready.wait(seconds)

    def stop(self) -> None:
        """End every zygote and reader and remove the private folder."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for running in [run for _, run in self._retired] + ([self._active] if self._active else []):
            running.end()
        self._active, self._retired = None, []
        shutil.rmtree(self._run_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._look()
            self._stopping.wait(_LOOK_SECONDS)

    def _look(self) -> None:
        release = self._current_release()
        active = self._active
        if active is not None and active.process.poll() is not None:
            _log.warning("the process of release %d ended; starting another", active.pointer.number)
            self._active = active = None
        if release is not None and (active is None or active.pointer.release != str(release)):
            self._move_to(release)
        self._end_retired()

    def _current_release(self) -> Path | None:
        try:
            release = self._current.resolve(strict=True)
        except OSError:
            return None
        if self._refused and self._refused[0] == release and time.monotonic() < self._refused[1]:
            return None
        return release

    def _move_to(self, release: Path) -> None:
        running = None
        try:
            running = self._start(release)
            if running is None:
                return
            write_pointer(self._run_dir, running.pointer)
        except (ReleaseUnreadable, OSError) as error:
            # What is served stays served; the link may be corrected at any time.
            _log.error("release %s cannot be served: %s", release, error)
            self._refused = (release, time.monotonic() + _RETRY_SECONDS)
            if running is not None:
                running.end()
            return
        if self._active is not None:
            grace = self._settings.query_seconds + _AFTER_LONGEST_QUERY
            self._retired.append((time.monotonic() + grace, self._active))
        self._active = running
        self._refused = None
        self._ready.set()
        _log.info("serving release %d", running.pointer.number)

    def _start(self, release: Path) -> _Running | None:
        """A zygote that takes connections; None when the keeper is being stopped meanwhile."""
        number = release_number(release)
        self._serial += 1
        path = self._run_dir / f"{number}-{self._serial}"
        process = subprocess.Popen(
            [sys.executable, "-m", "talkoot.graph.engine.zygote", str(release), str(path)],
            env=os.environ | self._zygote_settings(),
            stdin=subprocess.DEVNULL,
        )
        running = _Running(Pointer(number, str(release), str(path)), process)
        while not running.accepts():
            if process.poll() is not None:
                raise ReleaseUnreadable(f"its process ended with {process.returncode}")
            if time.monotonic() - running.started > _START_SECONDS:
                running.end()
                raise ReleaseUnreadable(f"its process was not ready after {_START_SECONDS:g} seconds")
            if self._stopping.wait(_PROBE_SECONDS):
                running.end()
                return None
        return running

    def _zygote_settings(self) -> dict[str, str]:
        names = ("query_memory", "memory_triples")
        return {variable(name): str(getattr(self._settings, name)) for name in names}

    def _end_retired(self) -> None:
        now = time.monotonic()
        for due, running in self._retired[:]:
            if due <= now:
                running.end()
                self._retired.remove((due, running))
