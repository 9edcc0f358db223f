"""One pace per host, kept by all processes of a user together."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from talkoot.harvesters.fetching.request import FetchError, Stopped

SLOWEST = 60.0
"""Longest time between two requests that robots.txt or refusals may bring about, in seconds."""
DAY = 86_400.0


def lock_folder() -> Path:
    """The folder of the hosts' files, outside any home, so that all of a user's runs share it."""
    folder = Path(tempfile.gettempdir()) / f"talkoot-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder that you alone can use. Remove it, or set TMPDIR.")
    return folder


def retry_seconds(value: str) -> float:
    """The seconds that a Retry-After header asks to wait, in either of its forms; 0 where it says nothing."""
    try:
        if value.strip().isdecimal():
            return min(float(value), DAY)
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0
    return min((until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - time.time(), DAY)


class Pace:
    """When each host may be asked next. A host's file tells when it was last asked, and before when it must not be."""

    def __init__(self, floor: float, ceiling: float, stop: threading.Event, folder: Path | None = None) -> None:
        self._floor, self._ceiling, self._stop = floor, ceiling, stop
        self._folder = folder or lock_folder()
        self._between: dict[str, float] = {}
        self._put_off: dict[str, str] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, url: str) -> None:
        """Wait for the host's next turn and take it. Raises where the host is put off or the run stopped."""
        while (rest := self._turn(host, url)) > 0 and not self._stop.wait(rest):
            pass
        if self._stop.is_set():
            raise Stopped

    def slow(self, host: str, retry_after: str) -> None:
        """The host has had enough: slow down for the rest of the run, and wait as long as it asks for."""
        with self._lock:
            between = self._between.get(host, self._floor)
            self._between[host] = min(max(2 * between, 4 * self._floor), SLOWEST)
        seconds = retry_seconds(retry_after)
        with self._times(host) as (file, asked, not_before):
            _write(file, asked, max(not_before, time.time() + seconds))
        if seconds > self._ceiling:
            self.put_off(host, f"it asks to wait {seconds:.0f} seconds, longer than {self._ceiling:.0f}")

    def at_least(self, host: str, seconds: float) -> None:
        """Keep at least this time between two requests, as robots.txt asks, up to a ceiling."""
        with self._lock:
            self._between[host] = max(self._between.get(host, self._floor), min(seconds, SLOWEST))

    def put_off(self, host: str, why: str) -> None:
        """Ask the host nothing more in this run."""
        self._put_off[host] = why

    def _turn(self, host: str, url: str) -> float:
        with self._times(host) as (file, asked, not_before):
            now = time.time()
            if not_before - now > self._ceiling:
                self._put_off.setdefault(host, f"it asked another run to wait {not_before - now:.0f} seconds more")
            if why := self._put_off.get(host):
                raise FetchError("postponed", f"{host} is put off to the next run: {why}", url)
            # A clock that was set back must not make anybody wait for the time that it lost.
            rest = max((asked if asked <= now else 0) + self._between.get(host, self._floor), not_before) - now
            if rest <= 0:
                _write(file, now, not_before)
        return rest

    @contextmanager
    def _times(self, host: str) -> Iterator[tuple[int, float, float]]:
        file = os.open(self._folder / f"host-{quote(host, safe='')}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            asked, not_before = (float(word) for word in (os.pread(file, 64, 0).split() or (0, 0)))
            yield file, asked, min(not_before, time.time() + DAY)
        finally:
            os.close(file)


def _write(file: int, asked: float, not_before: float) -> None:
    os.pwrite(file, f"{asked:020.6f} {not_before:020.6f}".encode(), 0)  # one length, so one write replaces all
