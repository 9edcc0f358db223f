"""Pages in Chromium: nothing overflows, nothing is refused, everything is reached by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PATHS = ("/", "/actors", "/centres", "/countries/FIN", "/search?q=sosiaali", "/sources", "/sources/sim",
         "/coverage", "/releases", "/dumps/1/", "/about", "/sparql", "/voc", "/voc/role", "/voc/role/lead",
         "/voc/nuts-2021", "/ns", "/shapes", "/nowhere")  # fmt: skip


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_no_page_scrolls_sideways_on_a_narrow_screen_or_breaks_its_own_policy(
    page: Page, demo_ids: dict[str, str], language: str
):
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: requests.append(request.url))
    page.set_viewport_size({"width": 320, "height": 800})
    for path in (*PATHS, *(f"/doc/{path}" for path in demo_ids.values())):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    assert [text for text in complaints if "404" not in text] == []
    assert {url.split("/")[2].split(":")[0] for url in requests} == {"127.0.0.1"}


def test_the_keyboard_reaches_content_search_and_notes(page: Page, demo_ids: dict[str, str]):
    page.goto(f"/doc/{demo_ids['thl']}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"

    reached = []
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.tagName"))
    assert "#s1" in reached
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_note_s_target_is_shown_when_its_mark_is_followed(page: Page, demo_ids: dict[str, str]):
    page.goto(f"/doc/{demo_ids['thl']}")
    page.locator("h1 .notes a").first.click()

    assert page.url.endswith("#s1")
    assert page.locator("#s1:target").is_visible()


def test_searching_leads_from_the_first_page_to_an_actor(page: Page):
    page.goto("/")
    page.get_by_role("combobox", name="Search").fill("kuntaliitto")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Suomen Kuntaliitto").first.click()

    assert page.get_by_role("heading", level=1).inner_text().startswith("Suomen Kuntaliitto")


def test_the_rest_of_a_long_list_opens_without_script(browser: Browser, address: str, demo_ids: dict[str, str]):
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="fi-FI")
    page = context.new_page()
    page.goto(f"/doc/{demo_ids['thl']}")
    more = page.get_by_text("Näytä kaikki").first
    hidden = page.locator("details.rest .partners li").first
    assert not hidden.is_visible()
    more.click()
    assert hidden.is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_light_and_dark(browser: Browser, address: str, scheme: str):
    context = browser.new_context(base_url=address, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/about")
    ink, paper, quiet, link = page.evaluate(
        """() => [["body", "color"], ["html", "backgroundColor"], [".foot", "color"], [".prose a", "color"]]
           .map(([where, what]) => getComputedStyle(document.querySelector(where))[what])"""
    )
    for text in (ink, quiet, link):
        assert _contrast(text, paper) >= 4.5
    context.close()


def _contrast(one: str, other: str) -> float:
    lights = sorted((_light(one), _light(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    numbers = [int(part) / 255 for part in colour.split("(")[1].rstrip(")").split(",")[:3]]
    linear = [n / 12.92 if n <= 0.04045 else ((n + 0.055) / 1.055) ** 2.4 for n in numbers]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
