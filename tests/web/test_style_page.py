"""The page of every part in every state: there for those who work on pages, and as sound as any page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from talkoot.web.assets import STATIC
from tests.web.browsing import barriers, served
from tests.web.conftest import PAGE
from tests.web.test_site_browser import STICKING_OUT
from tests.web.test_site_crawl import mistakes


def test_it_is_there_only_where_it_is_asked_for(client: FlaskClient, demo_settings: Settings):
    shown = create_app(replace(demo_settings, style_page=1)).test_client().get("/style", headers=PAGE)

    assert client.get("/style", headers=PAGE).status_code == 404
    assert "/style" not in client.get("/sitemap.xml").get_data(as_text=True)
    assert shown.status_code == 200
    assert mistakes(shown.get_data(as_text=True)) == []


def test_every_kind_of_thing_has_a_shape_of_its_own(demo_settings: Settings):
    html = create_app(replace(demo_settings, style_page=1)).test_client().get("/style", headers=PAGE)
    used = {one.attributes["href"] for one in LexborHTMLParser(html.get_data(as_text=True)).css(".mark use")}
    shapes = LexborHTMLParser((STATIC / "kinds.svg").read_text(encoding="utf-8"))
    drawn = {one.attributes["id"]: one.html for one in shapes.css("symbol")}

    assert {(address or "").partition("#")[2] for address in used} == set(drawn)
    assert len({(text or "").partition("<path")[2] for text in drawn.values()}) == len(drawn)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1440])
def test_no_part_in_any_state_is_a_barrier_or_sticks_out(demo_settings: Settings, browser: Browser, width: int):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with served(lambda host: create_app(replace(demo_settings, style_page=1))) as address:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 900})
        page = context.new_page()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto("/style")
            assert barriers(axe, page) == []
            assert page.evaluate(STICKING_OUT) == []
        for media in ({"contrast": "more"}, {"forced_colors": "active"}):
            page.emulate_media(**media)  # type: ignore[arg-type]
            page.keyboard.press("Tab")
            assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
            assert page.locator(".mark").first.is_visible()
        context.close()
