"""What strangers write into sources stays text: markup, addresses that run, marks that turn the writing around."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from talkoot.ontology.namespaces import DCT, FOAF, PROV, RDF, SKOS, TALKOOT, TK, VOC
from talkoot.web.names import web_link
from talkoot.web.wording import is_web_address
from tests.web.conftest import ID, PAGE, Hand, Page, an_actor

NAMES = (
    '<script>alert(1)</script>"onmouseover="x',
    "</title><img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %} %(name)s %s 100 %",
    "\u202eesrever\u202c \u200b\u200d\ufeff",
    "Ääkkönen 👩‍👩‍👧 " + "pitkä" * 40,
    "x" * 10_000,
    "Κέντρο Ικανοτήτων Κοινωνικής Καινοτομίας " * 5,
)


@pytest.fixture
def client(hand: Hand) -> FlaskClient:
    quads = []
    for number, name in enumerate(NAMES):
        quads += an_actor(f"a{number}", name, page="javascript:alert(1)" if number == 0 else "https://example.org/")
        project, part = NamedNode(f"{ID}activity/p"), NamedNode(f"{ID}activity/p#part-{number}")
        quads += [
            Quad(project, RDF["type"], TK["Project"]),
            Quad(project, DCT["title"], Literal(NAMES[0])),
            Quad(part, PROV["agent"], NamedNode(f"{ID}actor/a{number}")),
            Quad(part, TK["involvedIn"], project),
            Quad(part, TK["hasRole"], VOC["role/lead"]),
            Quad(part, SKOS["note"], Literal(name)),
            Quad(NamedNode(f"{ID}actor/a{number}"), FOAF["homepage"], NamedNode("javascript:alert(1)")),
        ]
    hand.publish(1, quads, terms="<script>alert(2)</script>")
    return hand.client()


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_hostile_names_are_shown_as_text_everywhere(client: FlaskClient, language: str):
    paths = [f"/doc/actor/a{number}" for number in range(len(NAMES))]
    paths += [f"/doc/actor/a{number}?list=statements" for number in range(len(NAMES))]
    paths += [f"/doc/activity/p{more}" for more in ("", "?list=participants", "?list=statements")]
    paths += ["/actors", "/", "/sources", "/sources/hand", "/about", "/graph/hand/a0",
              "/doc/src/hand/actor/a0", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/search?q=alert",
              "/search?q=%25(num)s+100+%25", '/sparql?query=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E',
              "/nowhere/%3Cscript%3E"]  # fmt: skip
    for path in paths:
        html = client.get(path, headers={**PAGE, "Accept-Language": language}).get_data(as_text=True)
        page = Page(html)
        assert page.scripts == 0, path
        assert page.handlers == [], path
        assert "<img" not in html, path
        assert not [href for href in page.hrefs if href.lower().lstrip().startswith(("javascript", "data:"))], path


def test_the_hostile_name_itself_is_still_to_be_read(client: FlaskClient):
    for number, name in enumerate(NAMES):
        page = Page(client.get(f"/doc/actor/a{number}", headers=PAGE).get_data(as_text=True))
        assert name in page.headings[0]


def test_hostile_names_stay_inside_the_page_s_data_block(client: FlaskClient):
    for number, name in enumerate(NAMES):
        html = client.get(f"/doc/actor/a{number}", headers=PAGE).get_data(as_text=True)
        block = html.split('<script type="application/ld+json">')[1].split("</script>")[0]
        assert not set("<>&'") & set(block)
        told = json.loads(block)
        assert told["name"] == [{"@value": name, "@language": "fi"}]
        assert "url" not in told


def test_names_are_kept_apart_from_the_text_around_them(client: FlaskClient):
    html = client.get("/doc/actor/a3", headers=PAGE).get_data(as_text=True)

    assert "<bdi>\u202eesrever" in html


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "trig"])
def test_hostile_names_survive_in_data(client: FlaskClient, suffix: str):
    formats = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML,
               "jsonld": RdfFormat.JSON_LD, "trig": RdfFormat.TRIG}  # fmt: skip
    data = client.get(f"/doc/actor/a0.{suffix}").data

    assert NAMES[0] in {
        quad.object.value for quad in parse(data, format=formats[suffix]) if hasattr(quad.object, "value")
    }


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org", "http://",
    "https://example.org/\" onclick=\"x", "vbscript:x", "", "https://exa mple.org/", "http://[::1",
])  # fmt: skip
def test_only_plain_web_addresses_become_links(address: str):
    assert not is_web_address(address)
    assert web_link(address).href == ""


def test_web_addresses_become_links_that_say_they_lead_outside(hand: Hand):
    hand.publish(1, an_actor("a", "Nimi", page="https://example.org/päge?a=1&b=2"))
    page = Page(hand.client().get("/doc/actor/a", headers=PAGE).get_data(as_text=True))

    outside = [link for link in page.links if link["href"].startswith("https://example.org/")]
    assert outside
    assert all(link["rel"] == "external noopener" for link in outside)
    assert f"{TALKOOT}id/actor/a" in page.text
