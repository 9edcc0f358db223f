"""Pages of things beside a trivial Flask view of the same server, Datasette's row pages and pages made with rdflib.

``python -m benchmarks.entity_pages [HOME]`` needs wrk; Datasette is measured where TALKOOT_PEERS names an environment
with requirements-endpoints.txt. It measures the release of a home, or a made-up one of a million triples. *New* pages
are asked for at addresses never asked before, of things drawn from the whole release, so that no answer is kept; what
is read of hubs is kept by each process as in use, and how long the first reading takes is told by itself. Datasette
and rdflib show less of a thing: its statements and the first of its parts.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import requests
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from benchmarks.endpoints import started, wrk
from benchmarks.page_peers import make_tables, rdflib_environment
from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import DCT, PROV, RDF, TALKOOT, TK, VOC
from tests.graph.engine.servers import free_port
from tests.web.conftest import ID, Hand, an_actor

ACTORS, SOLUTIONS, OF_THE_HUB = 25_000, 75_000, 5_000
HUB = "actor/hub"
ACCEPT = {"Accept": "text/html", "Accept-Language": "fi"}
_LUA = """
local paths = {{ {paths} }}
local asked = 0
math.randomseed(os.time())
request = function()
  asked = asked + 1
  local path = paths[math.random(#paths)]
  if {new} then path = path .. "?n=" .. math.random(1, 1e9) .. "-" .. asked end
  return wrk.format("GET", path, {{ {headers} }})
end
"""


def make_home(folder: Path) -> Hand:
    """A million made-up triples: actors with some six solutions each; one of them has a part in 5,000."""
    hand, quads = Hand(folder), an_actor("hub", "Napa")
    for number in range(ACTORS):
        quads += an_actor(f"a{number}", f"Toimija {number}")
    for number in range(SOLUTIONS):
        thing = NamedNode(f"{ID}solution/s{number}")
        quads += [
            Quad(thing, RDF["type"], TK["Solution"]),
            Quad(thing, DCT["title"], Literal(f"Ratkaisu {number}", language="fi")),
        ]
        second = "hub" if number < OF_THE_HUB else f"a{(number * 7 + 1) % ACTORS}"
        for place, actor in enumerate((second, f"a{number % ACTORS}")):
            part = NamedNode(f"{thing.value}#part-{place}")
            quads += [
                Quad(part, PROV["agent"], NamedNode(f"{ID}actor/{actor}")),
                Quad(part, TK["involvedIn"], thing),
                Quad(part, TK["hasRole"], VOC["role/lead"]),
                Quad(part, DCT["source"], NamedNode(f"{TALKOOT}graph/hand/{actor}")),
            ]
    hand.publish(1, quads)
    return hand


def things(settings: Settings) -> list[str]:
    """The paths of all actors, solutions and projects of a release."""
    store = Store.read_only(str(settings.current / "store"))
    quads = store.quads_for_pattern(None, RDF["type"], None, DefaultGraph())
    found = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    wanted = re.compile(rf"{re.escape(settings.base)}id/((?:actor|solution|activity)/[^#]+)")
    return sorted(match.group(1) for iri in found if (match := wanted.fullmatch(iri)))


@contextmanager
def serving(home: Path, log: Path) -> Iterator[str]:
    """Talkoot's own server over a home, without limits for an address."""
    port = free_port()
    command = [sys.executable, "-m", "talkoot", "serve", "--home", str(home), "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with started(command, f"{address}/sparql", log, TALKOOT_MINUTE_PAGES="0", TALKOOT_WORKERS="1"):
        yield f"{address}/doc/"


@contextmanager
def serving_flask(name: str, log: Path, **environment: str) -> Iterator[str]:
    """An application of page_peers in the same server with as many processes and threads."""
    port, threads = free_port(), Settings.threads
    given = [f"{key}={value}" for key, value in environment.items()]
    small = ["env", "-i", f"PATH={os.environ['PATH']}", *given]  # as Talkoot's does: granian copies it into requests
    command = [*small, sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1",
               "--blocking-threads", str(threads), "--factory", f"benchmarks.page_peers:{name}"]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    with started(command, f"{address}/sparql", log):
        yield f"{address}/doc/"


@contextmanager
def serving_datasette(tables: Path, log: Path) -> Iterator[str]:
    """Datasette over the tables of :func:`make_tables`."""
    program, port = os.environ["TALKOOT_PEERS"] + "/bin/datasette", free_port()
    address = f"http://127.0.0.1:{port}"
    with started([program, "serve", "-i", str(tables), "--port", str(port)], f"{address}/-/versions.json", log):
        yield f"{address}/{tables.stem}/things/"


def asked(address: str, paths: list[str], script: Path, *, new: bool = False, etag: str = "") -> tuple[float, float]:
    """Requests a second, and the time in ms that half of them took at most, by 4 clients."""
    headers = ACCEPT | ({"If-None-Match": etag} if etag else {})
    quoted = ", ".join(f"['{name}'] = '{value}'" for name, value in headers.items())
    parts = urlsplit(address)
    listed = ", ".join(f"'{parts.path}{path}'" for path in paths)
    script.write_text(_LUA.format(paths=listed, new=str(new).lower(), headers=quoted), "utf-8")
    told = wrk(f"http://{parts.netloc}", "-t1", "-c4", "-s", str(script))
    return told["rate"], told["p50"]


def one_by_one(address: str, paths: list[str], times: int) -> float:
    """The time in ms of a new page for one client alone, in the middle of so many."""
    spent = []
    with requests.Session() as session:
        for number in range(times):
            begun = time.perf_counter()
            answer = session.get(f"{address}{paths[number % len(paths)]}?one={number}", headers=ACCEPT, timeout=60)
            spent.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200
    return sorted(spent)[times // 2]


def tell(name: str, trivial: float, measured: tuple[float, float]) -> None:
    """Print one measurement beside that of the trivial view."""
    rate, half = measured
    print(f"{name}: {rate:,.0f}/s, {rate / trivial:.2f} of the trivial view, half within {half:.1f} ms", flush=True)


def measure_entity_pages(home: Path | None) -> None:
    """Print every measurement of one run."""
    with TemporaryDirectory() as folder:
        work = Path(folder)
        script, log = work / "paths.lua", work / "log"
        settings = Settings(home=home) if home else make_home(work / "var").settings
        store = Store.read_only(str(settings.current / "store"))
        merged = sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph()))
        print(f"{len(store):,} quads, {merged:,} of them in the merged view")
        paths = [path for path in things(settings) if path != HUB]
        paths = paths[:: max(1, len(paths) // 3000)]
        with serving_flask("trivial", log) as address:
            rate, half = asked(address, paths, script)
            tell("trivial view", rate, (rate, half))
        with serving(settings.home, log) as address:
            tag = requests.get(f"{address}{paths[0]}", headers=ACCEPT, timeout=60).headers["ETag"]
            asked(address, paths, script, new=True)  # names are read once
            tell("new pages", rate, asked(address, paths, script, new=True))
            tell("kept pages", rate, asked(address, paths[:200], script))
            tell("304", rate, asked(address, paths[:1], script, etag=tag))
            print(f"a new page for one client alone: {one_by_one(address, paths, 300):.1f} ms")
            if home is None:
                print(f"an actor with {OF_THE_HUB:,} links, first time: {one_by_one(address, [HUB], 1):.1f} ms")
                print(f"an actor with {OF_THE_HUB:,} links, then: {one_by_one(address, [HUB], 100):.1f} ms")
        with serving_flask("by_rdflib", log, **rdflib_environment(store, work)) as address:
            tell("rdflib", rate, asked(address, paths, script, new=True))
        if "TALKOOT_PEERS" in os.environ:
            with serving_datasette(make_tables(store, work / "talkoot.db"), log) as address:
                rows = [path.replace("/", "~2F") for path in paths]
                tell("Datasette", rate, asked(address, rows, script, new=True))
                print(f"Datasette, a new page for one client alone: {one_by_one(address, rows, 300):.1f} ms")


if __name__ == "__main__":
    measure_entity_pages(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
