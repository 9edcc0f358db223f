"""The fetch log: what was fetched in which run, and where its body lies in the archive."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict

from talkoot.graph.sql import statements

_SQL = statements("workbench.sql")


@dataclass(frozen=True)
class Fetch:
    """One request of one run and what it brought; its fields are the table's columns."""

    source: str
    key: str
    run: int
    url: str
    final_url: str
    redirects: tuple[str, ...]
    status: int
    headers: Mapping[str, str]
    sha256: str
    fetched_at: str
    file: str
    position: int
    archived: int


class FetchLog:
    """The fetch log of a workbench, over a connection of its own that any thread may use."""

    def __init__(self, workbench: Path) -> None:
        """Open the log of a workbench file that :class:`talkoot.graph.workbench.Workbench` has made."""
        self._connection = sqlite3.connect(workbench, isolation_level=None, timeout=30, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def add(self, fetch: Fetch) -> None:
        """Note a fetch whose body is in the archive, or that found no page."""
        headers = json.dumps(dict(fetch.headers), ensure_ascii=False)
        row = vars(fetch) | {"redirects": json.dumps(fetch.redirects), "headers": headers}
        self._rows("add_fetch", *row.values())

    def find(self, source: str, key: str, runs: tuple[int, ...], since: str = "") -> Fetch | None:
        """What a request brought in the newest of these runs that made it, at the earliest at that time."""
        return self._fetch("find_fetch", source, key, json.dumps(runs), since)

    def latest(self, source: str, key: str) -> Fetch | None:
        """The newest fetch of a request that has a body."""
        return self._fetch("latest_fetch", source, key)

    def archived(self, source: str, run: int) -> int:
        """Up to where the archive of a run is whole."""
        return int(self._rows("archived", source, run)[0][0])

    def interrupted(self, source: str, run: int) -> tuple[int, ...]:
        """The interrupted runs that a run goes on from: those since the last that ended."""
        return tuple(row[0] for row in self._rows("interrupted", source, run))

    def drop(self, source: str, file: str) -> None:
        """Forget every fetch whose body was in a file that is no longer to be there."""
        self._rows("drop_fetches", source, file)

    def robots(self, origin: str) -> tuple[bytes, str] | None:
        """The last good robots.txt of a site, and when it was read."""
        return next(iter(self._rows("robots", origin)), None)

    def keep_robots(self, origin: str, body: bytes, read_at: str) -> None:
        """Keep a site's robots.txt; empty where it has none."""
        self._rows("keep_robots", origin, body, read_at)

    def _fetch(self, name: str, *values: Any) -> Fetch | None:
        for row in self._rows(name, *values):
            found = Fetch(*row)
            headers = CaseInsensitiveDict(json.loads(row[7]))
            return replace(found, redirects=tuple(json.loads(row[5])), headers=headers)
        return None

    def _rows(self, name: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(_SQL[name], values).fetchall()
