"""The pages do what they should among their peers for people: a test for each cell of the comparison's last row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from tests import catalogues
from tests.web.browsing import barriers
from tests.web.conftest import PAGE, Hand, an_actor
from tests.web.page_kinds import page_kinds
from tests.web.test_site_browser import FOCUSABLE, WALK

WORDS = {"fi": "osaamiskeskukset", "sv": "ompetenscent", "en": "ompetence centres"}


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="en-GB", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_a7_axe_in_ci_on_every_page_type(page: Page, client: FlaskClient, demo_ids: dict[str, str], checkout: Path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    kinds = page_kinds(client, demo_ids)
    rules = {str(rule.endpoint) for rule in client.application.url_map.iter_rules() if not rule.arguments}
    assert {"ways_in.home", "search.search", "map.shown_map", "releases.sources", "about.about"} <= rules
    assert {"/", "/search", "/map", "/network", "/centres", "/sources", "/about"} <= set(kinds)
    page.set_content('<html><head><title>Bad</title></head><body><img src="data:,"></body></html>')
    assert {rule for rule, _where in barriers(axe, page)} >= {"image-alt", "html-has-lang"}, "axe finds nothing at all"
    for path in ("/", f"/doc/{demo_ids['thl']}", "/centres"):
        page.goto(path)
        assert barriers(axe, page) == [], path


@pytest.mark.browser
def test_a7_keyboard_walk(page: Page, demo_ids: dict[str, str]):
    page.goto(f"/doc/{demo_ids['centre']}")
    steps = []
    for _ in range(30):
        page.keyboard.press("Tab")
        steps.append(page.evaluate(WALK, FOCUSABLE))
    assert [step["at"] for step in steps] == list(range(30))
    assert {step["outline"] for step in steps} == {"solid"}


@pytest.mark.browser
def test_a7_mobile(browser: Browser, address: str, demo_ids: dict[str, str]):
    context = browser.new_context(
        base_url=address, viewport={"width": 360, "height": 740}, device_scale_factor=3, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    for path in ("/", "/actors", "/countries", f"/doc/{demo_ids['thl']}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.evaluate("visualViewport.scale") == 1, path
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16, path
    page.get_by_role("combobox").tap()
    page.keyboard.type("kuntaliitto")
    page.get_by_role("button", name="Find").tap()
    page.wait_for_url("**/search?**")
    assert page.get_by_role("link", name="Suomen Kuntaliitto").first.is_visible()
    small = page.evaluate(
        """[...document.querySelectorAll('.ways a, .languages a, .find button')]
           .map(one => one.getBoundingClientRect()).filter(box => Math.min(box.height, box.width) < 24).length"""
    )
    assert small == 0
    context.close()


@pytest.mark.browser
def test_a7_dark_prefers_color_scheme(page: Page):
    grounds = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto("/")
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        grounds[scheme] = sum(int(part) for part in colour.strip("rgb()").split(","))
    assert grounds["light"] > 700
    assert grounds["dark"] < 100


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a7_ui_languages_fi_sv_en(client: FlaskClient, language: str):
    tree = LexborHTMLParser(client.get(f"/centres?lang={language}", headers=PAGE).get_data(as_text=True))
    heading = tree.css_first("h1")
    assert tree.css_first(f'html[lang="{language}"]') is not None
    assert heading is not None
    assert WORDS[language] in heading.text()


def test_a7_ui_languages_others_addable_by_a_file(hand: Hand):
    file = hand.home / "translations" / "de" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    catalog = Catalog(locale="de")
    catalog.add("Actors", "Akteure")
    file.write_bytes(catalogues.compiled(catalog))
    (hand.home / "translations" / "no language" / "LC_MESSAGES").mkdir(parents=True)
    (hand.home / "translations" / "no language" / "LC_MESSAGES" / "messages.mo").write_bytes(b"")
    hand.publish(1, an_actor("a", "Nimi"))
    client = hand.client()

    for wish in ({"query_string": "lang=de"}, {"headers": {**PAGE, "Accept-Language": "de-AT,fi;q=0.5"}}):
        html = client.get("/actors", **wish).get_data(as_text=True)  # type: ignore[arg-type]
        tree = LexborHTMLParser(html)
        heading = tree.css_first("h1")
        assert heading is not None
        assert "Akteure" in heading.text()
        assert tree.css_first('html[lang="de"]') is not None
        assert [one.text() for one in tree.css(".languages a")] == ["fi", "sv", "en", "de"]
        assert tree.css_first('link[hreflang="de"]') is not None
    for path in ("/", "/doc/actor/a", "/ns", "/sparql", "/releases", "/dumps/1/", "/problems/bad-request", "/voc"):
        assert client.get(f"{path}?lang=de", headers=PAGE).status_code == 200, path
