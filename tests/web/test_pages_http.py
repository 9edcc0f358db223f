"""How documents answer: 303, negotiation, suffixes, 406, HEAD, 304, headers, replaced ids, a new release."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from rdflib import Graph

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import DCT, OWL, PROV, RDF, TALKOOT, TK, VOC
from talkoot.web.app import create_app
from talkoot.web.responses import CONTENT_SECURITY_POLICY
from tests.web.conftest import ID, PAGE, Hand, an_actor

FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "trig": ("application/trig", RdfFormat.TRIG),
    "nq": ("application/n-quads", RdfFormat.N_QUADS),
}
PAGES = (
    "/", "/actors", "/solutions", "/projects", "/programmes", "/collections", "/centres", "/countries",
    "/countries/FIN", "/search?q=thl", "/sources", "/sources/sim", "/releases", "/about", "/ns", "/voc", "/voc/role",
    "/voc/role/lead", "/sparql", "/problems/syntax", "/nowhere",
)  # fmt: skip


def test_a_thing_leads_a_browser_to_its_page(client: FlaskClient, demo_ids: dict[str, str]):
    response = client.get(f"/id/{demo_ids['thl']}", headers=PAGE)

    assert response.status_code == 303
    assert response.headers["Location"] == f"/doc/{demo_ids['thl']}"
    assert "Accept" in response.headers["Vary"]


def test_a_thing_leads_a_program_to_its_data(client: FlaskClient, demo_ids: dict[str, str]):
    response = client.get(f"/id/{demo_ids['thl']}", headers={"Accept": "text/turtle"})

    assert response.status_code == 303
    assert response.headers["Location"] == f"/doc/{demo_ids['thl']}.ttl"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("way", ["accept", "suffix", "parameter"])
def test_a_document_comes_in_every_format_in_every_way(
    client: FlaskClient, demo_ids: dict[str, str], name: str, way: str
):
    media, rdf = FORMATS[name]
    path = f"/doc/{demo_ids['pilot']}"
    response = {
        "accept": lambda: client.get(path, headers={"Accept": media}),
        "suffix": lambda: client.get(f"{path}.{name}", headers=PAGE),
        "parameter": lambda: client.get(f"{path}?format={name}", headers=PAGE),
    }[way]()

    assert response.status_code == 200
    assert response.mimetype == media
    subjects = {quad.subject for quad in parse(response.data, format=rdf)}
    assert NamedNode(ID + demo_ids["pilot"]) in subjects


@pytest.mark.parametrize("kind", ["source entity", "centre", "use", "programme"])
def test_turtle_of_every_kind_of_thing_can_be_read_by_rdflib(client: FlaskClient, demo_ids: dict[str, str], kind: str):
    response = client.get(f"/doc/{demo_ids[kind]}", headers={"Accept": "text/turtle"})

    graph = Graph().parse(data=response.get_data(as_text=True), format="turtle")
    assert len(graph) > 3


def test_trig_brings_the_records_behind_a_thing(client: FlaskClient, demo_ids: dict[str, str]):
    response = client.get(f"/doc/{demo_ids['thl']}.trig")
    graphs = {quad.graph_name for quad in parse(response.data, format=RdfFormat.TRIG)}

    assert NamedNode(f"{TALKOOT}graph/prov") in graphs
    assert any(isinstance(graph, NamedNode) and "graph/seed-project/" in graph.value for graph in graphs)


@pytest.mark.parametrize("path", ["/ns", "/voc", "/voc/role", "/voc/role/lead"])
def test_vocabulary_and_code_lists_are_data_too(client: FlaskClient, path: str):
    response = client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)

    assert response.mimetype == "text/turtle"
    assert list(parse(response.data, format=RdfFormat.TURTLE))


def test_a_record_graph_is_data_with_its_origin(client: FlaskClient, demo_settings: Settings):
    key = (demo_settings.current / "records.tsv").read_text().split("\n")[0].split("\t")
    response = client.get(f"/graph/{key[0]}/{key[1]}", headers={"Accept": "text/turtle"})

    graph = Graph().parse(data=response.get_data(as_text=True), format="turtle")
    assert any(str(term) == str(DCT["issued"].value) for term in graph.predicates())


def test_a_format_that_nobody_has_is_refused_with_what_there_is(client: FlaskClient, demo_ids: dict[str, str]):
    response = client.get(f"/doc/{demo_ids['thl']}", headers={"Accept": "image/png"})

    assert response.status_code == 406
    assert response.mimetype == "application/problem+json"
    assert "ttl" in response.get_json()["detail"]


def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(client: FlaskClient):
    page = client.get("/doc/actor/nobody", headers=PAGE)
    problem = client.get("/doc/actor/nobody", headers={"Accept": "text/turtle"})

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "<h1>There is nothing at this address</h1>" in page.get_data(as_text=True)
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/id/actor/ %00<>", "/doc/a b<c>", "/graph/x/<y>", "/voc/%20<", "/doc/src/x"])
def test_addresses_that_are_no_iris_are_simply_not_there(client: FlaskClient, path: str):
    assert client.get(path, headers=PAGE).status_code == 404


def test_head_gives_the_headers_of_get(client: FlaskClient, demo_ids: dict[str, str]):
    for path in ("/", f"/doc/{demo_ids['thl']}", f"/doc/{demo_ids['thl']}.ttl", "/dumps/1/void.ttl"):
        with client.get(path, headers=PAGE) as got, client.head(path, headers=PAGE) as head:
            assert head.data == b""
            assert head.status_code == got.status_code == 200
            assert head.headers["ETag"] == got.headers["ETag"]
            assert head.content_type == got.content_type


def test_what_a_client_has_already_is_not_sent_again(client: FlaskClient, demo_ids: dict[str, str]):
    path = f"/doc/{demo_ids['thl']}"
    first = client.get(path, headers=PAGE)
    again = client.get(path, headers={**PAGE, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["Vary"] == first.headers["Vary"]


def test_validators_differ_by_language_format_and_query(client: FlaskClient, demo_ids: dict[str, str]):
    path = f"/doc/{demo_ids['thl']}"
    tags = [
        client.get(path, headers=PAGE).headers["ETag"],
        client.get(path, headers={**PAGE, "Accept-Language": "fi"}).headers["ETag"],
        client.get(path, headers={"Accept": "text/turtle"}).headers["ETag"],
        client.get(path + ".nt", headers=PAGE).headers["ETag"],
        client.get("/actors?page=1", headers=PAGE).headers["ETag"],
        client.get("/actors?page=2", headers=PAGE).headers["ETag"],
    ]

    assert len(set(tags)) == len(tags)


def test_pages_vary_by_format_language_and_cookie_and_are_asked_for_each_time(client: FlaskClient):
    response = client.get("/", headers=PAGE)

    assert {item.strip() for item in response.headers["Vary"].split(",")} >= {"Accept", "Accept-Language", "Cookie"}
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Talkoot-Release"] == "1"


def test_links_in_headers_name_the_other_formats_and_the_thing(client: FlaskClient, demo_ids: dict[str, str]):
    links = ", ".join(client.get(f"/doc/{demo_ids['thl']}", headers=PAGE).headers.getlist("Link"))

    for media, _ in FORMATS.values():
        assert f'rel="alternate"; type="{media}"' in links
    assert f'<{ID}{demo_ids["thl"]}>; rel="cite-as"' in links
    assert f'<{TALKOOT}doc/{demo_ids["thl"]}>; rel="canonical"' in links
    assert 'rel="describedby"; type="text/turtle"' in links


def test_every_page_sends_the_security_headers(client: FlaskClient, demo_ids: dict[str, str]):
    things = [f"/doc/{path}" for path in demo_ids.values()]
    for path in (*PAGES, *things):
        headers = client.get(path, headers=PAGE).headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]
        assert headers["Permissions-Policy"]


def test_static_files_may_be_kept_for_ever_under_the_address_of_their_contents(client: FlaskClient):
    html = client.get("/", headers=PAGE).get_data(as_text=True)
    path = html.split('rel="stylesheet" href="')[1].split('"')[0]

    assert "immutable" in client.get(path).headers["Cache-Control"]
    assert client.get("/static/old/style.css").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/old/../app.py").status_code == 404
    assert client.get("/static/old/..%2fapp.py").status_code == 404


def test_dumps_match_their_checksums_and_the_store_is_not_served(client: FlaskClient):
    with client.get("/dumps/1/manifest.json") as response:
        manifest = json.loads(response.data)
    bodies = {}
    for name in ("graph.nq.gz", "void.ttl", "dcat.ttl", "records.tsv"):
        with client.get(f"/dumps/1/{name}") as response:
            bodies[name] = response.data
            assert hashlib.sha256(response.data).hexdigest() == manifest["files"][name]["sha256"]
            assert "immutable" in response.headers["Cache-Control"]
    assert len(gzip.decompress(bodies["graph.nq.gz"]).splitlines()) == manifest["quads"]
    for path in ("/dumps/1/search.sqlite", "/dumps/1/store", "/dumps/2/graph.nq.gz", "/dumps/1/..%2f..%2fworkbench"):
        assert client.get(path).status_code == 404


def test_void_robots_and_sitemap_are_there(client: FlaskClient):
    assert client.get("/.well-known/void").mimetype == "text/turtle"
    assert "Disallow: /sparql" in client.get("/robots.txt").get_data(as_text=True)
    assert client.get("/sitemap.xml").get_data(as_text=True).count("<url>") > 1000


def test_a_replaced_id_leads_to_the_one_that_stands_for_it_now(hand: Hand):
    identity = NamedNode(f"{TALKOOT}graph/identity")
    moves = [("old", "middle"), ("middle", "new")]
    redirects = [
        Quad(NamedNode(f"{ID}actor/{old}"), DCT["isReplacedBy"], NamedNode(f"{ID}actor/{new}"), identity)
        for old, new in moves
    ]
    hand.publish(1, [*an_actor("new", "Uusi"), *redirects,
                     Quad(NamedNode(f"{ID}actor/old"), OWL["deprecated"], Literal(True), identity)])  # fmt: skip
    client = hand.client()

    for path, target in [
        ("/id/actor/old", "/id/actor/new"),
        ("/doc/actor/old", "/doc/actor/new"),
        ("/doc/actor/old.ttl", "/doc/actor/new.ttl"),
        ("/doc/actor/old?lang=fi", "/doc/actor/new?lang=fi"),
    ]:
        response = client.get(path, headers=PAGE)
        assert (response.status_code, response.headers["Location"]) == (308, target)


def test_ids_that_replace_one_another_in_a_circle_do_not_hang_a_page(hand: Hand):
    identity = NamedNode(f"{TALKOOT}graph/identity")
    one, two = NamedNode(f"{ID}actor/one"), NamedNode(f"{ID}actor/two")
    hand.publish(1, [Quad(one, DCT["isReplacedBy"], two, identity), Quad(two, DCT["isReplacedBy"], one, identity)])

    assert hand.client().get("/doc/actor/one", headers=PAGE).status_code in (308, 404)


def test_a_new_release_is_taken_over_without_a_failed_request(hand: Hand):
    hand.publish(1, an_actor("a", "Ensimmäinen"))
    client = hand.client()
    first = client.get("/doc/actor/a", headers=PAGE)
    hand.publish(2, an_actor("a", "Toinen"))

    seen = set()
    deadline = time.monotonic() + 10
    while "2" not in seen and time.monotonic() < deadline:
        response = client.get("/doc/actor/a", headers=PAGE)
        assert response.status_code == 200
        number = response.headers["Talkoot-Release"]
        assert ("Toinen" if number == "2" else "Ensimmäinen") in response.get_data(as_text=True)
        seen.add(number)
        time.sleep(0.05)
    assert "2" in seen
    assert client.get("/doc/actor/a", headers={**PAGE, "If-None-Match": first.headers["ETag"]}).status_code == 200


def test_before_the_first_release_the_server_says_so(tmp_path: Path):
    client = create_app(Settings(home=tmp_path)).test_client()

    page = client.get("/", headers=PAGE)
    assert page.status_code == 503
    assert "Nothing has been published here yet" in page.get_data(as_text=True)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_release_too_large_for_memory_is_read_from_disk(hand: Hand):
    hand.publish(1, an_actor("a", "Levyltä"))
    client = create_app(Settings(home=hand.home, memory_triples=0)).test_client()

    assert "Levyltä" in client.get("/doc/actor/a", headers=PAGE).get_data(as_text=True)


def test_an_actor_with_five_thousand_links_still_has_a_page(hand: Hand):
    quads = an_actor("hub", "Napa")
    for number in range(5000):
        thing = NamedNode(f"{ID}solution/s{number}")
        part = NamedNode(f"{thing.value}#part-1")
        quads += [
            Quad(thing, RDF["type"], TK["Solution"]),
            Quad(thing, DCT["title"], Literal(f"Ratkaisu {number}", language="fi")),
            Quad(part, PROV["agent"], NamedNode(f"{ID}actor/hub")),
            Quad(part, TK["involvedIn"], thing),
            Quad(part, TK["hasRole"], VOC["role/lead"]),
            Quad(part, DCT["source"], NamedNode(f"{TALKOOT}graph/hand/hub")),
        ]  # fmt: skip
    hand.publish(1, quads)

    response = hand.client().get("/doc/actor/hub", headers=PAGE)
    assert response.status_code == 200
    assert "5,000" in response.get_data(as_text=True)
