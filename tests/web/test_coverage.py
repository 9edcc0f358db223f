"""How much is here of what is known to exist, and what can be downloaded: pages for people, lists for programs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser
from pyoxigraph import Store

from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import PREFIXES
from talkoot.web.app import create_app
from tests.web.browsing import barriers
from tests.web.conftest import PAGE, an_actor

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.web.conftest import Hand
    from tests.web.conftest import Page as ReadPage

MEMBER_STATES = {
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN", "IRL", "ITA",
    "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
}  # fmt: skip
PAGES = ("/coverage", "/dumps/1/", "/releases", "/sources")


def cells(client: FlaskClient, path: str, row: str) -> list[str]:
    """The texts of the cells of the table row that holds a link or a name."""
    html = client.get(path, headers=PAGE).get_data(as_text=True)
    (found,) = [text for text in re.findall(r"<tr role=\"row\".*?</tr>", html, re.DOTALL) if row in text]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(r"<t[hd] .*?>(.*?)</t[hd]>", found, re.DOTALL)
    ]


def test_a_source_stands_with_what_is_here_what_is_known_to_exist_and_who_counted(client: FlaskClient) -> None:
    name, day, here, known, counted = cells(client, "/coverage", 'href="/sources/sim"')
    assert name.endswith("Social Innovation Match (SIM) European Union")
    assert (day, here, known) == ("October 2026", "687", "702")
    assert "October 2026" in counted


def test_a_source_whose_size_nobody_knows_says_so(client: FlaskClient) -> None:
    assert cells(client, "/coverage", 'href="/sources/centres"')[2:] == ["29", "not known", ""]


def test_every_member_state_stands_there_and_others_apart(client: FlaskClient) -> None:
    html = client.get("/coverage", headers=PAGE).get_data(as_text=True)
    members, others = html.partition('id="others"')[::2]
    assert set(re.findall(r'href="/countries/(\w+)"', members)) == MEMBER_STATES
    elsewhere = set(re.findall(r'href="/countries/(\w+)"', others))
    assert "GBR" in elsewhere
    assert not elsewhere & MEMBER_STATES


def test_the_numbers_of_a_country_are_those_of_the_lists_that_they_lead_to(
    client: FlaskClient, read: Callable[..., ReadPage]
) -> None:
    _, actors, solutions, _, centres, _ = cells(client, "/coverage", 'href="/countries/FIN"')
    assert centres == "1"
    for name, number in (("actors", actors), ("solutions", solutions)):
        assert f"/{name}?country=FIN" in read("/coverage").hrefs
        assert re.search(rf"\b{number}\b", read(f"/{name}?country=FIN").text)


def test_a_country_names_the_sources_that_feed_it_by_their_numbers(client: FlaskClient) -> None:
    html = client.get("/coverage", headers=PAGE).get_data(as_text=True)
    (row,) = [text for text in re.findall(r"<tr .*?</tr>", html, re.DOTALL) if 'href="/countries/MLT"' in text]
    assert re.findall(r'href="#source-([\w-]+)"', row) == ["sim"]


def test_a_country_of_which_nothing_is_here_is_marked(demo_settings: Settings, tmp_path_factory: Any) -> None:
    """With the centres alone, nothing is here of the three countries whose centres have no name yet."""
    from click.testing import CliRunner

    from talkoot.cli import main

    home = tmp_path_factory.mktemp("centres") / "var"
    for command in ("harvest centres", "publish"):
        result = CliRunner().invoke(main, [*command.split(), "--home", str(home)])
        assert result.exit_code == 0, result.output
    client = create_app(Settings(home=home)).test_client()
    for code in ("LUX", "MLT", "NLD"):
        assert cells(client, "/coverage", f'href="/countries/{code}"')[1:] == ["0", "0", "0", "0", "nothing here yet"]
    assert cells(client, "/coverage", 'href="/countries/AUT"')[-1] == "1"


def test_a_release_without_a_coverage_graph_still_has_the_page(hand: Hand) -> None:
    hand.publish(1, an_actor("a", "Toimija"))
    response = hand.client().get("/coverage", headers=PAGE)
    assert response.status_code == 200
    assert "before countries were counted" in response.get_data(as_text=True)


def test_the_query_behind_the_page_gives_its_numbers(client: FlaskClient, demo_settings: Settings) -> None:
    from urllib.parse import parse_qs, urlsplit

    html = client.get("/coverage", headers=PAGE).get_data(as_text=True)
    (address,) = re.findall(r'href="(/sparql\?query=[^"]+)"', html)
    (query,) = parse_qs(urlsplit(address).query)["query"]
    store = Store.read_only(str(demo_settings.current / "store"))
    rows = {(row["country"].value[-3:], row["what"].value.rpartition("#")[2]): row["number"].value
            for row in store.query(query, prefixes=PREFIXES)}  # fmt: skip
    _, actors, solutions, projects, centres, _ = cells(client, "/coverage", 'href="/countries/FIN"')
    wanted = {"actors": actors, "solutions": solutions, "projects": projects, "centres": centres}
    assert {name: rows["FIN", name] for name in wanted} == wanted


def test_the_page_is_led_to_from_sources_from_about_from_every_foot_and_from_the_sitemap(
    client: FlaskClient, read: Callable[..., ReadPage]
) -> None:
    for path in ("/", "/about", "/sources"):
        assert "/coverage" in read(path).hrefs
    assert "/coverage</loc>" in client.get("/sitemap.xml").get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Coverage", "not known", "Member states of the European Union", "open licences")),
        ("fi", ("Kattavuus", "ei tiedossa", "Euroopan unionin jäsenvaltiot", "avoimet lisenssit")),
        ("sv", ("Täckning", "inte känt", "Europeiska unionens medlemsstater", "öppna licenser")),
    ],
)
def test_the_pages_speak_the_reader_s_language(
    read: Callable[..., ReadPage], language: str, words: tuple[str, ...]
) -> None:
    text = read("/coverage", language).text + read("/dumps/1/", language).text
    for word in words:
        assert word in text


def test_the_files_of_a_release_are_listed_with_size_checksum_what_they_hold_and_terms(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/dumps/1/", headers={"Accept": "application/json"}).data)
    shown = set(manifest["files"]) - {"search.sqlite"}
    html = client.get("/dumps/1/", headers=PAGE).get_data(as_text=True)
    assert set(re.findall(r'href="/dumps/1/([^"?]+)"', html)) == shown | {"manifest.json"}
    for name in shown:
        file, holds, terms, size, checksum = cells(client, "/dumps/1/", f'href="/dumps/1/{name}"')
        assert (file, checksum) == (name, manifest["files"][name]["sha256"])
        assert size.replace(",", "") == str(manifest["files"][name]["bytes"])
        assert holds
        assert terms == (
            "" if not name.endswith(".gz") else
            "open licences; each record names its own" if name == "graph-open.nq.gz" else "each source’s terms"
        )  # fmt: skip


def test_every_listed_file_comes_as_it_is_listed(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/dumps/1/", headers={"Accept": "application/json"}).data)
    for name in set(manifest["files"]) - {"search.sqlite"}:
        with client.get(f"/dumps/1/{name}") as response:
            assert response.status_code == 200, name
            assert hashlib.sha256(response.data).hexdigest() == manifest["files"][name]["sha256"]
            assert "immutable" in response.headers["Cache-Control"]


def test_programs_get_the_manifest_and_neither_answer_is_taken_for_the_other(client: FlaskClient) -> None:
    one, other = (client.get("/dumps/1/", headers={"Accept": accept}) for accept in ("application/json", "text/html"))
    assert (one.mimetype, other.mimetype) == ("application/json", "text/html")
    assert "Accept" in one.headers["Vary"]
    assert "Accept" in other.headers["Vary"]
    assert one.headers["ETag"] != other.headers["ETag"]
    again = client.get("/dumps/1/", headers={"Accept": "application/json", "If-None-Match": one.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/dumps/1/", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", ["/dumps/7/", "/dumps/7/graph.nq.gz", "/dumps/1/other.gz", "/dumps/1/search.sqlite"])
def test_a_release_or_a_file_that_is_not_there_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert json.loads(response.data)["type"] == "/problems/not-found"


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_there_is_no_barrier_in_any_language(browser: Browser, address: str, language: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for scheme, width in (("light", 1440), ("dark", 320)):
        context = browser.new_context(
            base_url=address,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
        )
        page = context.new_page()
        for path in PAGES:
            page.goto(f"{path}?lang={language}")
            assert barriers(axe, page) == [], path
        context.close()
