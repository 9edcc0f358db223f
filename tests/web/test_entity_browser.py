"""Pages of things in Chromium, with a mail address set: lists, statements, strange names, narrow screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from tests.web.browsing import served
from tests.web.conftest import Hand, an_actor
from tests.web.test_pages_hostile import NAMES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(demo_settings: Settings) -> Iterator[str]:
    settings = Settings(home=demo_settings.home, report_to="steward@example.org")
    with served(lambda host: create_app(settings)) as address:
        yield address


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_things_fit_the_screen_and_their_own_policy(
    browser: Browser, address: str, demo_ids: dict[str, str], width: int, scheme: str
):
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    thl, programme = demo_ids["thl"], demo_ids["programme"]
    for path in (thl, f"{thl}?list=statements", f"{thl}?list=works-with", f"{programme}?list=tk:fundedUnder"):
        page.goto(f"{address}/doc/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert complaints == []
    page.close()


def test_strange_names_fit_a_narrow_screen_and_run_nothing(browser: Browser, hand: Hand):
    hand.publish(1, [quad for number, name in enumerate(NAMES) for quad in an_actor(f"a{number}", name)])
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    with served(lambda host: create_app(hand.settings)) as address:
        for number in range(len(NAMES)):
            for more in ("", "?list=statements"):
                page.goto(f"{address}/doc/actor/a{number}{more}")
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (number, more)
    page.close()


def test_each_bar_of_the_time_line_starts_where_its_years_start(
    browser: Browser, address: str, demo_ids: dict[str, str]
):
    page = browser.new_page()
    page.goto(f"{address}/doc/{demo_ids['thl']}")
    rows = page.locator(".timeline li")
    place = "one => Math.round(one.getBoundingClientRect().x)"
    starts = [(row.locator(".when").inner_text()[:4], row.locator("rect").evaluate(place)) for row in rows.all()]
    assert starts == sorted(starts)
    assert len({place for _, place in starts}) == len({year for year, _ in starts}) > 2
    page.close()
