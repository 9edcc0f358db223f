"""Journeys of people through the site, each in a language, from what they know to what they came for."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """A reader of a language at the first page; what lies outside is answered with an empty page of this machine."""
    contexts = []

    def open_in(locale: str) -> Page:
        context = browser.new_context(base_url=address, locale=locale)
        contexts.append(context)

        def outside(route: Route) -> None:
            route.fulfill(content_type="text/html", body="<title>outside</title>")

        context.route(lambda url: not url.startswith(address), outside)
        page = context.new_page()
        page.goto("/")
        return page

    yield open_in
    for context in contexts:
        context.close()


def test_an_english_reader_finds_the_centre_of_portugal_and_where_to_write_to_it(reader: Callable[[str], Page]):
    page = reader("en-GB")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Centres").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Portugal"))
    row.get_by_role("cell").first.get_by_role("link").first.click()

    assert "Portugal" in page.locator(".kind").inner_text()
    page.get_by_label("Facts").locator("a.out").first.click()
    assert page.title() == "outside"
    assert urlsplit(page.url).scheme == "https"


def test_a_finnish_reader_goes_from_a_problem_to_solutions_tried_in_two_countries(reader: Callable[[str], Page]):
    page = reader("fi-FI")
    page.get_by_role("combobox").fill("pitkäaikaistyöttömät nuoret")
    page.keyboard.press("Enter")
    results = page.get_by_role("main").locator(".results")
    for country in ("Ranska", "Ruotsi"):
        page.get_by_role("navigation", name="Rajaa").get_by_text("Maa", exact=True).click()
        page.get_by_role("link", name=country, exact=True).click()
        places = results.locator(".places").all_inner_texts()
        assert places
        assert all(country in place for place in places)
        results.get_by_role("link").first.click()

        assert page.locator(".kind").inner_text().strip() == f"Ratkaisu · {country}"
        facts = page.get_by_label("Tiedot").inner_text()
        assert "Pitkäaikaisesti tai toistuvasti työttömät" in facts
        assert "Koulutuksen ja työelämän ulkopuolella olevat" in facts
        page.go_back()
        page.get_by_role("link", name=f"{country}: valittu").last.click()
        assert len(set(results.locator(".places").all_inner_texts())) > 1


def test_a_swedish_reader_takes_a_list_to_a_spreadsheet(reader: Callable[[str], Page]):
    page = reader("sv-SE")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Lösningar").click()
    page.get_by_role("navigation", name="Efter land").get_by_role("link", name="Sverige").click()
    listed = page.locator(".names a")
    shown = {one.evaluate("link => link.pathname.slice(5)"): one.inner_text() for one in listed.all()}
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    content = download.value.path().read_bytes()
    assert download.value.suggested_filename.endswith(".csv")
    assert content.startswith(b"\xef\xbb\xbf")  # by which Excel knows that the text is UTF-8
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert len(rows) == len(shown) == int(page.locator("h1 .count").inner_text())
    for row in rows:
        name = shown.pop(row["iri"].partition("/id/")[2])
        assert name == row["name"] or f"{name} (" in row["other languages"]
        assert "SWE" in row["countries"].split()
        assert not [cell for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert any(not row["name"].isascii() for row in rows)


def test_a_finnish_reader_goes_from_thl_to_its_partners_abroad_and_back_to_what_they_share(
    reader: Callable[[str], Page],
):
    page = reader("fi-FI")
    page.get_by_role("combobox").fill("terveyden ja hyvinvoinnin laitos")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Terveyden ja hyvinvoinnin laitos").first.click()
    partners = page.get_by_role("region", name="Yhteistyössä")
    partners.get_by_text("Näytä kaikki").click()
    abroad = partners.get_by_role("listitem").filter(has_text="Belgia").first
    shared = abroad.locator(".shared a").first.inner_text()
    abroad.get_by_role("link").first.click()

    assert "Belgia" in page.locator(".kind").inner_text()
    page.get_by_role("link", name=shared).first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith(shared)


def test_a_swedish_reader_follows_a_statement_to_the_page_that_says_it(reader: Callable[[str], Page]):
    page = reader("sv-SE")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Projekt").click()
    page.get_by_role("link", name="INSISST").first.click()
    mark = page.locator("table .notes a").first
    number = mark.inner_text()
    mark.click()

    note = page.locator(f"#s{number}")
    assert note.evaluate("one => one.matches(':target')")
    assert "uppgift från" in note.inner_text()
    source = note.locator("a.out").first
    wanted = source.get_attribute("href")
    source.click()
    assert page.title() == "outside"
    assert page.url.rstrip("/") == (wanted or "").rstrip("/")
