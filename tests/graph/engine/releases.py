"""Small real releases, and processes that serve them, for the tests of the engine and of /sparql."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from talkoot.graph.engine.client import ReaderConnection
from talkoot.graph.engine.keeper import ReleaseKeeper
from talkoot.graph.settings import Settings

EX = "http://example.org/"
NAMES = ["Terveyden ja hyvinvoinnin laitos", "Ελληνική Δημοκρατία", "Българска академия", 'a "quoted" <name> & more']
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
ENDLESS_SORT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p } ORDER BY ?l ?i LIMIT 5"
JSON = "application/sparql-results+json"


def iri(local: object) -> NamedNode:
    return NamedNode(f"{EX}{local}")


def some_quads(release: int = 1, count: int = 400) -> Iterator[Quad]:
    """Actors with names and numbers in the merged view, the first few again in two record graphs."""
    yield Quad(iri("release"), iri("number"), Literal(release))
    for i in range(count):
        yield Quad(iri(f"actor/{i}"), iri("number"), Literal(i))
    for i, name in enumerate(NAMES):
        yield Quad(iri(f"actor/{i}"), iri("name"), Literal(name, language="en"))
        yield Quad(iri(f"actor/{i}"), iri("name"), Literal(name, language="en"), iri(f"graph/{i % 2}"))


def make_release(home: Path, number: int, quads: Iterable[Quad] | None = None, *, dump: bool = False) -> Path:
    """Build a release folder and make it the current one."""
    folder = home / "releases" / str(number)
    (folder / "store").mkdir(parents=True)
    store = Store(str(folder / "store"))
    store.bulk_extend(some_quads(number) if quads is None else quads)
    store.flush()
    if dump:
        with gzip.open(folder / "graph.nq.gz", "wb") as packed:
            store.dump(packed, RdfFormat.N_QUADS)
    (folder / "manifest.json").write_text(json.dumps({"number": number, "quads": len(store)}), encoding="utf-8")
    del store
    switch_to(home, number)
    return folder


def switch_to(home: Path, number: int) -> None:
    """Switch the current release as a publish does."""
    link = home / "current.new"
    link.symlink_to(f"releases/{number}")
    link.replace(home / "current")


@contextmanager
def serving(home: Path, **settings: Any) -> Iterator[ReleaseKeeper]:
    """A keeper that serves the home's current release."""
    run_dir = Path(tempfile.mkdtemp(prefix="tk"))
    with ReleaseKeeper(home, run_dir, Settings(home=home, **settings)) as keeper:
        assert keeper.wait_until_ready(10)
        yield keeper


def connect(keeper: ReleaseKeeper, memory: int = 1024) -> ReaderConnection:
    return ReaderConnection(keeper.run_dir, memory)


def ask(connection: ReaderConnection, query: str, media: str = JSON, seconds: float = 5, **graphs: Any) -> str:
    """The whole answer as text."""
    return b"".join(connection.run(query, media, seconds=seconds, **graphs)).decode()


def processes_of(run_dir: Path) -> set[int]:
    """The zygotes and readers that serve out of a folder; both carry its path on their command line."""
    lines = [line for line in _ps("args=") if f"{run_dir}/" in line and "<defunct>" not in line]
    return {int(line.split()[0]) for line in lines}


def zygotes_of(run_dir: Path) -> set[int]:
    """The processes of a folder whose parent is not one of them."""
    mine = processes_of(run_dir)
    parents = {int(pid): int(parent) for pid, parent in map(str.split, _ps("ppid="))}
    return {pid for pid in mine if parents.get(pid) not in mine}


def _ps(column: str) -> list[str]:
    command = ["ps", "-A", "-ww", "-o", "pid=", "-o", column]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def eventually(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether the condition comes true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine, and a list that grows with every connection made to it."""
    seen: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            try:
                connection, address = server.accept()
            except TimeoutError:
                continue
            seen.append(str(address))
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield server.getsockname()[1], seen
    finally:
        ended.set()
        thread.join()
        server.close()
