"""Search does what it should among its peers: a test for each column of the comparison, by the column's name."""

from __future__ import annotations

import csv
import html as html_text
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import DCT, ORG, PROV, RDF, SKOS, TK, VOC
from tests.web.browsing import barriers
from tests.web.conftest import ID, PAGE, Hand, Page, an_actor

Read = Callable[..., Page]
FACETS = {
    "kind=organisation": "kind", "kind=organisation&kind=network": "kind", "country=FIN": "country",
    "country=none&kind=project": "country", "region=region-fi/06": "region", "role=role/host": "role",
    "source=seed-project": "source", "source=sim&source=centres": "source",
    "target-group=src/sim/target-group/homeless-persons": "target-group",
    "kind=solution&country=BEL&target-group=src/sim/target-group/homeless-persons": "all of three",
}  # fmt: skip


def found(client: FlaskClient, query: str) -> list[str]:
    """The names of what a search finds, in its order."""
    answer = client.get(f"/search.json?{query}").get_json()
    return [next(iter(sorted(row["names"].items())))[1] for row in answer["results"]]


def names(client: FlaskClient, text: str) -> list[str]:
    return found(client, f"q={quote(text)}")


def sparql_of(html: str) -> str:
    """The query that a page says is behind it."""
    (address,) = re.findall(r'<a href="(/sparql\?query=[^"]+)">The SPARQL behind this page', html)
    return parse_qs(urlsplit(html_text.unescape(address)).query)["query"][0]


@pytest.fixture(scope="module")
def store(demo_settings: Settings) -> Store:
    return Store.read_only(str(demo_settings.current / "store"))


@pytest.mark.parametrize(
    "texts",
    [
        ("Κέντρο Ικανοτήτων", "κεντρο ικανοτητων", "kentro ikanotiton"),
        ("Център за компетенции", "tsentar za kompetentsii"),
        ("Łódzka", "łódzka", "lodzka", "LODZKA"),
        ("Mötesplats", "motesplats"),
    ],
)
def test_a4_full_text_folds_accents_and_alphabets(client: FlaskClient, texts: tuple[str, ...]):
    firsts = {names(client, text)[0] for text in texts}

    assert len(firsts) == 1


def test_a4_full_text_finds_a_finnish_word_in_any_case(client: FlaskClient):
    assert "Pirkanmaan hyvinvointialue" in names(client, "hyvinvointialueen")
    assert names(client, "sosiaalisen innovaation osaamiskeskuksessa") != []
    assert names(client, "asiakasraati")[0] == "Asiakasraadin toimintamalli"


def test_a4_full_text_forgives_a_slip_only_where_nothing_is_called_so(client: FlaskClient):
    assert names(client, "kuntalitto") == ["Suomen Kuntaliitto"]
    assert names(client, "politecncio di milano")[0] == "Politecnico di Milano"
    assert names(client, "SEED") == ["SEED", "SEED2SCALE"]  # and nothing that is called Seen or Need


def test_a4_full_text_finds_places_and_groups_of_people_in_the_languages_of_the_pages(client: FlaskClient):
    for text in ("competence centre portugal", "osaamiskeskus portugali", "kompetenscenter portugal"):
        assert "Competence" in names(client, text)[0] or "Competências" in names(client, text)[0], text
    assert len(names(client, "pitkäaikaistyöttömät")) == len(names(client, "långtidsarbetslösa")) > 100


def test_a4_full_text_is_ranked_the_whole_name_first_then_another_name_then_a_beginning(hand: Hand):
    def named(key: str, name: str, *more: Quad) -> list[Quad]:
        return [*an_actor(key, name), *more]

    other = Quad(NamedNode(f"{ID}actor/b"), SKOS["altLabel"], Literal("Talo", language="fi"))
    quads = [*named("a", "Talo"), *named("b", "Keskus", other), *named("c", "Talo yhdessä"), *named("d", "Vanha talo"),
             *named("e", "Talonrakentajat")]  # fmt: skip
    hand.publish(1, quads)

    assert found(hand.client(), "q=talo") == ["Talo", "Keskus", "Talo yhdessä", "Talonrakentajat", "Vanha talo"]


def test_a4_full_text_ranks_who_has_many_links_before_who_has_few_and_thin_pages_last(hand: Hand):
    def part(number: int, actor: str) -> list[Quad]:
        node = NamedNode(f"{ID}activity/x#part-{number}")
        return [Quad(node, RDF["type"], TK["Involvement"]), Quad(node, PROV["agent"], NamedNode(f"{ID}actor/{actor}"))]

    page = Quad(NamedNode(f"{ID}actor/b"), DCT["description"], Literal("Tells of itself"))
    home = Quad(NamedNode(f"{ID}actor/b"), DCT["spatial"], NamedNode(f"{VOC}nowhere"))
    quads = [*an_actor("a", "Talo A"), *an_actor("b", "Talo B"), *an_actor("c", "Talo C"), page, home]
    hand.publish(1, [*quads, *(quad for number in range(5) for quad in part(number, "c"))])

    assert found(hand.client(), "q=talo") == ["Talo C", "Talo B", "Talo A"]


def test_a4_full_text_shows_its_results_by_kind_with_counts(read: Read, client: FlaskClient):
    page = read("/search?q=social")
    answer = client.get("/search.json?q=social").get_json()

    assert f"{answer['total']} results for “social”" in page.text
    assert sum(answer["facets"]["kind"].values()) == answer["total"]
    for kind, things in answer["facets"]["kind"].items():
        assert len(found(client, f"q=social&kind={kind}")) == things
        assert f"/search?q=social&kind={kind}" in page.hrefs


def test_a4_facets_with_counts_are_counted_beforehand_and_right(client: FlaskClient, read: Read):
    told = client.get("/search.json").get_json()["facets"]

    assert set(told) == {"kind", "country", "region", "role", "target-group", "programme", "source"}
    for facet, values in told.items():
        value, things = next(iter(values.items()))
        assert len(found(client, f"{facet}={quote(value)}")) == things, facet
    assert client.get("/search.json").get_json()["total"] == 0  # nothing was asked for
    assert "Finland" in read("/search").text


def test_a4_facets_count_what_the_others_leave(client: FlaskClient):
    told = client.get("/search.json?kind=solution&country=BEL").get_json()

    assert told["facets"]["kind"]["solution"] == told["facets"]["country"]["BEL"] == told["total"]
    assert told["facets"]["country"]["FRA"] == len(found(client, "kind=solution&country=FRA"))


@pytest.mark.parametrize("query", FACETS, ids=FACETS.get)
def test_a4_facets_have_a_sparql_behind_them_that_gives_the_same(client: FlaskClient, store: Store, query: str):
    results = client.get(f"/search.json?{query}").get_json()["results"]
    solutions = store.query(sparql_of(client.get(f"/search?{query}&lang=en", headers=PAGE).get_data(as_text=True)))

    assert isinstance(solutions, QuerySolutions)
    assert {row["thing"].value for row in solutions} == {row["iri"] for row in results} != set()


def test_a4_facets_theme_stage_and_programme_appear_where_the_data_has_them(hand: Hand):
    solution, use = NamedNode(f"{ID}solution/a"), NamedNode(f"{ID}activity/u")
    programme = NamedNode(f"{ID}programme/p")
    hand.publish(1, [
        Quad(solution, RDF["type"], TK["Solution"]), Quad(solution, DCT["title"], Literal("Ratkaisu", language="fi")),
        Quad(solution, TK["addressesNeed"], VOC["policy-field/employment"]),
        Quad(use, RDF["type"], TK["Implementation"]),
        Quad(use, TK["implements"], solution), Quad(use, TK["hasStage"], VOC["stage/pilot"]),
        Quad(use, TK["fundedUnder"], programme), Quad(programme, RDF["type"], TK["FundingProgramme"]),
        Quad(programme, DCT["title"], Literal("Rahasto", language="fi")),
    ])  # fmt: skip
    client = hand.client()

    for query in ("theme=policy-field/employment", "stage=stage/pilot", "programme=id/programme/p"):
        html = client.get(f"/search?{query}&lang=en", headers=PAGE).get_data(as_text=True)
        solutions = Store.read_only(str(hand.settings.current / "store")).query(sparql_of(html))
        assert isinstance(solutions, QuerySolutions)
        assert found(client, query) == ["Ratkaisu"], query
        assert [row["thing"].value for row in solutions] == [solution.value]


def test_a4_facets_have_what_is_not_here_beside_them(read: Read, hand: Hand):
    page = read("/search?q=social")
    assert "What is not here" in page.text
    assert re.search(r"\d[\d,]* of \d[\d,]*", page.text.split("What is not here")[1])
    assert "/coverage" in page.hrefs

    hand.publish(1, an_actor("a", "Talo"))
    assert (
        "What is not here" in Page(hand.client().get("/search?q=x&lang=en", headers=PAGE).get_data(as_text=True)).text
    )


def test_a4_facets_that_no_value_can_have_are_refused(client: FlaskClient):
    assert client.get("/search?kind=%22%7D%20DROP", headers=PAGE).status_code == 404
    assert client.get("/search.json?country=XXX").get_json()["total"] == 0
    assert client.get("/search.docx?q=a").status_code == 406


def test_a4_results_come_as_csv_that_no_spreadsheet_takes_for_formulas(hand: Hand, client: FlaskClient):
    hostile = ("=cmd|' /C calc'!A0 talo", "+1 talo", "-1 talo", "@SUM(A1) talo", "\t=1 talo")
    hand.publish(1, [quad for number, name in enumerate(hostile) for quad in an_actor(f"a{number}", name)])
    text = hand.client().get("/search.csv?q=talo").get_data(as_text=True)
    assert len(rows := list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))) == 5
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())

    answer = client.get("/search.csv?q=THL")
    assert answer.content_type == "text/csv; charset=utf-8"
    first = next(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert (first["name"], first["language"], first["kind"]) == (
        "Terveyden ja hyvinvoinnin laitos",
        "fi",
        "organisation",
    )


def test_a4_results_come_as_rdf_and_json_by_suffix_by_name_and_by_negotiation(
    client: FlaskClient, demo_ids: dict[str, str]
):
    thl = NamedNode(ID + demo_ids["thl"])
    for response in (
        client.get("/search.ttl?q=THL"), client.get("/search?q=THL&format=ttl"),
        client.get("/search?q=THL", headers={"Accept": "text/turtle"}),
    ):  # fmt: skip
        triples = list(parse(response.data, format=RdfFormat.TURTLE))
        assert any(triple.subject == thl and triple.object == ORG["Organization"] for triple in triples)
    by_header = client.get("/search?q=THL", headers={"Accept": "application/json"})
    assert json.loads(by_header.data) == client.get("/search.json?q=THL").get_json()
    assert by_header.get_json()["results"][0]["iri"] == thl.value


def test_a4_lists_of_things_lead_to_the_same_formats(read: Read, client: FlaskClient):
    (address,) = (href for href in read("/actors?country=FIN").hrefs if href.startswith("/search.csv"))
    rows = list(csv.DictReader(io.StringIO(client.get(address).get_data(as_text=True).removeprefix("\ufeff"))))

    assert f"{len(rows)}" in read("/actors?country=FIN").headings[0]
    assert all("FIN" in row["countries"] for row in rows)


def test_a4_results_have_a_sparql_behind_them_that_gives_the_things_of_the_page(client: FlaskClient, store: Store):
    page = client.get("/search?q=%22%7D%0ADROP+ALL+%23+terveys&lang=en", headers=PAGE).get_data(as_text=True)
    solutions = store.query(sparql_of(page))

    assert isinstance(solutions, QuerySolutions)
    assert {f"/doc/{row['thing'].value.removeprefix(ID)}" for row in solutions} <= set(Page(page).hrefs)


def test_a4_autocomplete_answers_under_50_ms(client: FlaskClient):
    client.get("/suggest?q=a")
    taken = []
    for text in (
        "t",
        "te",
        "ter",
        "terv",
        "terve",
        "soc",
        "social inno",
        "univ",
        "kuntalitto",
        "Κέν",
        "centre for social",
    ):
        start = time.perf_counter()
        rows = client.get(f"/suggest?q={quote(text)}").get_json()
        taken.append(time.perf_counter() - start)
        assert 0 < len(rows) <= 10, text
    assert max(taken) < 0.05


def test_a4_autocomplete_names_things_with_page_kind_and_place_in_the_readers_language(client: FlaskClient):
    (first, *_) = client.get("/suggest?q=terveyden+ja", headers={"Accept-Language": "sv"}).get_json()

    assert first["name"] == "Terveyden ja hyvinvoinnin laitos"
    assert (first["lang"], first["word"], first["places"]) == ("fi", "Aktör", ["Finland"])
    assert client.get(first["href"], headers=PAGE).status_code == 200


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Tab]:
    context = browser.new_context(base_url=address, locale="en-GB", viewport={"width": 320, "height": 800})
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield tab
    context.close()
    assert complaints == []


@pytest.mark.browser
def test_a4_autocomplete_is_a_combobox_that_the_keyboard_works(tab: Tab):
    tab.goto("/about")
    box = tab.get_by_role("combobox", name="Search")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("terveyden")
    options = tab.get_by_role("option")
    expect(options.first).to_contain_text("Terveyden ja hyvinvoinnin laitos")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(tab.get_by_role("status")).to_contain_text("suggestion")
    assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    active = box.get_attribute("aria-activedescendant")
    assert active == options.first.get_attribute("id")
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(options).to_have_count(0)
    expect(box).to_have_value("terveyden")

    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    tab.wait_for_url("**/doc/actor/*")
    assert tab.get_by_role("heading", level=1).inner_text().startswith("Terveyden ja hyvinvoinnin laitos")


@pytest.mark.browser
def test_a4_autocomplete_leaves_enter_to_the_form_where_nothing_is_chosen(tab: Tab):
    tab.goto("/")
    box = tab.get_by_role("combobox", name="Search")
    box.press_sequentially("kuntaliitto")
    expect(tab.get_by_role("option").first).to_be_visible()
    box.press("Enter")

    tab.wait_for_url("**/search?q=kuntaliitto")
    expect(tab.get_by_role("link", name="Suomen Kuntaliitto").first).to_be_visible()


@pytest.mark.browser
def test_a4_notes_works_without_javascript(browser: Browser, address: str):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    tab = context.new_page()
    tab.goto("/")
    tab.get_by_role("searchbox", name="Search").fill("social")
    tab.get_by_role("button", name="Find").click()
    tab.get_by_role("list", name="Kind").get_by_role("link", name="Solution").click()
    tab.get_by_text("Country", exact=True).click()
    tab.get_by_role("navigation", name="Narrow down").get_by_role("link", name="Belgium").click()

    assert "q=social" in tab.url
    assert "country=BEL" in tab.url
    tab.locator(".chosen").get_by_role("link", name="Belgium").click()
    assert "country" not in tab.url
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_there_is_no_barrier_with_facets_and_suggestions_open(browser: Browser, address: str, language: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme, width in (("light", 1440), ("dark", 320)):
        context = browser.new_context(
            base_url=address,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
        )
        tab = context.new_page()
        for path in ("/search", "/search?q=social&country=BEL", "/search?q=qqqq&kind=project"):
            tab.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            tab.locator("#q").fill("so")
            tab.get_by_role("option").first.wait_for()
            tab.locator("#q").press("ArrowDown")
            assert barriers(axe, tab) == [], path
            assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        context.close()
