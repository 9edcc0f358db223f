"""What all fetchers of a process share: connections, the pace of each host, its robots.txt, and the sign to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from talkoot import __version__
from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.settings import Settings
from talkoot.harvesters.fetching.politeness import Pace
from talkoot.harvesters.fetching.request import FetchError, Request
from talkoot.harvesters.fetching.robots import Robots
from talkoot.harvesters.fetching.transport import Limits, Received, Transport, split_address

ATTEMPTS, HOPS = 3, 5
_REDIRECTS, _AGAIN = (301, 302, 303, 307, 308), (429, 500, 502, 503, 504)
_TO_ANY_HOST = ("accept", "content-type")


class Network:
    """Asks politely: in turn, as robots.txt allows, through redirects, and again where that may well succeed."""

    def __init__(
        self,
        settings: Settings,
        log: FetchLog,
        routes: Mapping[str, str] | None = None,
        pace_folder: Path | None = None,
    ) -> None:
        self.log, self.root, self.stop = log, settings.home / "archive", threading.Event()
        self.limits = Limits(settings.fetch_deadline, settings.fetch_wire_bytes, settings.fetch_bytes)
        agent = f"Talkoot/{__version__} (+{settings.publisher_page})"
        self._pace = Pace(settings.fetch_seconds, settings.retry_seconds, self.stop, pace_folder)
        self._transport = Transport(agent, routes or {}, self.stop)
        self.robots = Robots(lambda request: self.ask(request, self.limits, lambda url: None, {}), self._pace, log)

    def ask(
        self,
        request: Request,
        limits: Limits,
        before: Callable[[str], None],
        validators: Mapping[str, Mapping[str, str]],
    ) -> Received:
        """The last answer; ``before`` is called with each address asked, ``validators`` are its conditional headers."""
        for attempt in count(1):
            try:
                received = self._follow(request, limits, before, validators)
            except FetchError as error:
                if not error.again or attempt == ATTEMPTS:
                    raise
                continue
            if received.response.status_code not in _AGAIN or attempt == ATTEMPTS:
                break
        if received.response.status_code == 429:
            self._pace.put_off(_host(received.url), f"it answered 429 {ATTEMPTS} times in a row")
        return received

    def _follow(
        self,
        request: Request,
        limits: Limits,
        before: Callable[[str], None],
        validators: Mapping[str, Mapping[str, str]],
    ) -> Received:
        asked: list[str] = []
        while True:
            host = _host(request.url)
            before(request.url)
            self._pace.wait(host, request.url)
            headers = (*request.headers, *validators.get(request.url, {}).items())
            received = self._transport.exchange(replace(request, headers=headers), limits)
            status, answer = received.response.status_code, received.response.headers
            if status in (429, 503):
                self._pace.slow(host, answer.get("Retry-After", ""))
            if status not in _REDIRECTS or "Location" not in answer:
                received.redirects = tuple(asked)
                return received
            asked.append(request.url)
            location = answer["Location"].encode("latin-1").decode("utf-8", "replace").strip()
            target = urldefrag(urljoin(request.url, location)).url
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


def _host(url: str) -> str:
    return str(split_address(url).hostname).rstrip(".")
