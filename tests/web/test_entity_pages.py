"""Pages of things: long lists, statements one by one, history, what is gone, similar things, citing, reporting."""

from __future__ import annotations

import json
import re
import time
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import COUNTRY, DCAT, DCT, FOAF, OWL, PROV, RDF, SKOS, TALKOOT, TK, VOC
from talkoot.web.app import create_app
from tests.web.conftest import ID, PAGE, Hand, Page, an_actor

HUB = 5000


def in_language(client: FlaskClient, path: str, language: str = "en") -> str:
    response = client.get(path, headers={**PAGE, "Accept-Language": language})
    assert response.status_code == 200, (path, response.status_code)
    return response.get_data(as_text=True)


def a_part(thing: NamedNode, actor: str, number: int, role: str = "lead") -> list[Quad]:
    part = NamedNode(f"{thing.value}#part-{number}")
    return [
        Quad(part, PROV["agent"], NamedNode(f"{ID}actor/{actor}")),
        Quad(part, TK["involvedIn"], thing),
        Quad(part, TK["hasRole"], VOC[f"role/{role}"]),
        Quad(part, DCT["source"], NamedNode(f"{TALKOOT}graph/hand/{actor}")),
    ]


def a_thing(kind: str, key: str, name: str) -> tuple[NamedNode, list[Quad]]:
    segment = "solution" if kind == "Solution" else "activity"
    node = NamedNode(f"{ID}{segment}/{key}")
    return node, [Quad(node, RDF["type"], TK[kind]), Quad(node, DCT["title"], Literal(name, language="en"))]


def a_period(thing: NamedNode, start: str, end: str) -> list[Quad]:
    node = NamedNode(f"{thing.value}#period")
    dates = [(DCAT["startDate"], start), (DCAT["endDate"], end)]
    return [Quad(thing, DCT["temporal"], node), *(Quad(node, name, Literal(day)) for name, day in dates if day)]


@pytest.fixture
def hub(hand: Hand) -> FlaskClient:
    quads = [*an_actor("hub", "Napa"), *an_actor("other", "Toinen")]
    for number in range(HUB):
        thing, said = a_thing("Solution", f"s{number:04}", f"Solution {number:04}")
        quads += [*said, *a_part(thing, "hub", 1)]
        if number < 150:
            quads += a_part(thing, "other", 2, "partner")
    hand.publish(1, quads)
    return hand.client()


def a_record(number: int, country: str, years: tuple[str, str], site: str) -> list[Quad]:
    """What a second or third record says of actor a."""
    graph, entity = NamedNode(f"{TALKOOT}graph/hand/r{number}"), NamedNode(f"{ID}src/hand/actor/r{number}")
    period = NamedNode(f"{entity.value}#period")
    return [
        Quad(entity, TK["viewOf"], NamedNode(f"{ID}actor/a"), NamedNode(f"{TALKOOT}graph/identity")),
        Quad(entity, DCT["spatial"], COUNTRY[country], graph),
        Quad(entity, FOAF["homepage"], NamedNode(site), graph),
        Quad(entity, DCT["temporal"], period, graph),
        Quad(period, DCAT["startDate"], Literal(years[0]), graph),
        Quad(period, DCAT["endDate"], Literal(years[1]), graph),
    ]


def differing(hand: Hand, *records: list[Quad]) -> str:
    hand.publish(1, [*an_actor("a", "Yksi"), *(quad for record in records for quad in record)])
    page = in_language(hand.client(), "/doc/actor/a")
    return Page(page.split('id="differ"')[1].split("</section>")[0]).text if 'id="differ"' in page else ""


def test_answers_that_sources_give_differently_stand_beside_each_other(hand: Hand):
    text = differing(
        hand,
        a_record(1, "FIN", ("2019", "2021"), "https://one.example"),
        a_record(2, "SWE", ("2019", "2022"), "https://two.example/"),
    )
    for word in ("Period", "2019–2021", "2019–2022", "Website", "one.example", "two.example"):
        assert word in text, word


def test_what_sources_only_write_otherwise_is_no_difference(hand: Hand):
    years = ("2019", "")
    assert (
        differing(
            hand, a_record(1, "FIN", years, "https://one.example"), a_record(2, "FIN", years, "http://www.one.example/")
        )
        == ""
    )


def test_a_source_that_gives_one_answer_more_does_not_differ(hand: Hand):
    more = Quad(
        NamedNode(f"{ID}src/hand/actor/r2"), DCT["spatial"], COUNTRY["SWE"], NamedNode(f"{TALKOOT}graph/hand/r2")
    )
    first, second = (a_record(number, "FIN", ("2019", "2020"), "https://one.example") for number in (1, 2))
    assert differing(hand, first, [*second, more]) == ""


def test_five_thousand_links_are_counted_and_listed_in_pages_of_a_hundred(hub: FlaskClient):
    page = in_language(hub, "/doc/actor/hub")
    assert "5,000" in page
    assert len(page) < 60_000
    assert 'href="/doc/actor/hub?list=solutions"' in page

    seen = []
    for number in (1, 2, 50):
        listed = in_language(hub, f"/doc/actor/hub?list=solutions&page={number}")
        found = re.findall(r"Solution \d{4}", listed)
        assert len(found) == 100
        seen += found
    assert len(set(seen)) == 300
    assert seen[0] == "Solution 0000"
    assert seen[-1] == "Solution 4999"


def test_once_read_a_page_with_five_thousand_links_takes_at_most_twice_as_long_as_another(hub: FlaskClient):
    def quickest(path: str) -> float:
        spent = []
        for number in range(10):
            begun = time.process_time()
            in_language(hub, f"{path}?n={number}")
            spent.append(time.process_time() - begun)
        return min(spent)

    assert quickest("/doc/actor/hub") <= 2 * quickest("/doc/actor/other")


def test_a_name_that_thousands_of_records_say_is_shown_with_some_of_them(hand: Hand):
    quads = an_actor("hub", "Napa")
    for number in range(1000):
        graph, entity = NamedNode(f"{TALKOOT}graph/hand/r{number}"), NamedNode(f"{ID}src/hand/actor/r{number}")
        quads += [
            Quad(NamedNode(f"{ID}actor/hub"), DCT["source"], graph),
            Quad(entity, SKOS["prefLabel"], Literal("Napa", language="fi"), graph),
            Quad(entity, TK["viewOf"], NamedNode(f"{ID}actor/hub"), NamedNode(f"{TALKOOT}graph/identity")),
        ]
    hand.publish(1, quads)
    client = hand.client()
    html = in_language(client, "/doc/actor/hub")

    assert "joins what 1,001 records say" in html
    assert len(html) < 30_000
    assert in_language(client, "/doc/actor/hub?list=records&page=11").count("/doc/src/hand/actor/") == 1


def test_partners_are_ranked_by_what_they_share_and_the_count_is_told(hub: FlaskClient):
    assert "150 things in common" in in_language(hub, "/doc/actor/hub")


def test_a_list_that_a_thing_does_not_have_is_not_found(hub: FlaskClient):
    for name in ("participants", "nonsense", "%3Cscript%3E", "dct:isPartOf"):
        assert hub.get(f"/doc/actor/hub?list={name}", headers=PAGE).status_code == 404


def test_a_partner_is_ranked_before_those_with_less_in_common(hand: Hand):
    quads = [quad for key in ("a", "b", "c") for quad in an_actor(key, f"Actor {key}")]
    for number, actors in enumerate(("ab", "ac", "ac")):
        thing, said = a_thing("Project", f"p{number}", f"Project {number}")
        quads += said + [quad for place, actor in enumerate(actors) for quad in a_part(thing, actor, place)]
    hand.publish(1, quads)
    partners = in_language(hand.client(), "/doc/actor/a").split('id="works-with"')[1]

    assert partners.index("Actor c") < partners.index("Actor b")


def test_parts_are_drawn_over_time_without_styles(hand: Hand):
    quads = an_actor("a", "Actor")
    for number, (start, end) in enumerate([("2019", "2021-05"), ("2023-01-01", "2024"), ("2022", "")]):
        thing, said = a_thing("Project", f"p{number}", f"Project {number}")
        quads += [*said, *a_period(thing, start, end), *a_part(thing, "a", 1)]
    hand.publish(1, quads)
    line = in_language(hand.client(), "/doc/actor/a").split('class="timeline"')[1].split("</ol>")[0]

    assert re.findall(r'<rect(?: class="open")? x="(\d+)" y="2" width="(\d+)"', line) == [
        ("0", "30"), ("30", "30"), ("40", "20"),
    ]  # fmt: skip
    assert line.count('class="open"') == 1
    assert "style=" not in line
    for row in line.split("<li>")[1:]:
        assert re.search(r"Project \d.*20\d\d", row, re.DOTALL)


def test_one_period_alone_draws_no_time_line(hand: Hand):
    thing, said = a_thing("Project", "p", "Project")
    hand.publish(1, [*an_actor("a", "Actor"), *said, *a_period(thing, "2019", "2020"), *a_part(thing, "a", 1)])

    assert 'class="timeline"' not in in_language(hand.client(), "/doc/actor/a")


def test_similar_solutions_say_what_they_have_in_common_and_a_country_alone_is_too_little(hand: Hand):
    group, land = VOC["target-group/youth"], NamedNode(f"{COUNTRY}FIN")
    quads = [
        Quad(group, SKOS["prefLabel"], Literal("Young people", language="en")),
        Quad(group, RDF["type"], SKOS["Concept"]),
    ]
    for key, groups in (("one", [group]), ("two", [group]), ("three", [])):
        thing, said = a_thing("Solution", key, f"Solution {key}")
        quads += [*said, Quad(thing, DCT["spatial"], land), *(Quad(thing, TK["hasTargetGroup"], one) for one in groups)]
    hand.publish(1, quads)
    client = hand.client()
    similar = in_language(client, "/doc/solution/one").split('id="similar"')[1].split("</ul>")[0]

    assert "Solution two" in similar
    assert "Young people" in similar
    assert "Solution three" not in similar
    assert 'id="similar"' not in in_language(client, "/doc/solution/three")


def test_each_statement_has_an_address_and_tells_page_method_day_and_terms(
    client: FlaskClient, demo_ids: dict[str, str]
):
    html = in_language(client, f"/doc/{demo_ids['thl']}?list=statements")
    items = re.findall(r'<li id="(st-[0-9a-f]{12})">(.*?)</ul>', html, re.DOTALL)

    assert len(items) == len({key for key, _ in items}) >= 8
    for key, item in items:
        assert f'href="#{key}"' in item
        assert 'rel="external noopener"' in item
        assert re.search(r"as of [^·]*20\d\d", item)
        assert 'rel="license' in item or "terms unknown" in item
        assert 'href="/graph/' in item
    assert "Report an error" not in html


def test_statements_of_a_project_name_who_plays_each_part(client: FlaskClient, demo_ids: dict[str, str]):
    html = in_language(client, f"/doc/{demo_ids['pilot']}?list=statements")

    assert re.search(r"main implementer</bdi></a>: <a [^>]*><bdi[^>]*>Terveyden ja hyvinvoinnin laitos", html)


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_an_error_is_reported_by_a_mail_with_the_statement_s_address(hand: Hand, language: str):
    hand.publish(1, an_actor("a", 'Nimi "x" & ?subject=y\r\nBcc: z'))
    app = create_app(Settings(home=hand.home, report_to="steward@example.org"))
    for path in ("/doc/actor/a", "/doc/actor/a?list=statements"):
        html = in_language(app.test_client(), path, language)
        mails = [unescape(mail) for mail in re.findall(r'href="(mailto:[^"]*)"', html)]
        assert mails
        for mail in mails:
            parts = urlsplit(mail)
            fields = parse_qs(parts.query, strict_parsing=True)
            assert parts.path == "steward@example.org"
            assert set(fields) == {"subject", "body"}
            assert "\n" not in fields["subject"][0]
            assert f"{TALKOOT}doc/actor/a" in fields["body"][0]
    keys = re.findall(r'<li id="(st-\w+)">', html)
    assert [unquote(mail).split("#")[1].split("\r\n")[0] for mail in mails] == keys


def test_an_error_is_reported_by_an_issue_whose_form_is_filled_in(hand: Hand):
    hand.publish(1, an_actor("a", "Nimi"))
    form = "https://issues.example.org/new?title={title}&body={body}"
    html = in_language(create_app(Settings(home=hand.home, report_to=form)).test_client(), "/doc/actor/a")
    href = unescape(re.findall(r'href="(https://issues[^"]*)"', html)[0])

    assert parse_qs(urlsplit(href).query)["title"] == ["Nimi"]
    assert f"{ID}actor/a" in parse_qs(urlsplit(href).query)["body"][0]


def test_history_tells_the_first_reading_and_each_release_that_brought_or_changed_a_record(hand: Hand):
    graph, prov = NamedNode(f"{TALKOOT}graph/hand/a"), NamedNode(f"{TALKOOT}graph/prov")
    quads = [*an_actor("a", "Nimi"), Quad(graph, DCT["created"], Literal("2023-12-24"), prov)]
    for number, what in ((1, "new"), (2, "changed"), (3, "gone")):
        hand.publish(number, quads)
        path = hand.settings.releases / str(number) / "manifest.json"
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps({**manifest, "changes": {"hand": {what: ["a" if number < 3 else "b"]}}}))
    history = in_language(hand.client(), "/doc/actor/a").split('id="history"')[1].split("</details>")[0]

    assert "24 December 2023" in history
    assert re.findall(r"Release (\d), \d January 2024: ([^<]*)", history) == [
        ("2", "one record changed"), ("1", "one new record"),
    ]  # fmt: skip


def test_a_thing_that_is_gone_answers_410_and_tells_what_it_was(hand: Hand):
    hand.publish(1, [*an_actor("a", "Pois <b>"), *an_actor("b", "Jäi")])
    hand.publish(2, an_actor("b", "Jäi"))
    client = hand.client()

    page = client.get("/doc/actor/a", headers=PAGE)
    assert page.status_code == 410
    text = page.get_data(as_text=True)
    assert "Pois &lt;b&gt;" in text
    assert "release 1 of 1 January 2024" in text
    assert client.get("/id/actor/a", headers=PAGE).status_code == 410
    data = client.get("/doc/actor/a.nt")
    assert data.status_code == 410
    said = {(quad.predicate, quad.object) for quad in parse(data.data, format=RdfFormat.N_TRIPLES)}
    assert (OWL["deprecated"], Literal(True)) in said
    assert (OWL["versionInfo"], Literal("release 1")) in said
    assert client.get("/doc/actor/never", headers=PAGE).status_code == 404
    assert client.get("/doc/actor/b", headers=PAGE).status_code == 200


def test_what_only_a_later_release_knew_is_not_called_gone(hand: Hand):
    hand.publish(1, an_actor("b", "Jäi"))
    hand.publish(2, [*an_actor("a", "Uusi"), *an_actor("b", "Jäi")])
    hand.settings.current.unlink()
    hand.settings.current.symlink_to(hand.settings.releases / "1")

    assert hand.client().get("/doc/actor/a", headers=PAGE).status_code == 404


def test_a_page_is_cited_as_text_and_as_a_bibtex_file(client: FlaskClient, demo_ids: dict[str, str]):
    html = in_language(client, f"/doc/{demo_ids['thl']}", "fi")
    cited = Page(html.split('id="cite"')[1].split("</details>")[0])
    assert "Terveyden ja hyvinvoinnin laitos. Talkoot, julkaisu 1, " in " ".join(cited.text.split())
    assert f"{TALKOOT}doc/{demo_ids['thl']}" in cited.text

    response = client.get(cited.hrefs[0], headers=PAGE)
    assert response.mimetype == "application/x-bibtex"
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert "title = {{Terveyden ja hyvinvoinnin laitos}}" in response.get_data(as_text=True)
    assert client.get("/cite/actor/never.bib").status_code == 404


@pytest.mark.parametrize(
    "name", ["}}, url = {x", "\\input{/etc/passwd}", "a\nb } % #", "\u202eesrever\u200b", "x" * 10_000]
)
def test_no_name_breaks_out_of_its_bibtex_field(hand: Hand, name: str):
    hand.publish(1, an_actor("a", name))
    entry = hand.client().get("/cite/actor/a.bib").get_data(as_text=True)

    lines = entry.splitlines()
    assert len(lines) == 7
    title = lines[1].removeprefix("  title = {{").removesuffix("}},")
    assert not re.search(r"(?<!\\)[%#&$_]", title)
    bare = re.sub(r"\\[%#&$_]|\\text[a-z]+\{\}", "", title)
    assert not set(bare) & set("{}\\\u202e\u200b\n")
    assert len(title) < 700


def test_fewer_than_three_facts_are_called_little_and_three_are_not(hand: Hand):
    thing = NamedNode(f"{ID}actor/a")
    facts = [Quad(thing, FOAF["homepage"], NamedNode("https://example.org/")),
             Quad(thing, DCT["spatial"], NamedNode(f"{COUNTRY}FIN")),
             Quad(thing, SKOS["altLabel"], Literal("N"))]  # fmt: skip
    for number in (1, 2, 3):
        hand.publish(number, [*an_actor("a", "Nimi"), *facts[:number]])
        html = in_language(hand.client(), "/doc/actor/a")
        assert ("Little is known here" in html) is (number < 3)


@pytest.mark.parametrize(("language", "words"), [
    ("en", "partner in the projects SEED and SEED2SCALE"),
    ("fi", "kumppanina hankkeissa SEED ja SEED2SCALE"),
    ("sv", "partner i projekten SEED och SEED2SCALE"),
])  # fmt: skip
def test_a_centre_s_sentence_agrees_with_the_number_of_its_projects(client: FlaskClient, language: str, words: str):
    path = next(href for href in Page(in_language(client, "/countries/ROU")).hrefs if href.startswith("/doc/actor/"))

    assert words in Page(in_language(client, path, language)).text
