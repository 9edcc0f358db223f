"""robots.txt by RFC 9309, for the product token ``talkoot``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from protego import Protego

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.workbench import now
from talkoot.harvesters.fetching.politeness import DAY, Pace
from talkoot.harvesters.fetching.request import FetchError, Request
from talkoot.harvesters.fetching.transport import Received, split_address

PRODUCT = "talkoot"
_LONGEST = 500 * 1024


class Robots:
    """What each site allows: asked once a day, shared by all threads, its last good copy kept in the fetch log."""

    def __init__(self, ask: Callable[[Request], Received], pace: Pace, log: FetchLog) -> None:
        self._ask, self._pace, self._log = ask, pace, log
        self._known: dict[str, tuple[float, Protego | FetchError]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def permit(self, url: str) -> None:
        """Raise where the site's robots.txt forbids an address, or cannot be read and never could."""
        parts = split_address(url)
        origin, host = f"{parts.scheme}://{parts.netloc.lower()}", str(parts.hostname)
        with self._locks.setdefault(origin, threading.Lock()):
            read_at, rules = self._known.get(origin, (0.0, None))
            if rules is None or time.monotonic() - read_at > DAY:
                rules = self._rules(origin)
                self._known[origin] = time.monotonic(), rules
                if isinstance(rules, Protego):
                    self._pace.at_least(host.rstrip("."), rules.crawl_delay(PRODUCT) or 0)
        if isinstance(rules, FetchError):
            raise FetchError(rules.code, f"not asked, for robots.txt is not to be had: {rules.message}", url)
        if not rules.can_fetch(url, PRODUCT):
            raise FetchError("robots", f"robots.txt of {host} forbids it", url)

    def _rules(self, origin: str) -> Protego | FetchError:
        body, read_at = self._log.robots(origin) or (None, "")
        if read_at < (datetime.now(UTC) - timedelta(seconds=DAY)).strftime("%Y-%m-%dT%H:%M:%SZ"):
            try:
                body = self._fetch(f"{origin}/robots.txt")
                self._log.keep_robots(origin, body, now())
            except FetchError as error:
                if body is None or error.code == "postponed":
                    return error
        return Protego.parse((body or b"").decode("utf-8-sig", "replace"))

    def _fetch(self, url: str) -> bytes:
        try:
            received = self._ask(Request(url))
        except FetchError as error:
            if error.code == "redirect":  # no robots.txt is to be found, which leaves the site free (2.3.1.2)
                return b""
            raise
        if received.body is not None:
            with received.body as stream:
                text = stream.read(_LONGEST)
            return text if received.size <= _LONGEST else text.rpartition(b"\n")[0]
        status = received.response.status_code
        if 400 <= status < 500 and status != 429:
            return b""
        raise FetchError("robots", f"robots.txt answered {status}, expected 200 or 404", url, status)
