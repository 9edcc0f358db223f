"""Talkoot's SPARQL endpoint beside Oxigraph's server, Virtuoso and rdflib-endpoint, in one run on the same quads.

``python -m benchmarks.endpoints [ENGINE …]`` needs wrk, and measures Virtuoso where it is installed, rdflib-endpoint
where TALKOOT_PEERS names an environment with requirements-endpoints.txt. The quads are made up.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import quote

import requests

from talkoot.graph.engine.loading import engine_loader
from talkoot.graph.rdf_files import release_of_files
from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import PREFIXES, TALKOOT
from tests.graph.engine.releases import ENDLESS, switch_to
from tests.graph.engine.servers import free_port, virtuoso

ACTORS, PARTS, COUNTRIES = 60_000, 2, ("FIN", "SWE", "PRT", "POL", "DEU", "GRC", "BGR", "IRL")
SECONDS = 5
BASE = f"{TALKOOT}id/"
_COUNTRY = "http://publications.europa.eu/resource/authority/country/"
_LUA = """
math.randomseed(os.time())
request = function()
  local n = math.random(0, {actors} - 1)
  local query = "SELECT%20%3Fo%20%7B%20%3C{actor}" .. n .. "%3E%20%3C{name}%3E%20%3Fo%20%7D"
  return wrk.format("GET", "{path}?query=" .. query .. "{more}", {{["Accept"] = "application/sparql-results+json"}})
end
"""


def quads(actors: int) -> Iterator[str]:
    """Lines of N-Quads: a merged view of actors, projects and parts in them, and the same in record graphs."""
    draw = Random(7)
    rdf_type = f"<{PREFIXES['rdf']}type>"
    name, spatial, page = (
        f"<{PREFIXES['skos']}prefLabel>",
        f"<{PREFIXES['dct']}spatial>",
        f"<{PREFIXES['foaf']}homepage>",
    )
    for number in range(actors):
        actor, place = f"<{BASE}actor/{number}>", f"<{_COUNTRY}{COUNTRIES[number % len(COUNTRIES)]}>"
        said = [f"{actor} {rdf_type} <{PREFIXES['org']}Organization>", f"{actor} {spatial} {place}"]
        said.append(f'{actor} {name} "Actor {number} of the {draw.choice(("sea", "forest", "town", "hill"))}"@en')
        known = f"<{BASE}number/{number}>"
        said += [
            f"{actor} <{PREFIXES['adms']}identifier> {known}",
            f'{known} <{PREFIXES["skos"]}notation> "{number:07}"',
        ]
        if number % 3:
            said.append(f"{actor} {page} <https://{number}.example.org/>")
        for part in range(PARTS):
            project = f"<{BASE}activity/{draw.randrange(actors // 4)}>"
            node = f"<{BASE}part/{number}-{part}>"
            said += [f"{node} <{PREFIXES['prov']}agent> {actor}", f"{node} <{PREFIXES['tk']}involvedIn> {project}"]
            said.append(f'{project} <{PREFIXES["dct"]}title> "Project {project[-6:-1]}"@en')
        for line in said:
            yield f"{line} .\n"
            yield f"{line} <{TALKOOT}graph/made-up/{number}> .\n"
    yield f"<{TALKOOT}dataset> {rdf_type} <{PREFIXES['void']}Dataset> .\n"
    yield f"<{TALKOOT}graph/made-up/0> {rdf_type} <{PREFIXES['prov']}Bundle> <{TALKOOT}graph/prov> .\n"


def workload() -> list[tuple[str, str]]:
    """The 15 queries with their purposes; capital words stand for what each asking draws anew."""
    text = (Path(__file__).parent / "actor_workload.rq").read_text(encoding="utf-8")
    parts = re.findall(r"# (.*)\n((?:[^#].*\n?)+)", text)
    prologue = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in PREFIXES.items() if f"{prefix}:" in text)
    return [(purpose, prologue + query) for purpose, query in parts]


def drawn(query: str, draw: Random) -> str:
    one, other = draw.sample(COUNTRIES, 2)
    number = draw.randrange(ACTORS)
    for word, value in (
        ("ACTOR", f"{BASE}actor/{number}"), ("NUMBER", f"{number:07}"), ("COUNTRY", _COUNTRY + one),
        ("OTHER", _COUNTRY + other), ("WORD", draw.choice(("sea", "forest", "town", "hill"))),
    ):  # fmt: skip
        query = query.replace(word, value)
    return f"{query} # {draw.random()}"


@contextmanager
def started(command: list[str], address: str, log: Path, **environment: str) -> Iterator[float]:
    """A server that answers; gives the seconds that took."""
    begun = time.monotonic()
    with (
        log.open("ab") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | environment) as process,
    ):
        try:
            while not answers(address):
                assert process.poll() is None, log.read_text()
                time.sleep(0.02)
            yield time.monotonic() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def answers(address: str) -> bool:
    try:
        asked = requests.get(
            address, params={"query": "SELECT (1 AS ?x) {}"}, headers={"Accept": "text/csv, */*"}, timeout=60
        )
        return asked.status_code == 200
    except requests.ConnectionError:
        return False


def lookups(address: str, script: Path, actors: int = ACTORS, headers: str = "") -> dict[str, float]:
    """Requests a second, and the times that half and 99 of 100 took at most in ms, of look-ups by 8 clients."""
    host, path = re.fullmatch(r"(https?://[^/]+)(/.*)", address).groups()  # type: ignore[union-attr]
    path, _, more = path.partition("?")
    actor = quote(f"{BASE}actor/", safe="")
    name, more = quote(f"{PREFIXES['skos']}prefLabel", safe=""), f"&{more}" if more else ""
    script.write_text(_LUA.format(actors=actors, actor=actor, name=name, path=path, more=more), "utf-8")
    asked = ["-H", headers] if headers else []
    return wrk(host, "-t2", "-c8", "-s", str(script), *asked)


def wrk(address: str, *options: str) -> dict[str, float]:
    """What wrk measures of an address: requests a second, and in ms what half and 99 % of them took at most."""
    command = ["wrk", f"-d{SECONDS}s", "--latency", *options, address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told

    def milliseconds(percent: str) -> float:
        value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\n", told).groups()  # type: ignore[union-attr]
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate
    return {"rate": float(rate[1]), "p50": milliseconds("50"), "p99": milliseconds("99")}


def mean_of_workload(address: str) -> tuple[float, list[float]]:
    """The geometric mean of the 15 queries' times in ms, each the middle one of seven askings, and the 15 times."""
    times = []
    with requests.Session() as session:
        for number, (_, query) in enumerate(workload()):
            draw, taken = Random(number), []
            accept = "text/turtle" if "CONSTRUCT" in query else "application/sparql-results+json"
            for _ in range(7):
                begun = time.perf_counter()
                answer = session.get(
                    address, params={"query": drawn(query, draw)}, headers={"Accept": accept}, timeout=300
                )
                taken.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.text[:300]
            times.append(statistics.median(taken))
    return statistics.geometric_mean(times), times


@contextmanager
def talkoot(home: Path, folder: Path, **settings: str) -> Iterator[tuple[str, float]]:
    address = f"http://127.0.0.1:{(port := free_port())}/sparql"
    command = [sys.executable, "-m", "talkoot", "serve", "--home", str(home), "--port", str(port)]
    with started(command, address, folder / "talkoot.log", **settings) as seconds:
        yield address, seconds


@contextmanager
def oxigraph(folder: Path, dump: Path, *, memory: bool) -> Iterator[tuple[str, float]]:
    program, port = str(Path(sys.executable).parent / "oxigraph"), free_port()
    place = [] if memory else ["--location", str(folder / "oxigraph")]
    if not memory:
        subprocess.run([program, "load", *place, "--file", str(dump)], check=True, capture_output=True)
    address = f"http://127.0.0.1:{port}/query"
    with started(
        [program, "serve", "--bind", f"127.0.0.1:{port}", *place], address, folder / "oxigraph.log"
    ) as seconds:
        if memory:
            begun = time.monotonic()
            with dump.open("rb") as file:
                told = requests.post(
                    address.replace("query", "store"),
                    data=file,
                    headers={"Content-Type": "application/n-quads"},
                    timeout=600,
                )
            told.raise_for_status()
            seconds += time.monotonic() - begun  # noqa: PLW2901 - the start and the load
        yield address, seconds


@contextmanager
def bare_reader(folder: Path, home: Path) -> Iterator[tuple[str, float]]:
    address = f"http://127.0.0.1:{(port := free_port())}/"
    program = str(Path(sys.executable).parent / "granian")
    shape = ["--workers", "2", "--blocking-threads", "4", "--port", str(port), "--log-level", "error"]
    command = [program, "--interface", "wsgi", *shape, "benchmarks.bare_reader:application"]
    store = str((home / "releases" / "1" / "store").resolve())
    with started(command, address, folder / "bare.log", BARE_STORE=store) as seconds:
        yield address, seconds


@contextmanager
def virtuoso_with(folder: Path, home: Path) -> Iterator[tuple[str, float]]:
    place = folder / "virtuoso"
    place.mkdir()
    with virtuoso(place, home) as server:
        engine_loader(server.address, Settings(home=home, engine_password="dba"))(home / "releases" / "1")
        yield f"{server.url}/sparql?default-graph-uri={TALKOOT}graph/merged", 0.0


@contextmanager
def rdflib_endpoint(folder: Path, dump: Path) -> Iterator[tuple[str, float]]:
    program, port = os.environ["TALKOOT_PEERS"] + "/bin/rdflib-endpoint", free_port()
    address = f"http://127.0.0.1:{port}/"
    with started([program, "serve", "--port", str(port), str(dump)], address, folder / "rdflib.log") as seconds:
        yield address, seconds


def runaways(address: str, script: Path, count: int) -> tuple[dict[str, float], list[tuple[int, float]]]:
    """Look-ups while so many endless queries run: their figures, and status and seconds of each endless one."""
    ended: list[tuple[int, float]] = []

    def run() -> None:
        begun = time.monotonic()
        status = requests.get(address, params={"query": f"{ENDLESS} # {begun}"}, timeout=120).status_code
        ended.append((status, time.monotonic() - begun))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    figures = lookups(address, script)
    for thread in threads:
        thread.join()
    return figures, sorted(ended)


def switch_under_load(address: str, home: Path, script: Path) -> dict[str, float]:
    """Look-ups while the release is switched twice."""
    timers = [threading.Timer(seconds, switch_to, (home, number)) for seconds, number in ((2, 2), (5, 1))]
    for timer in timers:
        timer.start()
    return lookups(address, script)


def measure_endpoints(wanted: list[str]) -> None:
    """Print the tables of docs/performance.md, or the rows of the engines whose names begin like those wanted."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        home, script, dump = folder / "home", folder / "lookup.lua", folder / "graph.nq"
        with dump.open("w", encoding="utf-8") as file:
            file.writelines(quads(ACTORS))
        # Below that size it has the dump that releases have.
        made = release_of_files([dump], Settings(home=home, memory_triples=3_000_000))
        for number in (1, 2):
            copy = shutil.copytree(made.folder, home / "releases" / str(number))
            (copy / "manifest.json").write_text(json.dumps({**made.manifest, "number": number}), encoding="utf-8")
        switch_to(home, 1)
        print(f"{made.manifest['quads']:,} quads, {os.cpu_count()} processors", flush=True)
        limits = {"TALKOOT_MEMORY_TRIPLES": "3000000"}
        engines = {
            "Talkoot, in memory": lambda: talkoot(home, folder, **limits),
            "Talkoot, on disk": lambda: talkoot(home, folder, TALKOOT_MEMORY_TRIPLES="0"),
            "A bare forked reader, on disk": lambda: bare_reader(folder, home),
            "Oxigraph's server, in memory": lambda: oxigraph(folder, dump, memory=True),
            "Oxigraph's server, on disk": lambda: oxigraph(folder, dump, memory=False),
            "Virtuoso": lambda: virtuoso_with(folder, home),
            "rdflib-endpoint": lambda: rdflib_endpoint(folder, dump),
        }
        if "TALKOOT_PEERS" not in os.environ:
            del engines["rdflib-endpoint"]
        if shutil.which("virtuoso-t") is None:
            del engines["Virtuoso"]
        for engine, start in engines.items():
            if wanted and not engine.startswith(tuple(wanted)):
                continue
            with ExitStack() as opened:
                address, cold = opened.enter_context(start())
                found = lookups(address, script)
                again = lookups(address, script, actors=1)
                # the bare one knows one format and closes over what is too long for one message
                mean, times = (0.0, []) if engine.startswith("A bare") else mean_of_workload(address)
                print(
                    f"{engine}: start {cold:.1f} s; look-ups {found['rate']:,.0f}/s, p50 {found['p50']:.2f} ms, "
                    f"p99 {found['p99']:.2f} ms; the same one {again['rate']:,.0f}/s; workload {mean:.1f} ms: "
                    f"{' '.join(f'{one:.1f}' for one in times)}",
                    flush=True,
                )
                if engine.startswith("Talkoot, in"):
                    for count in (1, 5):
                        loaded, ended = runaways(address, script, count)
                        print(
                            f"  with {count} endless: look-ups {loaded['rate']:,.0f}/s, p99 {loaded['p99']:.2f} ms; "
                            f"ended {', '.join(f'{status} after {seconds:.1f} s' for status, seconds in ended)}",
                            flush=True,
                        )
                    switched = switch_under_load(address, home, script)
                    print(
                        f"  with two switches: look-ups {switched['rate']:,.0f}/s, p99 {switched['p99']:.2f} ms",
                        flush=True,
                    )


if __name__ == "__main__":
    measure_endpoints(sys.argv[1:])
