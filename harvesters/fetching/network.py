"""What all fetchers of a process share: connections, each host's pace and robots.txt, and the sign to stop."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.parse import quote, urldefrag, urljoin

from protego import Protego
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import now
from talkoot.harvesters.fetching.request import FetchError, Request, Stopped, day_ago
from talkoot.harvesters.fetching.transport import Received, Transport, split_address

ATTEMPTS, HOPS = 3, 5
SLOWEST = 60.0
"""Longest time between two requests that robots.txt or refusals may bring about, in seconds."""
DAY = 86_400.0
PRODUCT = "talkoot"
_REDIRECTS, _AGAIN = (301, 302, 303, 307, 308), (429, 500, 502, 503, 504)
_TO_ANY_HOST = ("accept", "content-type")
_LONGEST_ROBOTS = 500 * 1024
Before = Callable[[str], Mapping[str, str] | None]


class Network:
    """Asks politely: in turn, as robots.txt allows, through redirects, and again where that may well succeed."""

    def __init__(
        self, settings: Settings, log: FetchLog, routes: Mapping[str, str] | None = None, pace: Path | None = None
    ) -> None:
        self.log, self.root, self.stop = log, settings.home / "archive", threading.Event()
        self._pace = Pace(settings.fetch_seconds, settings.retry_seconds, self.stop, pace)
        self._transport = Transport(settings, routes or {}, self.stop)
        self._robots: dict[str, tuple[float, Protego | FetchError]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def ask(self, request: Request, before: Before) -> Received:
        """The last answer; ``before`` is called with each address asked, and may give headers for that one alone."""
        for attempt in count(1):
            try:
                received = self._follow(request, before)
            except FetchError as error:
                if not error.again or attempt == ATTEMPTS:
                    raise
                continue
            if received.response.status_code not in _AGAIN or attempt == ATTEMPTS:
                break
        if received.response.status_code == 429:
            self._pace.put_off[_host(received.url)] = f"it answered 429 {ATTEMPTS} times in a row"
        return received

    def _follow(self, request: Request, before: Before) -> Received:
        asked: list[str] = []
        while True:
            host = _host(request.url)
            more = before(request.url) or {}
            self._pace.wait(host, request.url)
            received = self._transport.exchange(replace(request, headers=(*request.headers, *more.items())))
            status, answer = received.response.status_code, received.response.headers
            if status in (429, 503):
                self._pace.slow(host, answer.get("Retry-After", ""))
            if status not in _REDIRECTS or "Location" not in answer:
                received.redirects = tuple(asked)
                return received
            asked.append(request.url)
            location = answer["Location"].encode("latin-1").decode("utf-8", "replace")
            target = urldefrag(urljoin(request.url, location.strip())).url
            if len(asked) > HOPS:
                raise FetchError("redirect", f"more than {HOPS} redirects, the last to {target}", asked[0])
            if split_address(target, "redirect").scheme == "http" and request.url.startswith("https:"):
                raise FetchError("redirect", f"a redirect leads from https to {target}", asked[0])
            if _host(target) != host:
                kept = tuple(item for item in request.headers if item[0].lower() in _TO_ANY_HOST)
                request = replace(request, headers=kept)
            if status == 303 or (request.method == "POST" and status in (301, 302)):
                request = replace(request, method="GET", body=b"")
            request = replace(request, url=target)

    def permit(self, url: str) -> None:
        """Raise where the site's robots.txt (RFC 9309) forbids an address, or cannot be read and never could.

        It is asked for once a day and shared by all threads; its last good copy is kept in the fetch log.
        """
        parts = split_address(url)
        origin, host = f"{parts.scheme}://{parts.netloc.lower()}", str(parts.hostname)
        with self._locks.setdefault(origin, threading.Lock()):
            read_at, rules = self._robots.get(origin, (0.0, None))
            if rules is None or time.monotonic() - read_at > DAY:
                rules = self._rules(origin)
                self._robots[origin] = time.monotonic(), rules
                if isinstance(rules, Protego):
                    self._pace.at_least(host.rstrip("."), rules.crawl_delay(PRODUCT) or 0)
        if isinstance(rules, FetchError):
            raise FetchError(rules.code, f"not asked, for robots.txt is not to be had: {rules.message}", url)
        if not rules.can_fetch(url, PRODUCT):
            raise FetchError("robots", f"robots.txt of {host} forbids it", url)

    def _rules(self, origin: str) -> Protego | FetchError:
        body, read_at = self.log.robots(origin) or (None, "")
        if read_at < day_ago():
            try:
                body = self._robots_txt(f"{origin}/robots.txt")
                self.log.keep_robots(origin, body, now())
            except FetchError as error:
                if error.code == "redirect":  # no robots.txt is to be found, which leaves the site free (2.3.1.2)
                    self.log.keep_robots(origin, body := b"", now())
                elif body is None or error.code == "postponed":
                    return error
        return Protego.parse((body or b"").decode("utf-8-sig", "replace"))

    def _robots_txt(self, url: str) -> bytes:
        received = self.ask(Request(url), lambda url: None)
        status = received.response.status_code
        if received.body is not None:
            with received.body as stream:
                text = stream.read(_LONGEST_ROBOTS)
            return text if received.size <= _LONGEST_ROBOTS else text.rpartition(b"\n")[0]
        if status == 429 or not 400 <= status < 500:
            raise FetchError("robots", f"robots.txt answered {status}, expected 200 or 404", url, status)
        return b""


_COURTESY = 0.01
"""Seconds that a process waits longer where it had the last turn too, so that two take turns."""


class Pace:
    """When each host may be asked next, kept by all processes of a user together.

    A host's file tells when it was last asked, and before when it must not be. ``put_off`` says of hosts why they are
    asked nothing more in this run.
    """

    def __init__(self, floor: float, ceiling: float, stop: threading.Event, folder: Path | None) -> None:
        self._floor, self._ceiling, self._stop, self._folder = floor, ceiling, stop, folder or lock_folder()
        self.put_off, self._between, self._lock = dict[str, str](), dict[str, float](), threading.Lock()
        self._taken: dict[str, str] = {}  # by host, when this process asked it last, as the file has it

    def wait(self, host: str, url: str) -> None:
        """Wait for the host's next turn and take it. Raises where the host is put off or the run stopped."""
        while (rest := self._turn(host, url)) > 0 and not self._stop.wait(rest):
            pass
        if self._stop.is_set():
            raise Stopped

    def at_least(self, host: str, seconds: float, times: float = 1) -> None:
        """Keep at least this time between two requests, or a multiple of what it is now, up to a ceiling."""
        with self._lock:
            between = self._between.get(host, self._floor)
            self._between[host] = max(between, min(max(seconds, times * between), SLOWEST))

    def slow(self, host: str, retry_after: str) -> None:
        """The host has had enough: slow down for the rest of the run, and wait as long as it asks for."""
        self.at_least(host, 4 * self._floor, times=2)
        seconds = retry_seconds(retry_after)
        with self._times(host) as (file, asked, not_before):
            _write(file, asked, max(not_before, time.time() + seconds))
        if seconds > self._ceiling:
            self.put_off[host] = f"it asks to wait {seconds:.0f} seconds, longer than {self._ceiling:.0f}"

    def _turn(self, host: str, url: str) -> float:
        with self._times(host) as (file, asked, not_before):
            now = time.time()
            if not_before - now > self._ceiling:
                self.put_off.setdefault(host, f"it asked another run to wait {not_before - now:.0f} seconds more")
            if why := self.put_off.get(host):
                raise FetchError("postponed", f"{host} is put off to the next run: {why}", url)
            # A clock that was set back must not make anybody wait for the time that it lost.
            between = self._between.get(host, self._floor)
            if self._taken.get(host) == f"{asked:.6f}":  # another process that waits goes first
                between += min(_COURTESY, between / 20)
            rest = max((asked if asked <= now else 0) + between, not_before) - now
            if rest <= 0:
                _write(file, now, not_before)
                self._taken[host] = f"{now:.6f}"
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


def _host(url: str) -> str:
    return str(split_address(url).hostname).rstrip(".")


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
        return Retry(retry_after_max=int(DAY)).parse_retry_after(value)
    except (InvalidHeader, ValueError, OverflowError):
        return 0
