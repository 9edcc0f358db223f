"""Fetching for one source and run: from the archive what is there, from the network what is not."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from requests.structures import CaseInsensitiveDict

from talkoot.graph.fetch_log import Fetch, FetchLog
from talkoot.graph.workbench import now
from talkoot.harvesters.fetching.archive import Archive, cut, open_body
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, hide
from talkoot.harvesters.fetching.transport import Limits

KEPT_HEADERS = (
    "Content-Type", "ETag", "Last-Modified", "Link", "X-Total-Count", "X-WP-Total", "X-WP-TotalPages",
)  # fmt: skip
"""The headers of an answer that are kept: what readers and paginators want, and the validators."""
_VALIDATORS = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))


class ReplayFetcher:
    """Answers from the archive of a run alone; what that run did not fetch fails."""

    def __init__(self, source: str, run: int, log: FetchLog, root: Path, secrets: Collection[str] = ()) -> None:
        self._source, self._run, self._log, self._root, self._secrets = source, run, log, root, frozenset(secrets)

    def fetch(self, request: Request) -> Answer:
        """What the run got for a request. Raises :class:`FetchError` as it did, or where it did not ask."""
        shown = replace(request, url=hide(request.url, self._secrets))
        if known := self._log.find(self._source, shown.key, (self._run,)):
            return self._answer(known, shown, from_archive=True)
        raise FetchError("not-in-archive", f"run {self._run} did not fetch this address", shown.url)

    def _answer(self, known: Fetch, shown: Request, from_archive: bool) -> Answer:
        if not known.file:
            raise FetchError("http-status", f"answered {known.status}, expected 200", known.url, known.status)
        shown.check_type(known.headers.get("Content-Type", ""))
        body = partial(open_body, self._root, known.file, known.position, known.sha256)
        return Answer(
            **{item.name: getattr(known, item.name) for item in fields(Fetch)}, from_archive=from_archive, open=body
        )


class Fetcher(ReplayFetcher):
    """Fetches for one source and run. Threads may share it as long as each asks another host.

    A request that this run, or an interrupted one that it goes on from, has made within a day is answered from
    the archive. ``secrets`` names the query parameters and headers whose values are kept nowhere.
    """

    def __init__(
        self, network: Network, source: str, run: int, limits: Limits | None = None, secrets: Collection[str] = ()
    ) -> None:
        super().__init__(source, run, network.log, network.root, secrets)
        self.counts = Counter(requests=0, bytes=0, not_modified=0, from_archive=0)
        self._network, self._limits, self._lock = network, limits or network.limits, threading.Lock()
        self._runs = (run, *self._log.interrupted(source, run))
        for each in self._runs:
            cut(self._root, source, each, self._log)
        self._archive = Archive(self._root, source, run, self._secrets)

    def close(self) -> None:
        """End the run's archive."""
        self._archive.close({"source": self._source, "run": self._run, "goes_on_from": self._runs[1:], **self.counts})

    def fetch(self, request: Request) -> Answer:
        """What the source answers. Raises :class:`FetchError` for all but an answer that can be used."""
        shown = replace(request, url=hide(request.url, self._secrets))
        day_ago = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        if known := self._log.find(self._source, shown.key, self._runs, day_ago):
            self._count("from_archive")
            if known.run != self._run:  # a later replay of this run finds it here
                known = replace(known, run=self._run, archived=0)
                self._log.add(known)
            return self._answer(known, shown, from_archive=True)
        try:
            return self._answer(self._ask(request, shown), shown, from_archive=False)
        except FetchError as error:
            if not self._secrets:
                raise
            code, message = error.code, hide(error.message, self._secrets)
            raise FetchError(code, message, hide(error.url, self._secrets), error.status, error.again) from None

    def _ask(self, request: Request, shown: Request) -> Fetch:
        earlier, validators = self._log.latest(self._source, shown.key), {}
        if earlier and (self._root / earlier.file).exists():
            at = request.url if earlier.final_url == shown.url else earlier.final_url
            validators[at] = {name: earlier.headers[kept] for name, kept in _VALIDATORS if kept in earlier.headers}
        received = self._network.ask(request, self._limits, self._before, validators)
        response, status = received.response, received.response.status_code
        self._count("bytes", received.wire)
        url, *redirects = (hide(each, self._secrets) for each in (received.url, *received.redirects))
        kept = {name: hide(response.headers[name], self._secrets) for name in KEPT_HEADERS if name in response.headers}
        fetch = Fetch(
            self._source, shown.key, self._run, shown.url, url, tuple(redirects), status, CaseInsensitiveDict(kept),
            received.sha256, now(), "", 0, 0,
        )  # fmt: skip
        if status == 304 and earlier and validators.get(received.url):
            self._count("not_modified")
            _, end = self._archive.append(request, received, fetch.fetched_at, earlier)
            old, kept = replace(earlier, archived=end), {**earlier.headers, **kept}
            fetch = replace(
                fetch,
                headers=CaseInsensitiveDict(kept),
                sha256=old.sha256,
                file=old.file,
                position=old.position,
                archived=end,
            )
        elif received.body:
            with received.body:
                position, end = self._archive.append(request, received, fetch.fetched_at, None)
            fetch = replace(fetch, file=self._archive.name, position=position, archived=end)
        elif status not in (404, 410):
            message = f"answered {status} {response.reason or ''}".rstrip() + ", expected 200"
            raise FetchError("http-status", message, received.url, status)
        self._log.add(fetch)
        return fetch

    def _before(self, url: str) -> None:
        self._network.robots.permit(url)
        self._count("requests")

    def _count(self, name: str, number: int = 1) -> None:
        with self._lock:
            self.counts[name] += number
