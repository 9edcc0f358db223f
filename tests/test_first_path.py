"""The first path as its users walk it: the served demo, asked with the tools that people have."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, SPARQLWrapper

from talkoot.cli import main
from tests.graph.engine.servers import free_port

IMPLEMENTERS = """
PREFIX tk: <https://w3id.org/talkoot/ns#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX dct: <http://purl.org/dc/terms/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?actor WHERE {
  ?project a tk:Project ; dct:title ?title .
  FILTER CONTAINS(?title, "osaamiskeskuksen valmistelu ja pilotointi")
  ?part tk:involvedIn ?project ; prov:agent ?actor ; tk:hasRole ?role .
  ?role skos:broader <https://w3id.org/talkoot/voc/role/implementer> .
}"""
CENTRES = """
PREFIX tk: <https://w3id.org/talkoot/ns#>
SELECT DISTINCT ?centre ?place WHERE { ?centre a tk:CompetenceCentre ; tk:designatedFor ?place }"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "var"
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--home", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def start_server(home: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "talkoot", "serve", "--home", str(home), "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok:
                return process
        except requests.ConnectionError:
            time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    pytest.fail("the server did not start")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    port = free_port()
    process = start_server(home, port)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) in (0, 130)
    left = subprocess.run(["pgrep", "-s", str(process.pid)], capture_output=True, text=True, check=False).stdout
    assert left == "", f"processes left behind: {left}"


def with_requests(address: str, query: str) -> list[dict[str, str]]:
    answer = requests.get(f"{address}/sparql", params={"query": query}, timeout=30)
    return [{k: v["value"] for k, v in row.items()} for row in answer.json()["results"]["bindings"]]


def with_curl(address: str, query: str) -> list[dict[str, str]]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    run = subprocess.run(
        ["curl", "-sS", "--data-urlencode", f"query={query}", f"{address}/sparql?format=json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [{k: v["value"] for k, v in row.items()} for row in json.loads(run.stdout)["results"]["bindings"]]


def with_sparqlwrapper(address: str, query: str) -> list[dict[str, str]]:
    endpoint = SPARQLWrapper(f"{address}/sparql", returnFormat=JSON)
    endpoint.setQuery(query)
    return [{k: v["value"] for k, v in row.items()} for row in endpoint.query().convert()["results"]["bindings"]]


def with_rdflib(address: str, query: str) -> list[dict[str, str]]:
    rows = Graph(SPARQLStore(f"{address}/sparql")).query(query)
    return [{str(variable): str(value) for variable, value in row.asdict().items()} for row in rows]


Ask = Callable[[str, str], list[dict[str, str]]]
CLIENTS: list[Ask] = [with_requests, with_curl, with_sparqlwrapper, with_rdflib]


@pytest.mark.parametrize("ask", CLIENTS)
def test_the_pilot_has_exactly_seven_implementers(ask: Ask, server: str) -> None:
    assert len({row["actor"] for row in ask(server, IMPLEMENTERS)}) == 7


@pytest.mark.parametrize("ask", CLIENTS)
def test_there_are_exactly_twenty_six_centres_each_for_a_place_of_its_own(ask: Ask, server: str) -> None:
    rows = ask(server, CENTRES)
    assert len(rows) == len({row["centre"] for row in rows}) == len({row["place"] for row in rows}) == 26
    places = {row["place"].rsplit("/", 1)[-1] for row in rows}
    assert {"EUR", "GBR", "FIN"} <= places
    assert not {"LUX", "MLT", "NLD"} & places


def test_an_actors_iri_leads_to_its_page_and_to_its_data(server: str) -> None:
    iri = with_requests(server, IMPLEMENTERS)[0]["actor"]
    local = iri.replace("https://w3id.org/talkoot", server)
    page = requests.get(local, headers={"Accept": "text/html"}, timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    data = requests.get(local, headers={"Accept": "text/turtle"}, timeout=10)
    assert (data.history[0].status_code, data.headers["Content-Type"].split(";")[0]) == (303, "text/turtle")
    assert len(Graph().parse(data=data.text, format="turtle")) > 5


def test_a_release_is_switched_under_load_without_one_failed_request(home: Path, server: str) -> None:
    wrong: list[str] = []
    seen: set[str] = set()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            for path in ("/sparql?query=ASK%7B%7D", "/", "/centres"):
                try:
                    answer = requests.get(server + path, timeout=20)
                except requests.RequestException as error:
                    wrong.append(f"{path}: {error}")
                    continue
                seen.add(answer.headers.get("Talkoot-Release", "none"))
                if answer.status_code != 200:
                    wrong.append(f"{path}: {answer.status_code}")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    result = CliRunner().invoke(main, ["publish", "--home", str(home)])
    assert result.exit_code == 0, result.output
    number = str(json.loads((home / "current" / "manifest.json").read_text())["number"])
    give_up = time.monotonic() + 20
    while number not in seen and time.monotonic() < give_up:
        time.sleep(0.1)
    time.sleep(2)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert number in seen


def test_a_taken_port_is_a_sentence_and_exit_code_1(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["serve", "--home", str(home), "--port", str(port)])
    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in result.stderr


def test_serving_without_a_release_is_a_sentence_and_exit_code_1(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert "There is no release" in result.stderr


def test_the_documented_csv_address_works_from_the_standard_library(server: str) -> None:
    address = f"{server}/sparql?format=csv&query=SELECT+*+WHERE+%7B%3Fs+%3Fp+%3Fo%7D+LIMIT+10"
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert len(answer.read().decode().splitlines()) == 11
