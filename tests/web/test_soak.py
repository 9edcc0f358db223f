"""A soak: well-behaved clients beside runaways, clients that hang up, slow readers and garbage.

Three minutes here; ``TALKOOT_SOAK=30`` soaks for so many.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.graph.engine.releases import ENDLESS, ENDLESS_SORT, EX, eventually, make_release, some_quads
from tests.graph.engine.servers import free_port
from tests.processes import family, memory
from tests.web.test_sparql_server import answers

pytestmark = pytest.mark.alone

MINUTES = float(os.environ.get("TALKOOT_SOAK", "3"))
WELL_BEHAVED = 8
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
QUERY_SECONDS = 2


@dataclass
class Seen:
    """What the well-behaved clients saw."""

    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        """The time that 99 of 100 answers took at most, in seconds."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]


class Crowd:
    """Clients of one server: those that behave well, and the others."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.stop = threading.Event()

    def ask_for(self, seconds: float, *others: Callable[[random.Random], None]) -> Seen:
        """Let all of them ask for so long."""
        seen = Seen()
        self.stop.clear()
        threads = [threading.Thread(target=self.behave_well, args=(number, seen)) for number in range(WELL_BEHAVED)]
        threads += [threading.Thread(target=self.repeat, args=(other, number)) for number, other in enumerate(others)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        for thread in threads:
            thread.join()
        return seen

    def behave_well(self, number: int, seen: Seen) -> None:
        draw = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stop.wait(draw.random() / 40):
            actor = draw.randrange(400)
            query = f"SELECT ?n {{ <{EX}actor/{actor}> <{EX}number> ?n }} #{draw.random()}"
            started = time.monotonic()
            try:
                connection.request("GET", "/sparql?" + urlencode({"query": query}), headers={"Accept": "text/csv"})
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException) as error:
                seen.wrong[repr(error)] += 1
                connection.close()
                continue
            seen.seconds.append(time.monotonic() - started)
            if response.status != 200:
                seen.wrong[f"{response.status} {body[:300]!r}"] += 1
            elif body != f"n\r\n{actor}\r\n".encode():
                seen.wrong[f"actor {actor}: {body!r}"] += 1
        connection.close()

    def repeat(self, other: Callable[[random.Random], None], number: int) -> None:
        draw = random.Random(1000 + number)
        while not self.stop.is_set():
            try:
                other(draw)
            except (OSError, http.client.HTTPException):
                self.stop.wait(0.05)

    @contextmanager
    def asking(self, query: str) -> Iterator[http.client.HTTPResponse]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", "/sparql?" + urlencode({"query": query}))
            with connection.getresponse() as response:
                yield response

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=2)

    def run_away(self, draw: random.Random) -> None:
        """A query that never ends, awaited."""
        with self.asking(draw.choice((ENDLESS, ENDLESS_SORT))) as response:
            response.read()
        self.stop.wait(0.2 if response.status == 503 else 0)

    def hang_up(self, draw: random.Random) -> None:
        """A client that goes before its answer, or in the middle of it."""
        with self.connect() as connection:
            query = urlencode({"query": draw.choice((ENDLESS, LONG))})
            connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.stop.wait(draw.random())

    def read_slowly(self, draw: random.Random) -> None:
        """A client that takes a long answer a few bytes at a time."""
        with self.asking(LONG) as response:
            for _ in range(20):
                if not response.read(1000):
                    return
                self.stop.wait(draw.random() / 2)

    def send_garbage(self, draw: random.Random) -> None:
        """Bytes that are no request, or a request of no sense."""
        with self.connect() as connection:
            starts = (b"", b"GET /sparql?query=%FF%00{ HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /sparql HTTP/1.1\r\n")
            connection.sendall(draw.choice(starts) + draw.randbytes(draw.randrange(1, 2000)))
            connection.recv(100)
        self.stop.wait(0.02)


def test_a_million_rows_go_out_in_flat_memory(tmp_path: Path) -> None:
    make_release(tmp_path, 1, some_quads(count=1000))
    port = free_port()
    limits = {"TALKOOT_QUERY_ROWS": "2000000", "TALKOOT_QUERY_SECONDS": "120", "TALKOOT_ANSWER_BYTES": str(2**30)}
    command = [sys.executable, "-m", "talkoot", "serve", "--home", str(tmp_path), "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env=os.environ | limits, stdout=subprocess.DEVNULL) as server:
        assert eventually(lambda: answers(f"http://127.0.0.1:{port}/sparql"), 20)
        query = f"SELECT ?a ?b {{ ?a <{EX}number> ?x . ?b <{EX}number> ?y }}"
        with Crowd(port).asking(query) as response:
            response.read(1 << 20)
            held = memory(family(server.pid))
            size, most = 0, 0
            while block := response.read(1 << 22):
                size += len(block)
                most = max(most, memory(family(server.pid)))
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    assert size > 100 * 2**20
    assert most < held + 40, f"{held} MiB, then {most} MiB"


def test_well_behaved_clients_notice_nothing_and_nothing_is_left_behind(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    port = free_port()
    environment = os.environ | {"TALKOOT_QUERY_SECONDS": str(QUERY_SECONDS)}
    command = [sys.executable, "-m", "talkoot", "serve", "--home", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        assert eventually(lambda: answers(f"http://127.0.0.1:{port}/sparql"), 20)
        crowd = Crowd(port)
        crowd.ask_for(3)  # every thread has its reader now
        quiet = crowd.ask_for(20)
        before, held = family(server.pid), memory(family(server.pid))
        others = (crowd.run_away,) * 4 + (crowd.hang_up,) * 2 + (crowd.read_slowly,) * 2 + (crowd.send_garbage,)
        noisy = crowd.ask_for(MINUTES * 60, *others)
        time.sleep(QUERY_SECONDS + 1)
        crowd.ask_for(3)
        after = family(server.pid)
        grown = memory(after) / held
        everything = after | before
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everything), 5)
    told = f"p99 {quiet.p99 * 1000:.1f} ms, in the crowd {noisy.p99 * 1000:.1f} ms of {len(noisy.seconds)} answers"
    told += f"; {len(before)} processes, then {len(after)}; memory x {grown:.2f}"
    sys.stderr.write(told + "\n")
    assert not quiet.wrong
    assert not noisy.wrong
    assert len(after) <= 18, told  # server, two workers and a helper of each, zygote, a reader for each thread
    assert grown < 1.5, told
    assert noisy.p99 < max(2 * quiet.p99, 0.05), told
