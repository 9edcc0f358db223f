"""Every kind of page in Chromium: no barrier, nothing lost when narrow, large or printed, nothing that moves."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.web.browsing import barriers
from tests.web.page_kinds import NOT_FOUND, in_language, page_kinds

pytestmark = pytest.mark.browser

MOST_SHIFT = {"/sparql": 0.05}
"""On the query page the editor takes the place of a text field, below which little moves; nothing moves elsewhere."""
MOST_SCRIPT, MOST_HTML = 30_000, 60_000

ONLY_LEADS_ON = ".find, .ways, .languages, .pager, .skip, .jump, .kinds, .choices, .leaflet-control-zoom, main button"

FOCUSABLE = "a[href], button, input, select, textarea, summary"
WALK = """selector => {
  const visible = one => one.checkVisibility({visibilityProperty: true});
  const all = [...document.querySelectorAll(selector)].filter(visible);
  const now = document.activeElement, style = getComputedStyle(now), box = now.getBoundingClientRect();
  const name = now.getAttribute('aria-label') || now.innerText || now.labels?.[0]?.innerText || '';
  return {at: all.indexOf(now), all: all.length, outline: style.outlineStyle, name: name.trim(),
          seen: box.bottom > 0 && box.top < innerHeight && box.left >= 0 && box.right <= innerWidth};
}"""
STICKING_OUT = """() => [...document.querySelectorAll('body *')].filter(one => {
  if (one.closest('pre, .scroll, .hidden, .skip, svg, .cm-editor, .map') || !one.checkVisibility()) return false;
  if (one.closest('thead') && getComputedStyle(one.closest('thead')).position === 'absolute') return false;
  const box = one.getBoundingClientRect();
  return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
}).map(one => one.outerHTML.slice(0, 120))"""
CUT = """() => [...document.querySelectorAll('main *')].filter(one => {
  if (one.closest('pre, .scroll, .hidden, textarea, input, select, svg, .cm-editor, .contents, thead, .map'))
    return false;
  const style = getComputedStyle(one);
  return one.checkVisibility() && /hidden|clip/.test(style.overflowX + style.overflowY)
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).map(one => one.outerHTML.slice(0, 120))"""
FEWER = """() => [...document.querySelectorAll('main *')].forEach(one => {
  for (const more of [...one.children].slice(30)) more.remove();  // a long list's rows are alike
})"""
LINKS = """() => [...document.querySelectorAll('main a[href]')]
  .filter(one => one.checkVisibility() && !one.closest('svg, .map')).length"""  # the map that moves draws its own
SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 60);
})"""


@pytest.fixture(scope="module")
def kinds(client: FlaskClient, demo_ids: dict[str, str]) -> list[str]:
    return page_kinds(client, demo_ids)


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, locale="en-GB", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_there_is_no_barrier_on_any_kind_of_page_in_any_language(page: Page, kinds: list[str], language: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for path in kinds:
        page.goto(in_language(path, language))
        assert barriers(axe, page, without=("color-contrast",)) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stand_out_on_every_kind_of_page_by_day_and_by_night(page: Page, kinds: list[str], scheme: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in kinds:  # no colour depends on the language
        page.goto(path)
        page.evaluate(FEWER)
        assert barriers(axe, page, only=("color-contrast", "link-in-text-block")) == [], path


def test_colours_keep_their_contrast_where_more_is_wished_for(page: Page, kinds: list[str]):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, contrast="more")  # type: ignore[arg-type]
        for path in kinds[::4]:
            page.goto(path)
            page.evaluate(FEWER)
            assert barriers(axe, page, only=("color-contrast-enhanced",)) == [], path


@pytest.mark.parametrize("path", ["/", "/actors", "/centres", "/search?q=sosiaali", "/coverage", "thl"])
def test_the_keyboard_walks_through_a_page_in_reading_order_and_is_always_seen(
    page: Page, demo_ids: dict[str, str], path: str
):
    page.goto(f"/doc/{demo_ids[path]}" if path in demo_ids else path)
    steps: list[dict[str, Any]] = []
    for _ in range(45):
        page.keyboard.press("Tab")
        steps.append(page.evaluate(WALK, FOCUSABLE))
        if steps[-1]["at"] == steps[-1]["all"] - 1:
            break
    assert [step["at"] for step in steps] == list(range(len(steps)))
    assert [step for step in steps if not (step["outline"] == "solid" and step["seen"] and step["name"])] == []


@pytest.mark.parametrize(("width", "size"), [(320, 100), (640, 200), (1280, 200)])
def test_nothing_is_lost_on_a_narrow_screen_or_with_text_of_double_size(
    page: Page, kinds: list[str], width: int, size: int
):
    for path in kinds:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(in_language(path, "fi"))
        links = page.evaluate(LINKS)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("size => { document.documentElement.style.fontSize = size + '%' }", size)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.evaluate(STICKING_OUT) == [], path
        assert page.evaluate(CUT) == [], path
        assert page.evaluate(LINKS) >= links - page.locator("details[open] a").count(), path


def test_on_paper_a_page_is_black_on_white_says_all_and_leads_to_its_sources(page: Page, demo_ids: dict[str, str]):
    things = [f"/doc/{demo_ids[name]}" for name in ("thl", "greek")]
    for path in ("/", "/centres", *things, "/ns", "/map", "/network?of=FIN"):
        page.emulate_media(media="print", color_scheme="dark")
        page.goto(path)
        body, ground = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.documentElement).backgroundColor]"
        )
        assert (body, ground) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)"), path
        assert not page.locator(ONLY_LEADS_ON).filter(visible=True).count(), path
        folded = page.locator("details:not([open]) > :not(summary)")
        assert all(folded.nth(number).is_visible() for number in range(min(folded.count(), 5))), path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.goto(f"/doc/{demo_ids['thl']}")
    assert page.locator("#sources").is_visible()
    for source in page.locator(".sources a.out").all():  # paper has no links: the address itself is printed
        assert urlsplit(source.get_attribute("href")).hostname.removeprefix("www.") in source.inner_text()  # type: ignore
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("width", [320, 1440])
def test_nothing_moves_while_a_page_loads(page: Page, kinds: list[str], width: int):
    page.set_viewport_size({"width": width, "height": 900})
    for path in kinds:
        page.goto(path)
        assert page.evaluate(SHIFT) <= MOST_SHIFT.get(path, 0), path


def test_pages_stay_within_their_budget_of_markup_and_script_and_ask_nobody_else(
    page: Page, kinds: list[str], demo_ids: dict[str, str], address: str
):
    answers: list[Response] = []
    complaints: list[str] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks its handlers
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    things = {f"/doc/{path}" for path in demo_ids.values()}
    for path in kinds:
        answers.clear()
        page.goto(path, wait_until="networkidle")
        script = sum(len(gzip.compress(one.body())) for one in answers if one.request.resource_type == "script")
        html = sum(len(gzip.compress(one.body())) for one in answers if one.request.resource_type == "document")
        assert html < MOST_HTML, path
        assert script < MOST_SCRIPT or path not in things, path
        assert {one.url.startswith(address + "/") for one in answers} == {True}, path
    assert [text for text in complaints if "404" not in text] == []


def test_every_page_is_whole_without_script(browser: Browser, address: str, kinds: list[str]):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    for path in kinds:
        html = page.goto(path)
        assert html is not None
        assert html.status == (404 if path == NOT_FOUND else 200), path
        assert page.locator("h1").is_visible(), path
        for script in page.locator("script").all():
            assert script.get_attribute("type") == "module" or script.get_attribute("type") == "application/ld+json"
    context.close()
