"""Over HTTP too, a query that never ends or eats the memory is stopped, and nobody else notices."""

import http.client
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from talkoot.graph.settings import Settings
from tests.graph.engine.releases import ENDLESS, ENDLESS_SORT, eventually, make_release, processes_of, serving
from tests.web.sparql_server import endpoint, http_server, make_app

pytestmark = pytest.mark.alone

LIMIT = 1.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with endpoint(home, query_seconds=LIMIT, query_memory=2048) as address:
        yield address


def ask(address: str, query: str) -> requests.Response:
    return requests.get(address, params={"query": query}, timeout=20)


@pytest.mark.parametrize("query", [ENDLESS, ENDLESS_SORT], ids=["count", "sort"])
def test_an_endless_query_is_answered_504_in_time_while_others_go_on(address: str, query: str):
    answers: list[tuple[float, requests.Response]] = []

    def run_endless() -> None:
        started = time.monotonic()
        response = ask(address, query)
        answers.append((time.monotonic() - started, response))

    threads = [threading.Thread(target=run_endless, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    quick = 0
    while any(thread.is_alive() for thread in threads):
        started = time.monotonic()
        assert ask(address, "ASK {}").json()["boolean"] is True
        assert time.monotonic() - started < 0.8
        quick += 1
    assert quick > 5
    for seconds, response in answers:
        assert response.status_code == 504
        assert response.json()["type"] == "/problems/time-limit"
        assert response.json()["seconds"] == LIMIT
        assert LIMIT <= seconds < LIMIT + 1


def test_a_query_that_eats_the_memory_is_answered_504_and_says_so(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with endpoint(home, query_seconds=10, query_memory=128) as address:
        response = ask(address, ENDLESS_SORT)
        assert response.status_code == 504
        assert response.json()["type"] == "/problems/memory-limit"
        assert response.json()["mebibytes"] == 128
        assert ask(address, "ASK {}").status_code == 200


def test_rows_come_before_the_query_is_done(address: str):
    started = time.monotonic()
    with requests.get(
        address,
        params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"},
        headers={"Accept-Encoding": "identity"},
        stream=True,
        timeout=10,
    ) as response:
        assert response.status_code == 200
        assert response.raw.read(1000).startswith(b'{"head"')
        assert time.monotonic() - started < 0.5


def test_a_client_that_hangs_up_frees_its_reader(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("home")
    make_release(home, 1)
    with serving(home) as keeper, http_server(make_app(Settings(query_seconds=30), keeper.run_dir)) as address:
        query = urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"})
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        connection.request("GET", f"/sparql?{query}")
        response = connection.getresponse()
        assert response.read(100)
        assert len(processes_of(keeper.run_dir)) == 2
        response.close()
        connection.close()
        assert eventually(lambda: len(processes_of(keeper.run_dir)) == 1)
