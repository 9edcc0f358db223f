"""Ways in: the first page, countries side by side, centres, what things are grouped by, and what is promised."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad

from talkoot.ontology.namespaces import CV, DCT, RDF, SKOS, TALKOOT, TK
from tests.web.conftest import PAGE, Hand, Page, an_actor

Read = Callable[..., Page]
ID = f"{TALKOOT}id/"
PATHS = ("/map", "/map?box=4,53.5,32,70.5", "/map?kind=centres&country=FIN", "/network", "/network?of=FIN",
         "/networks", "/programmes", "/themes", "/regions", "/frameworks", "/countries", "/countries/FIN", "/centres",
         "/accessibility", "/privacy", "/developers")  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("path", PATHS)
def test_every_way_in_is_a_whole_page_in_each_language(client: FlaskClient, path: str, language: str):
    response = client.get(path, headers={**PAGE, "Accept-Language": language})
    html = response.get_data(as_text=True)
    page = Page(html)

    assert response.status_code == 200
    assert page.html["lang"] == language
    assert html.count("<h1") == 1
    assert html.count("<table") == html.count("<caption")
    assert len(page.ids) == len(set(page.ids))
    assert page.handlers == []
    assert page.scripts == 0
    assert 'name="description" content=""' not in html


def test_the_first_page_leads_to_every_way_in_and_draws_where_actors_are(client: FlaskClient, read: Read):
    page = read("/")

    for href in ("/map", "/themes", "/countries", "/regions", "/network", "/programmes", "/networks", "/frameworks",
                 "/centres", "/accessibility", "/privacy", "/developers"):  # fmt: skip
        assert href in page.hrefs, href
    assert "/map?country=FIN" in page.hrefs
    scripts = re.findall("<script[^>]*", client.get("/", headers=PAGE).get_data(as_text=True))
    assert len(scripts) == 1, "only the search box has one"
    assert "suggest" in scripts[0]


def test_the_first_page_names_what_its_source_changed_last_the_newest_first(hand: Hand):
    quads = []
    for key, day in (("old", "2020-01-05"), ("new", "2024-05-02"), ("middle", "2022-03-01")):
        quads += [*an_actor(key, f"Actor {key}"), Quad(NamedNode(f"{ID}actor/{key}"), DCT["modified"], Literal(day))]
    hand.publish(1, quads)
    html = hand.client().get("/", headers=PAGE).get_data(as_text=True)
    newest = html[html.index('id="newest"') :]

    assert newest.index("Actor new") < newest.index("Actor middle") < newest.index("Actor old")
    assert "2 May 2024" in newest


def test_countries_stand_side_by_side_with_centre_actors_projects_solutions_and_programmes(client: FlaskClient):
    html = client.get("/countries", headers=PAGE).get_data(as_text=True)
    row = next(row for row in html.split('<tr role="row">') if 'href="/countries/FIN"' in row)

    assert "Sosiaalisten innovaatioiden osaamiskeskus" in row
    for name in ("actors", "projects", "solutions"):
        assert int(re.findall(rf'href="/{name}\?country=FIN">(\d+)<', row)[0]) > 0
    assert int(re.findall(r'href="/countries/FIN#programmes">(\d+)<', row)[0]) > 0


def test_a_country_tells_as_many_programmes_as_the_table_counts(client: FlaskClient):
    table = client.get("/countries", headers=PAGE).get_data(as_text=True)
    for code, counted in re.findall(r'href="/countries/(\w+)#programmes">(\d+)<', table):
        html = client.get(f"/countries/{code}", headers=PAGE).get_data(as_text=True)
        section = re.findall(r'aria-labelledby="programmes".*?</section>', html, re.DOTALL)[0]
        assert section.count("<li>") == int(counted), code


def test_my_country_s_centre_is_one_link_away_with_its_web_site(client: FlaskClient):
    html = client.get("/centres", headers=PAGE).get_data(as_text=True)
    page = Page(html)

    assert "#in-PRT" in page.hrefs
    row = re.findall(r'<tr role="row" id="in-PRT">.*?</tr>', html, re.DOTALL)[0]
    assert 'rel="external noopener"' in row
    assert all(href.removeprefix("#") in page.ids for href in page.hrefs if href.startswith("#in-"))


def test_a_programme_stands_with_the_number_of_things_that_it_funds(hand: Hand):
    programme = NamedNode(f"{ID}programme/p")
    funded = [Quad(NamedNode(f"{ID}activity/{number}"), TK["fundedUnder"], programme) for number in range(3)]
    title = Quad(programme, DCT["title"], Literal("P", language="en"))
    hand.publish(1, [Quad(programme, RDF["type"], TK["FundingProgramme"]), title, *funded])

    html = hand.client().get("/programmes", headers=PAGE).get_data(as_text=True)
    assert re.search(r"programme/p.*?data-label=\"Funded under it\">3<", html, re.DOTALL)


def test_networks_stand_with_how_many_take_part_or_it_is_said_that_there_are_none(hand: Hand, read: Read):
    network, part = NamedNode(f"{ID}actor/n"), NamedNode(f"{ID}part/1")
    hand.publish(1, [
        *an_actor("a", "A"), Quad(network, RDF["type"], TK["Network"]),
        Quad(network, SKOS["prefLabel"], Literal("N", language="en")),
        Quad(part, TK["involvedIn"], network), Quad(part, TK["hasRole"], NamedNode(f"{TALKOOT}voc/role/member")),
        Quad(part, NamedNode("http://www.w3.org/ns/prov#agent"), NamedNode(f"{ID}actor/a")),
    ])  # fmt: skip

    html = hand.client().get("/networks", headers=PAGE).get_data(as_text=True)
    assert re.search(r"actor/n.*?data-label=\"Take part\">1<", html, re.DOTALL)
    assert "No source that is read so far describes one." in read("/networks").text


def test_a_theme_is_counted_once_for_each_thing_that_bears_it(client: FlaskClient, read: Read):
    html = client.get("/themes", headers=PAGE).get_data(as_text=True)
    counted = re.findall(r'<li><a href="(/voc/[^"]+)">.*?</a> <span>([\d,]+)</span></li>', html)

    assert counted
    assert all(int(number.replace(",", "")) > 0 for _href, number in counted)
    for href, _number in counted[:5]:
        assert client.get(href, headers=PAGE).status_code == 200


def test_regions_are_those_in_which_something_is(read: Read):
    text = read("/regions", "fi").text

    assert "Länsi-Uudenmaan hyvinvointialue" in text
    assert "Most sources" not in text


def test_frameworks_stand_with_their_criteria_and_assessments_are_led_to(client: FlaskClient, read: Read):
    page = read("/frameworks", "sv")
    assert "SIMRAs bedömningsram" in page.text
    assert client.get("/assessments", headers=PAGE).headers["Location"] == "/frameworks#assessments"
    assert "assessments" in page.ids


def test_an_assessment_is_listed_where_there_is_one(hand: Hand):
    framework, made = NamedNode(f"{ID}framework/f"), NamedNode(f"{ID}assessment/a")
    hand.publish(1, [
        Quad(framework, RDF["type"], TK["AssessmentFramework"]),
        Quad(framework, DCT["title"], Literal("F", language="en")),
        Quad(NamedNode(f"{ID}framework/f#one"), CV["isDerivedFrom"], framework),
        Quad(made, RDF["type"], TK["Assessment"]), Quad(made, DCT["title"], Literal("Made in 2023", language="en")),
    ])  # fmt: skip

    html = hand.client().get("/frameworks", headers=PAGE).get_data(as_text=True)
    assert "Made in 2023" in html
    assert re.search(r'data-label="Criteria here">1<', html)


def test_the_privacy_page_tells_the_cookie_that_is_set_and_no_other_page_sets_one(client: FlaskClient, read: Read):
    assert "holds that choice for a year" in read("/privacy").text
    chosen = client.get("/privacy?lang=fi", headers=PAGE).headers["Set-Cookie"]
    assert "Max-Age=31536000" in chosen
    assert all("Set-Cookie" not in client.get(path, headers=PAGE).headers for path in PATHS)


def test_the_developers_page_names_addresses_that_answer(client: FlaskClient, read: Read):
    for href in read("/developers").hrefs:
        if href.startswith("/") and "lang=" not in href:
            assert client.get(href, headers=PAGE).status_code in (200, 303), href


def test_the_sitemap_lists_the_ways_in(client: FlaskClient):
    sitemap = client.get("/sitemap.xml").get_data(as_text=True)

    for path in (
        "map",
        "network",
        "themes",
        "regions",
        "networks",
        "frameworks",
        "accessibility",
        "privacy",
        "developers",
    ):
        assert f"/{path}</loc>" in sitemap, path


def test_a_source_tells_how_its_last_run_ended_or_that_it_is_not_known(client: FlaskClient, hand: Hand):
    assert client.get("/sources", headers=PAGE).get_data(as_text=True).count(">complete</span>") == 6
    hand.publish(1, an_actor("a", "A"))
    html = hand.client().get("/sources", headers=PAGE).get_data(as_text=True)
    assert re.search(r'data-label="Last run"><span class="quiet">not known<', html)


def test_a_release_names_what_is_new_changed_and_gone_and_earlier_ones_count_it(hand: Hand):
    for number in (1, 2):
        hand.publish(number, an_actor("a", "A"))
        path = hand.settings.releases / str(number) / "manifest.json"
        told = {"hand": {"new": ["fresh"], "changed": ["altered"], "gone": [f"lost {number}", "more"]}}
        path.write_text(json.dumps({**json.loads(path.read_bytes()), "changes": told}))
    html = hand.client().get("/releases", headers=PAGE).get_data(as_text=True)

    assert 'href="/graph/hand/fresh"' in html
    assert 'href="/graph/hand/altered"' in html
    assert "lost 2" in html
    assert "/graph/hand/lost" not in html
    assert "1 new, 1 changed, 2 gone" in html
