"""What an answer of /sparql tells beside its rows: limits, release, validators, shares, what was never used."""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import SKOS, TK, VOID
from tests.graph.engine.releases import ENDLESS, EX, NAMES, eventually, make_release, processes_of, serving
from tests.web.sparql_server import endpoint, http_server, make_app

NAMES_QUERY = f"SELECT ?name {{ ?s <{EX}name> ?name }} ORDER BY ?s"
NUMBERS = f"SELECT ?number {{ ?s <{EX}number> ?number }} ORDER BY ?number"
EVERYTHING = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
VOID_TEXT = f"""
<{EX}dataset> a <{VOID}Dataset> ; <{VOID}propertyPartition> [ <{VOID}property> <{SKOS}prefLabel> ] ;
    <{VOID}classPartition> [ <{VOID}class> <{TK}Solution> ] .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home = tmp_path_factory.mktemp("home")
    make_release(home, 4)
    (make_release(home, 5) / "void.ttl").write_text(VOID_TEXT, encoding="utf-8")
    with serving(home) as keeper:
        yield make_app(Settings(home=home), keeper.run_dir).test_client()


def get(client: FlaskClient, query: str, headers: dict[str, str] | None = None, **parameters: str) -> TestResponse:
    return client.get("/sparql", query_string={"query": query, **parameters}, headers=headers)


def test_an_answer_cut_at_its_rows_says_so_in_a_header_and_in_itself(client: FlaskClient):
    response = get(client, NUMBERS, rows="3")
    assert response.headers["Talkoot-Truncated"] == "rows=3"
    told = json.loads(response.data)
    assert [row["number"]["value"] for row in told["results"]["bindings"]] == ["0", "1", "2"]
    assert "dumps" in told["truncated"]["reason"]
    assert "Talkoot-Truncated" not in get(client, NUMBERS).headers


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"])
def test_a_cut_graph_cannot_be_taken_for_whole(client: FlaskClient, name: str):
    response = get(client, "CONSTRUCT WHERE { ?s ?p ?o }", rows="3", format=name)
    assert response.headers["Talkoot-Truncated"] == "rows=3"
    kind = RdfFormat.from_media_type(response.mimetype)
    assert kind
    with pytest.raises(SyntaxError):
        list(parse(response.data, kind))


def test_the_limits_and_the_release_stand_in_every_answer(client: FlaskClient):
    response = get(client, "ASK {}")
    assert response.headers["Talkoot-Row-Limit"] == "100000"
    assert response.headers["Talkoot-Time-Limit"] == "10"
    assert response.headers["Talkoot-Release"] == "5"
    assert "</dumps/5/graph.nq.gz>" in response.headers["Link"]
    assert "</.well-known/void>" in response.headers["Link"]
    assert '</sources>; rel="license"' in response.headers["Link"]


def test_a_client_may_ask_for_less_time_and_fewer_rows_but_not_for_more(client: FlaskClient):
    response = get(client, ENDLESS, timeout="0.2")
    assert response.status_code == 504
    assert response.json["seconds"] == 0.2
    assert get(client, NUMBERS, rows="1000000").status_code == 200


@pytest.mark.parametrize(
    "pair", [("rows", "0"), ("rows", "1.5"), ("timeout", "-1"), ("timeout", "nan"), ("release", "x")]
)
def test_a_limit_that_is_no_number_is_refused_by_name(client: FlaskClient, pair: tuple[str, str]):
    response = get(client, "ASK {}", **dict([pair]))
    assert response.status_code == 400
    assert response.json["detail"].startswith(f"{pair[0]} is {pair[1]!r}")


def test_an_answer_has_a_validator_and_is_not_given_twice(client: FlaskClient):
    first = get(client, NAMES_QUERY)
    again = get(client, NAMES_QUERY, {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    other = get(client, NAMES_QUERY, {"If-None-Match": first.headers["ETag"], "Accept": "text/csv"})
    assert other.status_code == 200
    posted = client.post("/sparql", data={"query": NAMES_QUERY})
    assert posted.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("function", ["RAND()", "NOW()", "STRUUID()"])
def test_what_changes_at_each_asking_is_not_kept(client: FlaskClient, function: str):
    answers = [get(client, f"SELECT ({function} AS ?x) {{}}") for _ in range(2)]
    assert answers[0].data != answers[1].data
    assert "ETag" not in answers[0].headers


def test_an_answer_asked_again_is_the_same_and_still_of_its_release(tmp_path: Path):
    make_release(tmp_path, 1)
    query = f"SELECT ?n {{ <{EX}release> <{EX}number> ?n }}"
    with serving(tmp_path) as keeper:
        client = make_app(Settings(home=tmp_path), keeper.run_dir).test_client()
        answers = [get(client, query) for _ in range(3)]
        assert len({(answer.data, answer.headers["ETag"]) for answer in answers}) == 1
        make_release(tmp_path, 2)
        assert eventually(lambda: get(client, query).headers["Talkoot-Release"] == "2")
        assert b'"2"' in get(client, query).data


def test_an_earlier_release_that_is_kept_can_be_asked(client: FlaskClient):
    query = f"SELECT ?n {{ <{EX}release> <{EX}number> ?n }}"
    old = get(client, query, release="4")
    assert old.headers["Talkoot-Release"] == "4"
    assert old.json["results"]["bindings"][0]["n"]["value"] == "4"
    assert get(client, query, release="5").json["results"]["bindings"][0]["n"]["value"] == "5"
    unknown = get(client, query, release="3")
    assert unknown.status_code == 404
    assert "/releases" in unknown.json["detail"]


def test_answers_are_packed_for_those_who_unpack(client: FlaskClient):
    plain, packed = get(client, NUMBERS), get(client, NUMBERS, {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Content-Encoding" not in get(client, "ASK {}", {"Accept-Encoding": "gzip"}).headers


def test_a_long_answer_is_packed_as_it_comes(tmp_path: Path):
    make_release(tmp_path, 1)
    with endpoint(tmp_path) as address:
        asked = {"query": EVERYTHING, "rows": "60000"}
        packed = requests.get(address, params=asked, headers={"Accept": "text/csv"}, timeout=30)
        plain = requests.get(
            address, params=asked, headers={"Accept": "text/csv", "Accept-Encoding": "identity"}, timeout=30
        )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in packed.headers
    assert packed.content.count(b"\n") == plain.content.count(b"\n") > 60000


def test_a_name_that_the_data_never_uses_is_pointed_out(client: FlaskClient):
    prologue = f"PREFIX tk: <{TK}> PREFIX skos: <{SKOS}> "
    response = get(client, prologue + "SELECT * { ?s a tk:Solutoin ; skos:prefLabel ?o }")
    assert response.status_code == 200
    assert response.headers["Talkoot-Warning"] == "never used in this data: tk:Solutoin"
    assert "Talkoot-Warning" not in get(client, prologue + "SELECT * { ?s a tk:Solution }").headers
    assert "Talkoot-Warning" not in get(client, NUMBERS).headers
    for name in ("csv", "tsv", "xml"):
        assert "Talkoot-Warning" in get(client, f"SELECT * {{ ?s a <{TK}Ясно> }}", format=name).headers


def test_people_get_a_workbook_with_text_as_text(client: FlaskClient):
    response = get(
        client, 'SELECT ?text ?number { VALUES (?text ?number) { ("=1+1" 7) ("Łódź" UNDEF) } }', format="xlsx"
    )
    assert response.headers["Content-Disposition"] == 'attachment; filename="talkoot-5.xlsx"'
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()
    assert rows == [["text", "number"], ["=1+1", 7.0], ["Łódź", ""]]


def test_a_workbook_that_was_cut_has_its_rows_and_says_so(client: FlaskClient):
    response = get(client, NUMBERS, format="xlsx", rows="2")
    assert response.headers["Talkoot-Truncated"] == "rows=2"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()
    assert rows == [["number"], [0.0], [1.0]]


def test_an_error_is_in_the_language_of_its_reader(client: FlaskClient):
    response = get(client, "SELEC", {"Accept-Language": "fi"})
    assert response.json["title"] == "Kyselyssä on kielioppivirhe"
    assert response.headers["Content-Language"] == "fi"


def test_the_description_holds_the_void_of_the_release_and_examples(client: FlaskClient):
    graph = list(parse(client.get("/sparql", headers={"Accept": "application/n-triples"}).data, RdfFormat.N_TRIPLES))
    assert any(quad.predicate == VOID["propertyPartition"] for quad in graph)
    examples = [quad.object.value for quad in graph if quad.predicate.value.endswith("shacl#select")]
    assert len(examples) >= 12


class Shares:
    """A server whose clients come through a proxy of this machine that tells their addresses."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, client: str | None, query: str = "ASK {}") -> requests.Response:
        headers = {"X-Forwarded-For": client} if client else {}
        return requests.get(self.address, params={"query": query}, headers=headers, timeout=20)


@pytest.fixture
def shares(tmp_path: Path) -> Iterator[Shares]:
    make_release(tmp_path, 1)
    with endpoint(
        tmp_path, trusted_proxies="127.0.0.0/8", minute_queries=5, minute_query_seconds=1.0, query_seconds=2.0
    ) as address:
        yield Shares(address)


def test_an_address_has_its_share_and_no_more_and_is_told_of_the_dumps(shares: Shares):
    left = [shares.ask("192.0.2.1").headers["RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    refused = shares.ask("192.0.2.1")
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/rate-limit"
    assert refused.json()["dumps"] == "/releases"
    assert 1 <= int(refused.headers["Retry-After"]) <= 13
    assert refused.headers["RateLimit-Limit"] == "5"
    assert shares.ask("192.0.2.2").status_code == 200


def test_the_time_of_queries_is_shared_too(shares: Shares):
    assert shares.ask("192.0.2.3", ENDLESS).status_code == 504
    refused = shares.ask("192.0.2.3")
    assert refused.status_code == 429
    assert "seconds of query time" in refused.json()["detail"]


def test_a_long_answer_counts_until_its_last_block(shares: Shares):
    many = " ".join(map(str, range(60)))
    query = f"SELECT * {{ VALUES ?a {{ {many} }} VALUES ?b {{ {many} }} VALUES ?c {{ {many} }} }}"
    with requests.get(
        shares.address,
        params={"query": query},
        stream=True,
        timeout=20,
        headers={"X-Forwarded-For": "192.0.2.4", "Accept-Encoding": "identity"},  # packed, it would fit on the way
    ) as answer:
        assert answer.status_code == 200
        time.sleep(1.2)  # a client that takes its time keeps a reader from others
        assert answer.content
    told = []
    while not (told and told[-1].status_code == 429) and len(told) < 4:  # the server may still be closing it
        time.sleep(0.5)
        told.append(shares.ask("192.0.2.4"))
    assert "seconds of query time" in told[-1].json()["detail"]


def test_this_machine_has_no_limit_unless_it_forwards(shares: Shares):
    assert all(shares.ask(None).status_code == 200 for _ in range(8))
    assert [shares.ask("127.0.0.1").status_code for _ in range(6)][-1] == 429


def test_a_forwarding_header_of_a_stranger_is_not_believed(tmp_path: Path):
    make_release(tmp_path, 1)
    with endpoint(tmp_path, minute_queries=3) as address:
        told = [Shares(address).ask(f"192.0.2.{number}").status_code for number in range(5)]
    assert told == [200, 200, 200, 429, 429]


def test_addresses_of_one_ipv6_network_count_together(shares: Shares):
    told = [shares.ask(f"2001:db8::{number}").status_code for number in range(6)]
    assert told == [200] * 5 + [429]


@pytest.mark.alone
def test_more_long_queries_than_run_and_wait_are_sent_away_at_once_and_quick_ones_go_on(tmp_path: Path):
    make_release(tmp_path, 1)
    answers: list[requests.Response] = []
    with endpoint(tmp_path, query_seconds=5, slow_queries=1, waiting_queries=1, threads=8) as address:
        ask = lambda: answers.append(requests.get(address, params={"query": ENDLESS}, timeout=20))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        # Two find neither a slot nor a place to wait.
        assert eventually(lambda: len(answers) == 2, 4)
        for _ in range(5):
            assert requests.get(address, params={"query": "ASK {}"}, timeout=2).status_code == 200
        for thread in threads:
            thread.join()
        assert requests.get(address, params={"query": "ASK {}"}, timeout=2).status_code == 200
    busy = [answer for answer in answers if answer.status_code == 503]
    assert len(busy) == 2
    assert {answer.json()["type"] for answer in busy} == {"/problems/engine-busy"}
    assert all(answer.headers["Retry-After"] == "5" for answer in busy)
    assert [answer.status_code for answer in answers[2:]] == [504, 504]


def test_a_slow_query_whose_client_has_gone_is_stopped(tmp_path: Path):
    make_release(tmp_path, 1)
    settings = Settings(home=tmp_path, query_seconds=60)
    with serving(tmp_path) as keeper, http_server(make_app(settings, keeper.run_dir)) as address:
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{address}/sparql", params={"query": ENDLESS}, timeout=0.6)
        assert eventually(lambda: len(processes_of(keeper.run_dir)) == 1)


def test_names_of_every_alphabet_come_whole(client: FlaskClient):
    found = [row["name"]["value"] for row in get(client, NAMES_QUERY).json["results"]["bindings"]]
    assert found == NAMES
