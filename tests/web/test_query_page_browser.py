"""The query page in Chromium: by keyboard alone, narrow, without barriers, with nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from talkoot.graph.engine.keeper import ReleaseKeeper
from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from talkoot.web.sparql_help import EXAMPLES, gallery
from tests.web.browsing import barriers, served

pytestmark = pytest.mark.browser

EDITOR = ".cm-content"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CENTRES = "SELECT ?centre ?place WHERE { ?centre <https://w3id.org/talkoot/ns#designatedFor> ?place }"
POINTS = """SELECT * WHERE { VALUES (?name ?where ?lat ?long) {
  ("Helsinki" "POINT(24.94 60.17)"^^<http://www.opengis.net/ont/geosparql#wktLiteral> 60.17 24.94)
  ("Dublin" "POINT(-6.26 53.35)"^^<http://www.opengis.net/ont/geosparql#wktLiteral> 53.35 -6.26) } }"""


@pytest.fixture(scope="module")
def address(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    run_dir = tmp_path_factory.mktemp("run")
    with ReleaseKeeper(demo_settings.home, run_dir, demo_settings) as keeper:
        assert keeper.wait_until_ready(30)
        with served(lambda host: create_app(demo_settings, run_dir)) as address:
            yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that fails its test where anything came from elsewhere, was refused by the policy or went wrong."""
    context = browser.new_context(base_url=address, locale="en-GB")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("request", lambda request: None if request.url.startswith(address) else foreign.append(request.url))
    yield page
    context.close()
    assert [text for text in complaints if "status of 400" not in text and "status of 503" not in text] == []
    assert foreign == []


def open_editor(page: Page, path: str = "/sparql") -> None:
    page.goto(path)
    page.locator(EDITOR).wait_for()


def write(page: Page, text: str) -> None:
    """Put a text in the place of the query, by keyboard, in one go."""
    page.locator(EDITOR).focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def query(page: Page) -> str:
    return page.locator("#query").input_value()


def suggested(page: Page) -> list[str]:
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()
    return page.locator(".cm-tooltip-autocomplete li .cm-completionLabel").all_inner_texts()


def rows(page: Page) -> int:
    return page.locator("table.result tbody tr").count()


def run(page: Page) -> None:
    with page.expect_response(lambda response: response.request.method == "POST" and response.url.endswith("/sparql")):
        page.keyboard.press("Control+Enter")
    page.locator("#outcome:not([aria-busy])").wait_for(state="attached")


@pytest.mark.parametrize("width", [320, 1280])
def test_write_complete_run_read_the_error_mend_it_download_and_share_by_keyboard_alone(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    open_editor(page)
    for _ in range(40):  # the first thing is far from the editor only by the links of the page's head
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('editor')"):
            break
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.getAttribute('role')") == "textbox"

    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?c ?n WHERE {\n?c a tk:Compet")
    assert suggested(page) == ["tk:CompetenceCentre"]
    page.wait_for_timeout(100)  # a choice made sooner than that could be a slip
    page.keyboard.press("Enter")
    page.keyboard.type(" ; skos:prefLabel ?n .")
    run(page)

    assert page.locator("#status").inner_text().startswith("Line 3, column 20:")
    assert page.locator(".mistake-line").inner_text() == "SELECT ?c ?n WHERE {"
    assert page.evaluate("document.activeElement.className") == "editor"
    page.keyboard.press("Control+End")
    page.keyboard.type("\n}")
    run(page)
    assert page.locator(".mistake-line").count() == 0
    assert page.locator("#status").inner_text() == f"{rows(page)} rows"
    assert rows(page) >= 26

    def go_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is not reached")

    go_to("[download='talkoot.csv']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "talkoot.csv"
    assert len(Path(download.value.path()).read_text().splitlines()) == rows(page) + 1

    go_to("#link")
    go_to("[data-copy]")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    assert page.evaluate(WIDE) <= 0
    before = rows(page)
    page.goto(link)
    assert rows(page) == before


def test_tab_leaves_the_editor_both_ways(page: Page):
    open_editor(page)
    page.locator(EDITOR).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Run the query"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") != "editor"
    assert "\t" not in query(page)


def test_the_editor_tells_a_screen_reader_what_it_is_and_how_to_leave_it(page: Page):
    open_editor(page)
    editor = page.get_by_role("textbox", name="Query, in SPARQL")

    expect(editor).to_have_accessible_description(re.compile("Tab leaves the field"))
    assert editor.get_attribute("aria-multiline") == "true"
    page.get_by_text("Query", exact=True).first.click()
    assert page.evaluate("document.activeElement.className") == "editor"


def test_a2_completion_from_our_void_offers_the_classes_and_properties_of_this_release_and_no_others(page: Page):
    open_editor(page)
    write(page, "SELECT * WHERE { ?s a ")
    page.keyboard.press("Control+Space")
    classes = suggested(page)
    terms = page.request.get("/sparql/completions.json").json()["terms"]
    known = {term["name"]: term["kind"] for term in terms}
    assert classes
    assert {known[name] for name in classes} == {"class"}

    write(page, "SELECT * WHERE { ?s tk:")
    page.keyboard.press("Control+Space")
    offered = suggested(page)
    assert {name for name in known if name.startswith("tk:")} >= {name for name in offered if name.startswith("tk:")}
    assert "tk:playsRole" not in offered
    assert "26 uses" in page.locator(".cm-tooltip-autocomplete").inner_text().replace("\n", " ")


def test_a2_completion_from_our_void_finds_a_term_by_its_name_in_the_reader_s_language(page: Page):
    open_editor(page, "/sparql?lang=fi")
    write(page, "SELECT * WHERE { ?s osallistumista")
    page.keyboard.press("Control+Space")

    assert suggested(page)[0] == "tk:involvedIn"


def test_completion_finds_things_by_name_from_the_search_index(page: Page, demo_ids: dict[str, str]):
    open_editor(page)
    write(page, "SELECT * WHERE { ?part prov:agent ")
    page.keyboard.type("<terveyden ja hyvinv")
    assert "Terveyden ja hyvinvoinnin laitos" in suggested(page)
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")

    assert query(page).endswith(f"?part prov:agent <https://w3id.org/talkoot/id/{demo_ids['thl']}>")


def test_variables_of_the_query_are_completed(page: Page):
    open_editor(page)
    write(page, "SELECT ?organisation WHERE { ")
    page.keyboard.type("?org")

    assert suggested(page) == ["?organisation"]


def test_a2_prefixes_are_ours_and_are_declared_as_they_come_into_use(page: Page):
    open_editor(page)
    write(page, "# first\nPREFIX dct: <http://purl.org/dc/terms/>\nSELECT * WHERE { ?s dct:title ?t ; ")
    page.keyboard.type("skos:")
    expect(page.locator("#status")).to_have_text("PREFIX skos: was added.")
    assert query(page).splitlines()[:3] == [
        "# first", "PREFIX dct: <http://purl.org/dc/terms/>", "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
    ]  # fmt: skip
    page.keyboard.type("prefLabel ?n . ?s unknown:x 'tk:not' # org:not")
    page.wait_for_timeout(300)
    assert query(page).count("PREFIX") == 2
    assert query(page).endswith("skos:prefLabel ?n . ?s unknown:x 'tk:not' # org:not")


def test_a2_prefixes_are_declared_in_a_pasted_query_too(page: Page):
    open_editor(page)
    write(page, "SELECT * { ?s a tk:Solution ; dct:title ?t } LIMIT 3")
    expect(page.locator("#status")).to_contain_text("PREFIX dct: was added.")
    run(page)

    assert rows(page) == 3


def test_tidying_changes_white_space_and_the_case_of_keywords_only_and_once(page: Page):
    open_editor(page)
    for name, item in gallery().items():
        text = item["query"]
        write(page, " ".join(text.split()))
        page.keyboard.press("Alt+Shift+F")
        tidied = query(page)
        page.keyboard.press("Alt+Shift+F")
        assert "".join(tidied.split()).casefold() == "".join(text.split()).casefold(), name
        assert query(page) == tidied, name
        assert len(tidied.splitlines()) >= 8, name
        run(page)
        assert rows(page) > 1, name


def test_tidying_makes_one_statement_a_line(page: Page):
    open_editor(page)
    write(page, "prefix tk:<http://x#> select ?a (count(*) as ?n){?a a tk:X;tk:y 1.5,'a.b{'.optional{?a tk:z ?z}"
                "{?a tk:q ?r}union{?a tk:u ?r}filter(?z>1)values ?x{1 2}}group by ?a # end")  # fmt: skip
    page.get_by_role("button", name="Tidy up").click()

    assert (
        query(page)
        == """PREFIX tk:<http://x#>

SELECT ?a (count(*) AS ?n) {
  ?a a tk:X ;
    tk:y 1.5,'a.b{' .
  OPTIONAL {
    ?a tk:z ?z
  }
  {
    ?a tk:q ?r
  } UNION {
    ?a tk:u ?r
  }
  FILTER(?z>1)
  VALUES ?x { 1 2 }
}
GROUP BY ?a # end
"""
    )


def test_a2_examples_open_with_query_question_and_rows_and_the_editor_does_not_change_them(page: Page):
    open_editor(page)
    page.get_by_role("link", name="How many solutions are there for each target group?").click()
    page.locator(EDITOR).wait_for()

    assert page.url.endswith("?example=groups")
    assert query(page).strip() == gallery()["groups"]["query"].strip()
    assert rows(page) > 5
    page.locator(EDITOR).focus()
    run(page)
    assert page.url.endswith("?example=groups")


def test_a2_charts_and_map_show_a_bar_for_each_row_beside_the_table(page: Page):
    open_editor(page, "/sparql?example=groups")
    page.get_by_role("button", name="Bar chart").click()
    values = [int(text.replace(",", "")) for text in page.locator(".bar-value").all_inner_texts()]

    assert page.locator("#view figcaption").inner_text() == "Bar chart of solutions by group"
    assert len(values) == rows(page)
    assert values == [int(text) for text in page.locator("td.figure").all_inner_texts()]
    widths = page.evaluate("[...document.querySelectorAll('.bar rect')].map(bar => bar.getBoundingClientRect().width)")
    assert [round(width / widths[0], 2) for width in widths] == [round(value / values[0], 2) for value in values]
    assert page.locator("table.result").is_visible()
    assert page.locator("[data-view=map]").is_hidden()


@pytest.mark.parametrize("columns", ["?name ?where", "?name ?lat ?long"])
def test_a2_charts_and_map_show_points_of_wkt_or_of_latitude_and_longitude(page: Page, columns: str):
    open_editor(page)
    write(page, POINTS.replace("*", columns))
    run(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    page.get_by_role("button", name="Map").click()
    page.locator(".dot").nth(1).wait_for()

    assert sorted(asked) == ["countries.json", "leaflet.css", "leaflet.js"]
    helsinki, dublin = (page.locator(f".dot[title*={name}]").bounding_box() for name in ("Helsinki", "Dublin"))
    assert helsinki is not None
    assert dublin is not None
    assert helsinki["x"] > dublin["x"]
    assert helsinki["y"] < dublin["y"]
    page.locator(".dot[title*=Helsinki]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".popup")).to_contain_text("Helsinki")
    assert page.locator("table.result").is_visible()
    assert page.locator("path.land").count() > 0


def test_a2_charts_and_map_place_countries_in_their_middle_and_say_so(page: Page):
    open_editor(page, "/sparql?example=centres")
    page.get_by_role("button", name="Map").click()
    page.locator(".dot").first.wait_for()

    told = page.locator("#view figcaption").inner_text()
    assert told == "Map of the result: 25 places; placed in the middle of the country; rows without a place: 1"
    assert page.locator(".dot").count() == 25


def test_neither_chart_nor_map_is_offered_where_there_is_nothing_to_show(page: Page):
    open_editor(page, f"/sparql?query={quote('SELECT ?s ?p { ?s ?p ?o } LIMIT 4')}")

    assert page.locator("[data-view]:visible").all_inner_texts() == ["Raw"]


@pytest.mark.parametrize("text", [CENTRES, "ASK {}"])
def test_the_raw_answer_of_rows_is_shown_as_json(page: Page, text: str):
    open_editor(page, f"/sparql?query={quote(text)}")
    page.get_by_role("button", name="Raw").click()

    assert "head" in json.loads(page.locator("#view pre").inner_text())


def test_the_raw_answer_of_a_graph_is_shown_as_turtle(page: Page):
    open_editor(page, f"/sparql?query={quote('CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3')}")
    page.get_by_role("button", name="Raw").click()
    page.locator("#view pre").wait_for()

    assert page.locator("#view figcaption").inner_text() == "text/turtle"
    assert page.locator("#view pre").inner_text().rstrip().endswith(".")


def test_a2_share_link_stands_in_the_address_bar_and_back_leads_to_the_query_before(page: Page):
    open_editor(page, "/sparql?example=groups")
    write(page, CENTRES)
    run(page)
    assert "/sparql?z=" in page.url
    assert rows(page) == 26
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator("#query")).to_have_value(gallery()["groups"]["query"])


def test_a2_code_samples_are_copied_whole(page: Page):
    open_editor(page, f"/sparql?query={quote(CENTRES)}")
    page.get_by_text("Python (SPARQLWrapper)").click()
    page.locator("details[open] [data-copy]").click()

    expect(page.locator("#status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#sample-python").text_content()


def test_a2_embed_is_shown_in_a_frame_of_another_site(browser: Browser, address: str):
    elsewhere = Flask("elsewhere")
    elsewhere.add_url_rule("/", view_func=lambda: (
        f'<iframe title="x" src="{address}/sparql?example=groups&amp;view=embed"></iframe>'
        f'<iframe title="y" src="{address}/sparql?example=groups"></iframe>'
    ))  # fmt: skip
    context = browser.new_context()
    other = context.new_page()
    with served(lambda host: elsewhere) as there:
        other.goto(there.replace("127.0.0.1", "localhost"))
        _look_into_frames(other)
    context.close()


def _look_into_frames(other: Page) -> None:
    embedded, refused = other.frame_locator("[title=x]"), other.frame_locator("[title=y]")

    expect(embedded.locator("table.result tbody tr").first).to_be_attached()
    expect(embedded.get_by_role("link", name="This query on Talkoot")).to_be_attached()
    assert refused.locator("h1").filter(has_text="SPARQL").count() == 0


def test_a2_downloads_by_the_form_work_without_leaving_the_page(page: Page):
    open_editor(page)
    write(page, CENTRES)
    page.get_by_label("Result as").select_option("json")
    page.keyboard.press("Tab")
    with page.expect_response(lambda response: "format=json" in response.url) as answer:
        page.get_by_role("button", name="Run the query").click()
    assert answer.value.headers["content-type"].startswith("application/sparql-results+json")


def test_queries_are_kept_in_this_browser_only_until_they_are_forgotten(page: Page):
    open_editor(page)
    expect(page.locator("#past")).to_be_hidden()
    for text in (CENTRES, "ASK {}", CENTRES):
        write(page, text)
        run(page)
    kept = page.locator("#past-list button")
    assert kept.all_inner_texts() == [CENTRES, "ASK {}"]
    page.reload()
    page.locator(EDITOR).wait_for()
    kept.nth(1).click()
    assert query(page) == "ASK {}"
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator("#past")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []


def test_a_query_that_runs_long_can_be_stopped_and_the_page_stays(page: Page):
    open_editor(page)
    write(page, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stop", exact=True).click()

    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.locator("#stop")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "editor"


@pytest.mark.parametrize(("media", "body", "told"), [
    ("text/html", "<main><h1>Busy</h1></main>", "Busy"),
    ("application/problem+json", '{"title": "Too many requests", "detail": "Wait."}', "Too many requests. Wait."),
])  # fmt: skip
def test_a_refusal_is_told_beside_the_query_which_stays(page: Page, media: str, body: str, told: str):
    busy = True

    def answer(route: Route) -> None:
        if busy and route.request.method == "POST":
            route.fulfill(status=503, body=body, content_type=media)
        else:
            route.continue_()

    page.route("**/sparql", answer)  # before the page is there: Chromium lets a page's next request by, now and then
    open_editor(page)
    write(page, CENTRES)
    run(page)
    expect(page.locator("#status")).to_have_text(told)
    busy = False
    run(page)
    assert rows(page) == 26


def test_a_server_that_cannot_be_reached_is_told_and_the_query_stays(browser: Browser, address: str):
    context = browser.new_context(base_url=address, locale="en-GB")
    page = context.new_page()
    open_editor(page)
    write(page, CENTRES)
    context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("The server could not be reached.")
    assert query(page) == CENTRES
    context.close()


def test_values_of_a_result_stay_text_in_chart_map_and_history(page: Page):
    open_editor(page)
    evil = "<img src=x onerror=alert(1)>"
    write(
        page,
        f'SELECT ?a ?n ?where {{ VALUES (?a ?n ?where) {{ ("{evil}" 1 "POINT(1 1)") ("{evil}b" 2 "POINT(2 2)") }} }}',
    )
    run(page)
    for view in ("Bar chart", "Map"):
        page.get_by_role("button", name=view).click()
        page.locator("#view figure").wait_for()
    page.locator(".dot").first.click()
    expect(page.locator(".popup")).to_contain_text(evil)
    assert page.locator("img").count() == 0


def test_the_page_without_script_asks_shows_and_links(browser: Browser, address: str):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    page.goto("/sparql")
    page.locator("textarea").fill(CENTRES)
    page.get_by_role("button", name="Kör frågan").click()

    assert rows(page) == 26
    page.locator("#link").click()
    assert "/sparql?z=" in page.url
    assert rows(page) == 26
    assert page.locator("button:visible").count() == 2  # find, run: no button that would do nothing
    page.locator("textarea").fill("SELECT ?a WHERE {")
    page.get_by_role("button", name="Kör frågan").click()
    assert page.get_by_role("alert").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_there_is_no_barrier_in_any_language_by_day_or_by_night(
    browser: Browser, address: str, language: str, scheme: str
):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(base_url=address, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("/sparql", "/sparql?example=groups", "/sparql?example=centres", "/sparql?query=SELECT%20%7B",
                 "/sparql?query=ASK%7B%7D", "/sparql?example=CQ02&view=embed"):  # fmt: skip
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        if "embed" not in path:
            page.locator(EDITOR).wait_for()
        for view in page.locator("[data-view]:visible").all():
            view.click()
            page.locator("#view figure").wait_for()
            assert barriers(axe, page) == [], path
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert barriers(axe, page) == [], path
    page.goto(f"/sparql?lang={language}")
    page.locator(EDITOR).wait_for()
    write(page, "SELECT * WHERE { ?s tk:")
    page.keyboard.press("Control+Space")
    suggested(page)
    assert barriers(axe, page) == [], path
    context.close()


@pytest.mark.parametrize(("width", "size"), [(320, 100), (640, 200), (1280, 200)])
def test_nothing_is_lost_on_a_narrow_screen_or_with_text_of_double_size(
    browser: Browser, address: str, width: int, size: int
):
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900})
    page = context.new_page()
    for name in (*EXAMPLES, "CQ02", "CQ19"):
        open_editor(page, f"/sparql?example={name}")
        page.evaluate("size => { document.documentElement.style.fontSize = size + '%' }", size)
        for view in page.locator("[data-view]:visible").all():
            view.click()
            page.locator("#view figure").wait_for()
            assert page.evaluate(WIDE) <= 0, (name, view.inner_text())
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert page.evaluate(WIDE) <= 0, name
    open_editor(page, "/sparql?query=SELECT%20%7B")
    assert page.evaluate(WIDE) <= 0
    context.close()


def test_what_a_phone_loads_before_it_can_write_is_less_than_170_kilobytes(page: Page, address: str):
    sizes: dict[str, int] = {}

    def note(name: str, size: int) -> None:
        sizes[name] = size

    page.on(
        "requestfinished", lambda request: note(request.url.removeprefix(address), request.sizes()["responseBodySize"])
    )
    open_editor(page)
    page.wait_for_load_state("networkidle")

    assert sum(sizes.values()) < 170_000, sizes
    assert not [name for name in sizes if "leaflet" in name or "countries" in name]
