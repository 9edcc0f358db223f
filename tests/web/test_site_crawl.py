"""A crawl of the whole demo site: nothing leads nowhere, every page says what it is, the sitemap knows them all."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urldefrag, urlsplit

import html5rdf
import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from talkoot.web.language import LANGUAGES
from tests.web.conftest import PAGE, Hand, an_actor
from tests.web.page_kinds import NOT_FOUND, in_language, page_kinds, sitemap

MOST_HTML, MOST_TITLE = 60_000, 1_000
SAMPLE = 250
"""How many addresses of data, and of filtered lists, are followed; pages are followed all."""
FOREIGN = (
    "img, script[src], iframe, object, embed, video, audio, source, "
    "link[rel=stylesheet], link[rel=icon], link[rel=preload], link[rel=modulepreload]"
)
NO_PAGES = ("/search", "/sparql", "/catalog", "/context.jsonld", "/.well-known/", "/id/", "/static/")


@dataclass
class Crawl:
    """What was found: broken things by page, and all addresses on this site."""

    pages: list[str]
    wrong: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)

    def look(self, path: str, html: str) -> None:
        """Note what is wrong with a page, and where it leads."""
        tree = LexborHTMLParser(html)
        head = {name: [one.attributes for one in tree.css(name)] for name in ("title", "link", "meta")}
        links = {one.get("hreflang") or one.get("rel"): one.get("href") or "" for one in head["link"]}
        said = {one.get("name"): one.get("content") or "" for one in head["meta"]}
        title = tree.css_first("title")
        if title is None or not title.text().removesuffix(" · Talkoot").strip() or len(title.text()) > MOST_TITLE:
            self.wrong.append(f"{path}: title")
        if len(said.get("description", "").strip()) < 5:
            self.wrong.append(f"{path}: description")
        if [one.get("rel") for one in head["link"]].count("canonical") != 1 or not links["canonical"].startswith(
            "http"
        ):
            self.wrong.append(f"{path}: canonical")
        for language in LANGUAGES:
            if parse_qs(urlsplit(links.get(language, "")).query).get("lang") != [language]:
                self.wrong.append(f"{path}: no link to {language}")
        if links.get("x-default") != links["canonical"]:
            self.wrong.append(f"{path}: x-default")
        if len(tree.css("h1")) != 1:
            self.wrong.append(f"{path}: {len(tree.css('h1'))} headings of the first order")
        for one in tree.css(FOREIGN):
            asset = one.attributes.get("src") or one.attributes.get("href") or ""
            if not asset.startswith("/static/"):
                self.wrong.append(f"{path}: asks for {asset}")
        ids = {one.attributes["id"] for one in tree.css("[id]")}
        for one in tree.css("a"):
            self._follow(path, one.attributes.get("href") or "", one.attributes.get("rel") or "", ids)

    def _follow(self, path: str, href: str, rel: str, ids: set[str | None]) -> None:
        address, anchor = urldefrag(href)
        if href.startswith(("http://", "https://", "mailto:")):
            if "external" not in rel and not href.startswith("mailto:"):
                self.wrong.append(f"{path}: {href} is not marked as leading outside")
        elif not address:
            if anchor not in ids:
                self.wrong.append(f"{path}: #{anchor} is not there")
        elif not address.startswith("/") or address.startswith("//"):
            self.wrong.append(f"{path}: leads to {href}")
        else:
            self.addresses.setdefault(address, path)


@pytest.fixture(scope="module")
def crawl(client: FlaskClient) -> Crawl:
    found = Crawl(sitemap(client))
    for path in found.pages:
        answer = client.get(path, headers=PAGE)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            found.wrong.append(f"{path}: {answer.status}")
            continue
        found.look(path, answer.get_data(as_text=True))
        if len(answer.data) > MOST_HTML and len(gzip.compress(answer.data, 6)) > MOST_HTML:
            found.wrong.append(f"{path}: heavier than {MOST_HTML} bytes")
    return found


def test_no_page_of_the_whole_site_lacks_what_it_must_say_or_leads_astray(crawl: Crawl):
    assert len(crawl.pages) > 5000
    assert crawl.wrong == []


def test_the_sitemap_lists_every_page_that_pages_lead_to_each_once(client: FlaskClient, crawl: Crawl):
    assert len(crawl.pages) == len(set(crawl.pages))
    strange = {address for address in crawl.addresses if "?" not in address} - set(crawl.pages)
    strange = {address for address in strange if not address.startswith(NO_PAGES)}
    formats = {address for address in strange if address.rpartition(".")[0] in crawl.pages}
    for address in sorted(strange - formats):
        with client.get(address, headers=PAGE) as answer:
            assert answer.mimetype != "text/html" or answer.status_code in (301, 303, 308), address


def test_data_filters_and_other_languages_that_pages_lead_to_are_there(client: FlaskClient, crawl: Crawl):
    others = sorted(set(crawl.addresses) - set(crawl.pages))
    chosen = random.Random(8).sample(others, min(SAMPLE, len(others)))
    lists = [address for address in others if "?" in address and "lang=" not in address]
    chosen += [address for address in lists if not address.startswith("/sparql")][:SAMPLE]
    for address in chosen:
        if address.startswith("/sparql?"):  # asks an engine, which is not here
            continue
        with client.get(address, headers=PAGE) as answer:
            assert answer.status_code in (200, 302, 303), (address, crawl.addresses[address])


def test_languages_lead_to_each_other_and_to_themselves(client: FlaskClient, demo_ids: dict[str, str]):
    for path in page_kinds(client, demo_ids):
        if path == NOT_FOUND:
            continue
        for language in LANGUAGES:
            html = client.get(in_language(path, language), headers=PAGE).get_data(as_text=True)
            tree = LexborHTMLParser(html)
            links = {one.attributes["hreflang"]: one.attributes["href"] for one in tree.css("link[hreflang]")}
            canonical = tree.css_first("link[rel=canonical]")
            assert set(links) == {*LANGUAGES, "x-default"}, path
            assert canonical is not None
            assert canonical.attributes["href"] == links[language], path


def mistakes(html: str) -> list[tuple[object, str]]:
    """Where markup breaks the rules by which browsers parse it."""
    parser = html5rdf.HTMLParser()
    parser.parse(html)
    return [(place, code) for place, code, _values in parser.errors]


def test_mistakes_in_markup_are_found():
    assert mistakes("<!doctype html><title>x</title><p>right</p>") == []
    assert mistakes("<!doctype html><title>x</title><p>wrong</div>")
    assert mistakes('<!doctype html><title>x</title><a id="a" id="b">wrong</a>')


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_markup_keeps_the_rules_of_html(client: FlaskClient, demo_ids: dict[str, str], language: str):
    paths = page_kinds(client, demo_ids) + random.Random(8).sample(sitemap(client), 15)
    for path in paths:
        html = client.get(in_language(path, language), headers=PAGE).get_data(as_text=True)
        assert mistakes(html) == [], path
        tree = LexborHTMLParser(html)
        ids = [one.attributes["id"] for one in tree.css("[id]")]
        assert len(ids) == len(set(ids)), path
        assert tree.css("a a, button a, a button, label label, [style], [onclick]") == [], path
        references = [word for name in ("aria-labelledby", "aria-describedby", "for", "aria-controls")
                      for one in tree.css(f"[{name}]") for word in (one.attributes[name] or "").split()]  # fmt: skip
        assert set(references) <= set(ids), path


def test_a_host_that_a_request_names_reaches_no_page_that_others_get(client: FlaskClient):
    html = client.get("/actors", headers={**PAGE, "Host": "evil.example"}).get_data(as_text=True)

    assert "evil.example" not in html


def test_a_sitemap_of_many_pages_is_parted(hand: Hand, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("talkoot.web.about.MOST_ADDRESSES", 10)
    hand.publish(1, an_actor("a", "Nimi"))
    client = hand.client()

    index = client.get("/sitemap.xml").get_data(as_text=True)
    parts = [line.split("</loc>")[0].rpartition("/")[2] for line in index.split("<loc>")[1:]]
    pages = [client.get(f"/{part}").get_data(as_text=True) for part in parts]

    assert "<sitemapindex" in index
    assert all(0 < page.count("<url>") <= 10 for page in pages)
    assert any("/doc/actor/a</loc>" in page for page in pages)
    assert client.get("/sitemap-99.xml").status_code == 404
