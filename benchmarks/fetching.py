"""Fifty hosts fetched at once: how near the whole comes to what their pace alone would take. The hosts are made up."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import Workbench
from talkoot.harvesters.fetching.archive import Fetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import Request
from tests.replicas.server import ReplicaServer, Reply

HOSTS, PAGES, PACE = 50, 20, 0.5


def measure_fetching() -> None:
    """Print requests a second of all hosts, the share of what their pace allows, and the shortest pause on a host."""
    server = ReplicaServer(lambda path: Reply(f"<!-- made up --><p>{path}</p>"))
    with TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, fetch_seconds=PACE)
        Workbench(settings.workbench, settings.base).connection.close()
        log = FetchLog(settings.workbench)
        hosts = [f"host-{number}.example" for number in range(HOSTS)]
        network = Network(settings, log, dict.fromkeys(hosts, server.address), home)
        moments: dict[str, list[float]] = {host: [] for host in hosts}

        def fetch(host: str) -> None:
            fetcher = Fetcher(network, host.partition(".")[0], 1)
            for number in range(PAGES):
                fetcher.fetch(Request(f"http://{host}/{number}"))
                moments[host].append(time.perf_counter())
            fetcher.close()

        start = time.perf_counter()
        with ThreadPoolExecutor(HOSTS) as pool:
            list(pool.map(fetch, hosts))
        seconds = time.perf_counter() - start
        log.close()
    least = PAGES * PACE  # robots.txt goes first, then each page after its pause
    pauses = [after - before for times in moments.values() for before, after in pairwise(times)]
    print(f"fetching, {HOSTS} hosts at once: {HOSTS * PAGES / seconds:,.0f} pages/s")
    print(f"fetching, share of what a pause of {PACE} s allows: {least / seconds:.2f}")
    print(f"fetching, shortest pause between two answers of a host: {min(pauses):.2f} s")
