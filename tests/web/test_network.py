"""The network: who is in it, what links them, where each stands, and what is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import combinations
from math import hypot

from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import DCT, ORG, PROV, RDF, SKOS, TALKOOT, TK
from talkoot.web.entity_parts import HOST
from talkoot.web.facts import Facts
from talkoot.web.network import MOST_ACTORS, MOST_THINGS, Network, around, positions, within
from tests.web.conftest import PAGE, Hand, Page

Read = Callable[..., Page]
ID = f"{TALKOOT}id/"


def actor(key: object) -> NamedNode:
    return NamedNode(f"{ID}actor/{key}")


def parts(thing: str, *agents: object) -> list[Quad]:
    """Actors that take part in a project."""
    node = NamedNode(f"{ID}activity/{thing}")
    quads = [Quad(node, RDF["type"], TK["Project"]), Quad(node, DCT["title"], Literal(thing, language="en"))]
    for agent in agents:
        part = NamedNode(f"{ID}part/{thing}-{agent}")
        quads += [
            Quad(part, PROV["agent"], actor(agent)), Quad(part, TK["involvedIn"], node),
            Quad(actor(agent), RDF["type"], ORG["Organization"]),
            Quad(actor(agent), SKOS["prefLabel"], Literal(f"Actor {agent}", language="en")),
        ]  # fmt: skip
    return quads


def facts(*groups: list[Quad]) -> Facts:
    store = Store()
    store.extend([quad for group in groups for quad in group])
    return Facts(store, TALKOOT)


def test_those_with_most_in_common_come_first_and_their_own_links_are_there():
    network = around(facts(parts("p", "a", "b", "c"), parts("q", "a", "c"), parts("r", "d", "e")), actor("a"))

    assert network.actors == [actor("a"), actor("c"), actor("b")]
    assert {frozenset(pair): len(things) for pair, things in network.shared.items()} == {
        frozenset({actor("a"), actor("c")}): 2,
        frozenset({actor("a"), actor("b")}): 1,
        frozenset({actor("b"), actor("c")}): 1,
    }
    assert network.left_out == 0


def test_a_centre_is_linked_with_those_who_carry_it():
    centre = NamedNode(f"{ID}activity/centre")
    quads = [*parts("centre", "host", "other"), Quad(centre, RDF["type"], TK["CompetenceCentre"])]

    assert set(around(facts(quads), actor("host")).actors) == {actor("host"), actor("other"), centre}
    assert set(around(facts(quads), centre).actors) == {centre, actor("host"), actor("other")}


def test_a_host_s_network_holds_those_with_whom_its_centre_works():
    centre = NamedNode(f"{ID}activity/centre")
    part = NamedNode(f"{ID}part/centre-host")
    abroad = NamedNode(f"{ID}part/abroad")
    quads = [
        *parts("centre", "host"), Quad(centre, RDF["type"], TK["CompetenceCentre"]), Quad(part, TK["hasRole"], HOST),
        *parts("consortium", "foreign"), Quad(abroad, PROV["agent"], centre),
        Quad(abroad, TK["involvedIn"], NamedNode(f"{ID}activity/consortium")),
    ]  # fmt: skip
    network = around(facts(quads), actor("host"))

    assert network.actors == [actor("host"), centre, actor("foreign")]
    assert {frozenset(pair) for pair in network.shared} == {
        frozenset({actor("host"), centre}), frozenset({centre, actor("foreign")}),
    }  # fmt: skip


def test_the_network_of_a_host_counts_as_many_partners_as_its_page(client: FlaskClient, demo_ids: dict[str, str]):
    html = client.get(f"/doc/{demo_ids['thl']}", headers=PAGE).get_data(as_text=True)
    partners = int(re.findall(r'id="works-with">Works with <span class="count">(\d+)<', html)[0])
    html = client.get(f"/network?of={demo_ids['thl']}", headers=PAGE).get_data(as_text=True)
    graph = json.loads(re.findall(r"data-graph='([^']*)'", html)[0])
    own = [node for node in graph["nodes"][1:] if node["name"] == "Sosiaalisten innovaatioiden osaamiskeskus"]

    assert len(graph["nodes"]) - 1 - len(own) == partners


def test_more_actors_than_can_be_told_apart_are_left_out_and_counted():
    network = around(facts(parts("p", "a", *range(100))), actor("a"))

    assert len(network.actors) == MOST_ACTORS
    assert network.left_out == 101 - MOST_ACTORS


def test_an_actor_with_more_parts_than_are_read_is_said_to_have_them():
    many = [parts(f"p{number}", "a", "b") for number in range(MOST_THINGS + 1)]

    assert around(facts(*many), actor("a")).cut
    assert not around(facts(*many[:-1]), actor("a")).cut


def test_within_a_country_only_those_count_who_are_linked_there():
    known = facts(parts("p", "a", "b"), parts("q", "a", "abroad"), parts("r", "alone"))
    network = within(known, [actor(key) for key in ("a", "b", "alone")], 3)

    assert set(network.actors) == {actor("a"), actor("b")}
    assert [set(pair) for pair in network.shared] == [{actor("a"), actor("b")}]


def test_no_two_actors_stand_on_one_another_however_many_there_are():
    for count in range(1, MOST_ACTORS + 1):
        for middle in (actor(0), None):
            at = positions(Network([actor(number) for number in range(count)], {}, middle=middle))
            assert len(at) == count
            assert all(hypot(a[0] - b[0], a[1] - b[1]) > 44 for a, b in combinations(at, 2)), count
            assert all(22 <= x <= 978 and 22 <= y <= 778 for x, y in at)


def test_table_list_drawing_and_script_tell_the_same(client: FlaskClient, demo_ids: dict[str, str]):
    html = client.get(f"/network?of={demo_ids['thl']}", headers=PAGE).get_data(as_text=True)
    graph = json.loads(re.findall(r"data-graph='([^']*)'", html)[0])

    assert html.count("<line ") == len(graph["links"])
    assert html.count('class="number"') == 2 * len(graph["links"])
    assert html.count("<circle ") == len(graph["nodes"]) == len(re.findall(r"<li><svg class=\"mark\"", html))
    assert graph["nodes"][0]["name"] == "Terveyden ja hyvinvoinnin laitos"


def test_an_actor_s_page_leads_to_its_network_and_its_map(read: Read, demo_ids: dict[str, str]):
    hrefs = read(f"/doc/{demo_ids['thl']}").hrefs

    assert "/map?country=FIN" in hrefs
    assert f"/network?of={demo_ids['thl']}" in hrefs
    assert not any(href.startswith("/network?of=") for href in read(f"/doc/{demo_ids['pilot']}").hrefs)


def test_without_a_choice_the_busiest_and_the_countries_are_offered(read: Read):
    page = read("/network")

    assert "/network?of=FIN" in page.hrefs
    assert any(href.startswith("/network?of=actor/") or "actor%2F" in href for href in page.hrefs)


def test_what_is_no_actor_has_no_network(client: FlaskClient, demo_ids: dict[str, str]):
    for of in (demo_ids["pilot"], "actor/nobody", "XXX", "a b", "../../etc", "<script>"):
        assert client.get("/network", query_string={"of": of}, headers=PAGE).status_code == 404, of


def test_an_actor_alone_is_said_to_be_alone(hand: Hand):
    hand.publish(1, parts("p", "only"))

    html = hand.client().get("/network?of=actor/only", headers=PAGE).get_data(as_text=True)
    assert "No link to another actor is known here." in html
    assert "<line" not in html


def test_a_name_with_markup_is_text_in_drawing_and_data(hand: Hand):
    quads = parts("p", "a", "b")
    hostile = "</script><b onclick='x'>\"&"
    quads = [quad for quad in quads if not (quad.subject == actor("b") and quad.predicate == SKOS["prefLabel"])]
    hand.publish(1, [*quads, Quad(actor("b"), SKOS["prefLabel"], Literal(hostile, language="en"))])

    html = hand.client().get("/network?of=actor/a", headers=PAGE).get_data(as_text=True)
    graph = json.loads(re.findall(r"data-graph='([^']*)'", html)[0])
    assert graph["nodes"][1]["name"] == hostile
    assert "<b onclick" not in html
    assert Page(html).handlers == []


def test_an_old_address_leads_to_the_network_of_what_took_its_place(hand: Hand):
    old = Quad(actor("old"), DCT["isReplacedBy"], actor("a"), NamedNode(f"{TALKOOT}graph/identity"))
    hand.publish(1, [*parts("p", "a", "b"), old])

    assert "Actor b" in hand.client().get("/network?of=actor/old", headers=PAGE).get_data(as_text=True)


def test_settings_of_the_demo_have_a_network_of_finland(demo_settings: Settings, client: FlaskClient):
    html = client.get("/network?of=FIN", headers={**PAGE, "Accept-Language": "fi"}).get_data(as_text=True)

    assert demo_settings.current.exists()
    assert "Verkosto: Suomi" in html
