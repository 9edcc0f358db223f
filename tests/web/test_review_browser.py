"""The steward's desk in Chromium: by keyboard alone, without script, narrow, and without barriers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from talkoot.graph.identity.decisions import in_force, read_decisions
from talkoot.web.review.app import create_desk_app
from tests.review_home import ReviewHome, alike
from tests.web.browsing import served

pytestmark = pytest.mark.browser

TOKEN = "made-up-token"
PAIRS = 50


@pytest.fixture
def home(tmp_path: Path) -> ReviewHome:
    made = ReviewHome(tmp_path / "home")
    alike(made, PAIRS + 2)
    return made


@pytest.fixture
def address(home: ReviewHome) -> Iterator[str]:
    with served(lambda host: create_desk_app(home.desk(), TOKEN, {host})) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="en-GB")
    page = context.new_page()
    log_in(page)
    yield page
    context.close()


def log_in(page: Page) -> None:
    page.goto("/")
    page.locator("#token:focus").wait_for()  # nobody has to look for the field
    page.keyboard.type(TOKEN)
    press(page, "Enter")
    assert page.get_by_role("heading", name="Pairs to judge").is_visible()


def press(page: Page, key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def standing(home: ReviewHome) -> dict[tuple[str, str], str]:
    return {pair: row.judgement for pair, row in in_force(read_decisions(home.decisions)).items()}


def test_fifty_pairs_are_judged_undone_and_judged_again_by_keyboard_alone(page: Page, home: ReviewHome) -> None:
    asked = [ask[:2] for ask in home.desk().queue]
    assert len(asked) == PAIRS + 2
    keys = ("same", "different", "unsure", "part of")
    press(page, "k")
    for number in range(PAIRS):
        press(page, keys[number % 4][0])
        press(page, "z")
        assert page.get_by_text("In force").count() == 0
        press(page, keys[(number + 1) % 4][0])
    expected = {pair: keys[(number + 1) % 4] for number, pair in enumerate(asked[:PAIRS])}
    assert standing(home) == expected
    rows = read_decisions(home.decisions)
    assert len(rows) == 3 * PAIRS
    assert {row.author_id for row in rows} == {"steward-1"}
    assert page.get_by_text("2 waiting").is_visible()


def test_a_reason_is_typed_without_judging_and_a_second_press_judges_nothing(page: Page, home: ReviewHome) -> None:
    press(page, "k")
    page.keyboard.press("r")
    page.keyboard.type("same seat, undisputed")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert standing(home) == {}
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("d")
        page.keyboard.press("d")
    assert [row.evidence.partition(";")[0] for row in read_decisions(home.decisions)] == ["same seat, undisputed"]
    assert page.get_by_role("status").inner_text().count("different") == 1


def test_keys_can_be_switched_off(page: Page, home: ReviewHome) -> None:
    page.get_by_label("One key for each button").uncheck()
    page.get_by_role("link", name="Begin with the first").click()
    page.keyboard.press("s")
    page.wait_for_timeout(300)
    assert standing(home) == {}


def test_everything_works_by_tab_and_enter_without_script(browser: Browser, address: str, home: ReviewHome) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    log_in(page)

    def follow(word: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and focused.inner_text().startswith(word):
                break
        press(page, "Enter")

    follow("Begin with the first")
    follow("Different")
    (row,) = read_decisions(home.decisions)
    follow("Undo")
    assert standing(home) == {}
    follow("Same")
    assert standing(home) == {row.pair: "same"}
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    browser: Browser, address: str, home: ReviewHome, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = browser.new_context(
        base_url=address,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},  # type: ignore[arg-type]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    def look() -> None:
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, page.url

    page.goto("/")
    look()
    log_in(page)
    look()
    press(page, "k")
    look()
    press(page, "s")
    look()
    (row,) = read_decisions(home.decisions)
    for path in (f"/cluster?of={row.subject_id}", f"/pair?one={row.subject_id}&other={row.object_id}"):
        page.goto(path)
        look()
    assert complaints == []
    page.goto("/pair?one=x&other=y")
    look()
    context.close()
