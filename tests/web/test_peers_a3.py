"""A thing's page does what it should among its peers: a test for each column of the comparison, by its name."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import TALKOOT
from talkoot.web.app import create_app
from tests.web.conftest import ID, PAGE, Hand, Page, an_actor

FORMATS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML,
           "jsonld": RdfFormat.JSON_LD, "trig": RdfFormat.TRIG}  # fmt: skip


def links_of(client: FlaskClient, path: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in client.get(path, headers=PAGE).headers.getlist("Link"):
        target, relation = re.fullmatch(r'<([^>]*)>; rel="([^"]*)".*', link).groups()  # type: ignore[union-attr]
        found.setdefault(relation, []).append(target)
    return found


@pytest.fixture
def html(client: FlaskClient, demo_ids: dict[str, str]) -> str:
    return client.get(f"/doc/{demo_ids['thl']}", headers={**PAGE, "Accept-Language": "en"}).get_data(as_text=True)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a3_formats_by_negotiation_suffix_and_parameter(client: FlaskClient, demo_ids: dict[str, str], method: str):
    path = f"/doc/{demo_ids['centre']}"
    for name, kind in FORMATS.items():
        asked = [
            client.open(path, method=method, headers={"Accept": kind.media_type}),
            client.open(f"{path}.{name}", method=method, headers=PAGE),
            client.open(f"{path}?format={name}", method=method, headers=PAGE),
        ]
        for answer in asked:
            assert (answer.status_code, answer.mimetype) == (200, kind.media_type)
            assert answer.headers["ETag"]
            assert "Accept" in answer.headers["Vary"]
            if method == "GET":
                assert list(parse(answer.data, kind))
            else:
                assert answer.data == b""
    assert client.open(path, method=method, headers=PAGE).mimetype == "text/html"


def test_a3_every_format_is_validated_and_not_sent_again(client: FlaskClient, demo_ids: dict[str, str]):
    for name in (*FORMATS, "html"):
        path = f"/doc/{demo_ids['centre']}.{name}"
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.head(path, headers={"If-None-Match": tag}).status_code == 304


def test_a3_303_leads_an_id_to_its_page_or_data(client: FlaskClient, demo_ids: dict[str, str]):
    for accept, suffix in ((PAGE["Accept"], ""), ("text/turtle", ".ttl"), ("application/ld+json", ".jsonld")):
        answer = client.get(f"/id/{demo_ids['thl']}", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/doc/{demo_ids['thl']}{suffix}")


def test_a3_link_headers_alternate_describedby_license_type_cite_as_item_collection(
    client: FlaskClient, demo_ids: dict[str, str]
):
    path = f"/doc/{demo_ids['thl']}"
    links = links_of(client, path)
    assert set(links) >= {"alternate", "describedby", "license", "type", "cite-as", "item", "collection"}
    assert links["cite-as"] == [ID + demo_ids["thl"]]
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in links["license"]
    assert set(links["type"]) == {"https://schema.org/AboutPage", "https://schema.org/Organization"}
    for target in (*links["alternate"], *links["item"], *links["describedby"]):
        assert client.head(target).status_code == 200
    data = links_of(client, f"{path}.ttl")
    assert f"{path}.html" in data["describes"]
    assert f"{path}.html" in data["collection"]
    assert f"{TALKOOT}dataset" in data["collection"]


def test_a3_json_ld_in_page_as_schema_org(client: FlaskClient, demo_ids: dict[str, str], html: str):
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert len(blocks) == 1
    told = json.loads(blocks[0])
    assert (told["@context"], told["@type"]) == ("https://schema.org", "Organization")
    assert told["@id"] == ID + demo_ids["thl"]
    assert {"@value": "Terveyden ja hyvinvoinnin laitos", "@language": "fi"} in told["name"]
    assert told["mainEntityOfPage"]["@id"] == f"{TALKOOT}doc/{demo_ids['thl']}"
    answer = client.get(f"/doc/{demo_ids['thl']}", headers=PAGE)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert [part for part in policy if part.startswith("script-src")] == ["script-src 'self'"]


def test_a3_canonical_and_language_links(client: FlaskClient, demo_ids: dict[str, str], html: str):
    assert f'<link rel="canonical" href="{TALKOOT}doc/{demo_ids["thl"]}">' in html
    assert set(re.findall(r'<link rel="alternate" hreflang="([^"]+)"', html)) == {"fi", "sv", "en", "x-default"}


def test_a3_label_languages_reader_then_english_then_any_tagged(client: FlaskClient, demo_ids: dict[str, str]):
    for language, gloss in (("en", "Finnish Institute for Health and Welfare"), ("sv", "Finnish Institute")):
        html = client.get(f"/doc/{demo_ids['thl']}", headers={**PAGE, "Accept-Language": language}).text
        assert '<h1 lang="fi"><bdi>Terveyden ja hyvinvoinnin laitos' in html
        other = html.split('class="other-names"')[1].split("</p>")[0]
        assert f'<bdi lang="en">{gloss}' in other
        assert ('<abbr class="tag"' in other) is (language != "en")
    greek = client.get(f"/doc/{demo_ids['greek']}", headers={**PAGE, "Accept-Language": "fi"}).text
    assert '<h1 lang="el">' in greek


def test_a3_incoming_links_counted_and_paged(client: FlaskClient, demo_ids: dict[str, str]):
    html = client.get(f"/doc/{demo_ids['programme']}", headers={**PAGE, "Accept-Language": "en"}).text
    counted = re.search(r'Funded under this programme <span class="count">(\d+)</span>', html)
    assert counted
    listed = client.get(f"/doc/{demo_ids['programme']}?list=tk:fundedUnder", headers=PAGE)
    assert listed.status_code == 200
    assert listed.text.split('<ul class="plain">')[1].split("</ul>")[0].count("<li>") == int(counted.group(1))


def test_a3_provenance_per_statement_source_date_licence(client: FlaskClient, demo_ids: dict[str, str], html: str):
    notes = set(re.findall(r'href="#(s\d+)"', html))
    assert notes
    for note in notes:
        told = html.split(f'<li id="{note}"')[1].split("</li>")[0]
        assert re.search(r"as of [^·]*20\d\d", told)
        assert 'rel="license' in told
        assert 'href="/sources/' in told
    assert "the same name in the same country" in html
    assert client.get(f"/doc/{demo_ids['thl']}?list=statements", headers=PAGE).status_code == 200


def test_a3_images_none(client: FlaskClient, demo_ids: dict[str, str]):
    for path in demo_ids.values():
        assert "<img" not in client.get(f"/doc/{path}", headers=PAGE).text


def test_a3_similar_with_the_reason(html: str):
    similar = html.split('id="similar"')[1].split("</ul>")[0]
    rows = similar.split("<li>")[1:]
    assert rows
    assert all("in common:" in row and 'href="/doc/actor/' in row for row in rows)


def test_a3_report_an_error_per_statement(hand: Hand):
    hand.publish(1, an_actor("a", "Nimi"))
    for to, count in (("", 0), ("steward@example.org", 1)):
        client = create_app(Settings(home=hand.home, report_to=to)).test_client()
        html = client.get("/doc/actor/a?list=statements", headers={**PAGE, "Accept-Language": "en"}).text
        statements = html.split('<li id="st-')[1:]
        assert len(statements) == 2
        assert all(item.count("Report an error") == count for item in statements)
        assert Page(html).scripts == 0
