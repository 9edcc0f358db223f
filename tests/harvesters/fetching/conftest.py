"""A server with faults, and fetchers that reach it under the names of sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import SourceDescription, Workbench
from talkoot.harvesters.fetching.archive import Fetcher, ReplayFetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import Answer, Request
from tests.harvesters.fetching.fault_server import FaultServer

SITE = "site.example"
FLOOR = 0.01


@dataclass
class Bench:
    """A home with a workbench, and what is needed to fetch for it."""

    home: Path
    server: FaultServer
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.workbench = Workbench(self.home / "workbench.sqlite", Settings().base)
        self.log = FetchLog(self.home / "workbench.sqlite")
        self.root = self.home / "archive"
        self.run = 0
        self.network = self.new_network()

    def new_network(self, *hosts: str, folder: Path | None = None, **settings: Any) -> Network:
        """A network as another process would have it: it shares the home and the hosts' pace alone."""
        given = {"home": self.home, "fetch_seconds": FLOOR, "fetch_deadline": 10.0, **self.settings, **settings}
        folder = folder or self.home / "pace"
        folder.mkdir(exist_ok=True)
        routes = dict.fromkeys(hosts or (SITE,), self.server.address)
        self.network = Network(Settings(**given), self.log, routes, folder)
        return self.network

    def begin(self, end_last: str = "complete", **options: Any) -> Fetcher:
        """Begin a run; the one before it ended like this."""
        if self.run:
            self.workbench.finish_run(self.run, "site", end_last)
        told = dict.fromkeys(SourceDescription.__annotations__, "")
        description = SourceDescription(**{**told, "id": "site", "precedence": 1, "personal_data": False})
        self.run = self.workbench.begin_run(description, "1")
        return Fetcher(self.network, "site", self.run, **options)

    def replay(self, run: int | None = None) -> ReplayFetcher:
        """Answers from a run's archive."""
        return ReplayFetcher("site", run or self.run, self.log, self.root)

    def turn(self) -> float:
        """When the site's last turn was taken, as its file has it: exact, however late the request comes in."""
        return float((self.home / "pace" / f"host-{SITE}").read_text(encoding="utf-8").split()[0])

    def warc(self, run: int | None = None) -> Path:
        """The archive of a run."""
        return self.root / "site" / f"{run or self.run}.warc.gz"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A server of its own for each test."""
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture
def bench(tmp_path: Path, server: FaultServer) -> Iterator[Bench]:
    """A home whose site stands on the server."""
    bench = Bench(tmp_path, server)
    yield bench
    bench.log.close()
    bench.workbench.connection.close()


Fetch = Callable[..., Answer]


@pytest.fixture
def fetch(bench: Bench) -> Fetch:
    """Fetch a path of the site in a run of its own."""

    def fetching(path: str, scheme: str = "http", **options: Any) -> Answer:
        return bench.begin().fetch(Request(f"{scheme}://{SITE}{path}", **options))

    return fetching
