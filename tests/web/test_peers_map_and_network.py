"""Map and network do what they should among their peers: a test for each cell of the comparison, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from tests.web.conftest import PAGE
from tests.web.test_ways_in import PATHS


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if address not in request.url else None)
    yield page
    context.close()
    assert complaints == []


def test_a3_map(client: FlaskClient, demo_ids: dict[str, str]):
    """An entity's page leads to its place on the map, which says how exact it is."""
    html = client.get(f"/doc/{demo_ids['thl']}", headers=PAGE).get_data(as_text=True)
    assert 'href="/map?country=FIN"' in html

    there = client.get("/map?country=FIN", headers=PAGE).get_data(as_text=True)
    assert 'class="outline-map"' in there
    assert "A circle stands in the middle of its country" in there


def test_a3_network_and_table(client: FlaskClient, demo_ids: dict[str, str]):
    """An entity's network is a drawing and, beside it, the same as a table."""
    html = client.get(f"/network?of={demo_ids['thl']}", headers=PAGE).get_data(as_text=True)

    assert 'class="network-drawing"' in html
    assert "Diakonia-ammattikorkeakoulu" in html.split("<table")[1]


def test_a4_map_search_box(client: FlaskClient):
    north = client.get("/map?box=18,59,32,70.5", headers=PAGE).get_data(as_text=True)

    assert 'href="/map?country=FIN"' in north
    assert 'href="/map?country=POL"' not in north


def test_a4_map_search_clusters(client: FlaskClient):
    """Made on the server: without script too, a circle of several countries leads to where they are apart."""
    html = client.get("/map", headers=PAGE).get_data(as_text=True)

    (drawing,) = re.findall(r'<svg class="outline-map".*?</svg>', html, re.DOTALL)
    boxes = re.findall(r'<a href="(/map\?box=[^"]+)" aria-label="([^:]+): ', drawing)
    assert boxes
    for href, names in boxes:
        nearer = client.get(href, headers=PAGE).get_data(as_text=True)
        (apart,) = re.findall(r'<svg class="outline-map".*?</svg>', nearer, re.DOTALL)
        assert all(f'aria-label="{name}: ' in apart for name in names.split(", ")), names


def test_a4_map_search_list(client: FlaskClient):
    html = client.get("/map?kind=solutions&country=FIN", headers=PAGE).get_data(as_text=True)

    assert html.split('id="there"')[1].count("<li>") > 20


@pytest.mark.browser
def test_a4_map_works_without_javascript(browser: Browser, address: str):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto("/map")
    page.get_by_role("link", name="Poland: ").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/map?country=POL")
    assert page.get_by_role("heading", level=1).inner_text() == "Map: Actors, Poland"
    context.close()


@pytest.mark.browser
def test_a4_map_moves_and_table_and_address_follow(page: Page):
    page.goto("/map")
    page.locator(".leaflet-container").wait_for()
    countries = page.locator("#found tbody tr").count()
    page.get_by_role("button", name="Zoom in").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    page.wait_for_url("**box=**")

    assert 0 < page.locator("#found tbody tr").count() < countries
    shown = page.locator("#found tbody tr").count()
    page.reload()
    page.locator(".leaflet-container").wait_for()
    assert page.locator("#found tbody tr").count() == shown


@pytest.mark.browser
def test_a4_map_is_used_by_keyboard(page: Page):
    page.goto("/map")
    circle = page.locator(".leaflet-marker-icon[title^='Poland']")
    circle.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/map?country=POL")


@pytest.mark.browser
def test_a3_network_is_walked_by_keyboard(page: Page, demo_ids: dict[str, str]):
    page.goto(f"/network?of={demo_ids['thl']}")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#network [role=status]").inner_text().startswith("Terveyden ja hyvinvoinnin laitos, Finland")
    page.keyboard.press("ArrowRight")
    second = page.locator(".numbered li").nth(1).get_by_role("link").first
    assert page.locator("#network [role=status]").inner_text().startswith(second.inner_text())
    target = second.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")


@pytest.mark.browser
def test_a3_network_s_library_is_loaded_on_that_page_only(page: Page, demo_ids: dict[str, str]):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/map", "/countries/FIN", f"/doc/{demo_ids['thl']}"):
        page.goto(path, wait_until="networkidle")
    assert not any("cytoscape" in url for url in asked)
    page.goto("/network?of=FIN", wait_until="networkidle")
    assert any("cytoscape" in url for url in asked)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_no_way_in_scrolls_sideways_on_a_narrow_screen(page: Page, demo_ids: dict[str, str], language: str):
    page.set_viewport_size({"width": 320, "height": 800})
    for path in ("/", *PATHS, f"/network?of={demo_ids['thl']}"):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}", wait_until="networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
