"""The pages over the whole demo, made once, and over small releases made by hand."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, serialize

from talkoot.cli import main
from talkoot.graph.search_index import build_search_index
from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import DCT, FOAF, ORG, PREFIXES, PROV, RDF, SKOS, TALKOOT, TK, VOC
from talkoot.web.app import create_app
from tests.web.browsing import ARGUMENTS, served

ID = f"{TALKOOT}id/"
PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="session")
def demo_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose home has the demo's release."""
    home = tmp_path_factory.mktemp("pages") / "var"
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--home", str(home)])
    assert result.exit_code == 0, result.output
    return Settings(home=home)


@pytest.fixture(scope="session")
def demo_ids(demo_settings: Settings) -> dict[str, str]:
    """The paths of the things that tests look at."""
    store = Store.read_only(str(demo_settings.current / "store"))
    prefixes = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())

    def one(pattern: str) -> str:
        return next(iter(store.query(f"{prefixes} SELECT ?x {{ {pattern} }}")))["x"].value.removeprefix(ID)

    return {
        "thl": one('?x skos:prefLabel "Terveyden ja hyvinvoinnin laitos"@fi'),
        "centre": one("?x a tk:CompetenceCentre ; tk:designatedFor country:FIN"),
        "pilot": one('?x a tk:Project ; dct:title ?t FILTER CONTAINS(?t, "osaamiskeskuksen valmistelu ja pilotointi")'),
        "programme": one("?use tk:fundedUnder ?x . ?use a tk:Implementation"),
        "collection": one("?x a prov:Collection"),
        "use": one("?x a tk:Implementation"),
        "used": one("?use tk:implements ?x"),
        "solution": one('?x a tk:Solution ; dct:title "Tus Nua"'),
        "greek": one("?x a tk:CompetenceCentre ; tk:designatedFor country:GRC"),
        "source entity": one(f'GRAPH ?g {{ ?x a tk:Project }} FILTER STRSTARTS(STR(?x), "{ID}src/seed-project")'),
    }


@pytest.fixture(scope="session")
def client(demo_settings: Settings) -> FlaskClient:
    """A client of the pages over the demo, without query readers."""
    app = create_app(demo_settings)
    app.testing = True
    return app.test_client(use_cookies=False)


@pytest.fixture(scope="module")
def address(demo_settings: Settings) -> Iterator[str]:
    """The address at which the pages over the demo are served to a browser, without query readers."""
    with served(lambda host: create_app(demo_settings)) as address:
        yield address


@dataclass
class Hand:
    """A home whose releases are made by hand."""

    home: Path
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home)

    def client(self) -> FlaskClient:
        """A client of pages over this home."""
        app = create_app(self.settings)
        app.testing = True
        return app.test_client(use_cookies=False)

    def publish(self, number: int, quads: Iterable[Quad], *, terms: str = "") -> None:
        """Make a release of these quads the current one."""
        folder = self.settings.releases / str(number)
        folder.mkdir(parents=True)
        store = Store(str(folder / "store"))
        store.bulk_extend(list(quads))
        store.flush()
        quads = list(store)
        (folder / "graph.nq.gz").write_bytes(gzip.compress(serialize(quads, format=RdfFormat.N_QUADS)))
        merged = [quad.triple for quad in quads if not isinstance(quad.graph_name, NamedNode)]
        kinds = build_search_index(folder / "search.sqlite", merged, TALKOOT)
        source = {
            "id": "hand", "title": "By <b>hand</b>", "publisher": "Tests", "publisher_page": "javascript:alert(1)",
            "country": "FI", "licence": "unknown", "terms": terms, "frequency": "once", "obtained": "page",
            "as_of": "2020", "precedence": 1, "personal_data": False, "known_to_exist": None, "records": 1,
            "last_run": None, "issues": [],
        }  # fmt: skip
        (folder / "sources.json").write_text(json.dumps([source]))
        (folder / "records.tsv").write_text("hand\trecord\tabc\n")
        (folder / "void.ttl").write_text("")
        manifest = {
            "number": number, "base": TALKOOT, "published": f"2024-01-0{number}T00:00:00Z", "quads": len(quads),
            "records": 1, "kinds": kinds, "files": {}, "changes": {}, "sources": {}, "accepted_losses": [],
            "versions": {"talkoot": "0", "ontology": "0"},
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest))
        link = self.home / "next"
        link.symlink_to(folder)
        link.replace(self.settings.current)


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    """An empty home for releases made by hand."""
    return Hand(tmp_path / "var")


def an_actor(key: str, name: str, *, page: str = "https://example.org/page", as_of: str = "2020-05") -> list[Quad]:
    """An actor with one record behind it."""
    actor, entity = NamedNode(f"{ID}actor/{key}"), NamedNode(f"{ID}src/hand/actor/{key}")
    graph = NamedNode(f"{TALKOOT}graph/hand/{key}")
    prov, identity = NamedNode(f"{TALKOOT}graph/prov"), NamedNode(f"{TALKOOT}graph/identity")
    label = Literal(name, language="fi")
    return [
        Quad(actor, RDF["type"], ORG["Organization"]),
        Quad(actor, SKOS["prefLabel"], label),
        Quad(actor, DCT["source"], graph),
        Quad(entity, RDF["type"], ORG["Organization"], graph),
        Quad(entity, SKOS["prefLabel"], label, graph),
        Quad(entity, TK["viewOf"], actor, identity),
        Quad(graph, PROV["wasDerivedFrom"], NamedNode(page), prov),
        Quad(graph, FOAF["primaryTopic"], NamedNode(page), prov),
        Quad(graph, DCT["isPartOf"], NamedNode(f"{TALKOOT}sources/hand"), prov),
        Quad(graph, DCT["type"], VOC["how-obtained/page"], prov),
        Quad(graph, DCT["issued"], Literal(as_of), prov),
    ]


class Page(HTMLParser):
    """A page taken apart: links, ids, assets, texts by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.assets: list[str] = []
        self.ids: list[str] = []
        self.html: dict[str, str] = {}
        self.headings: list[str] = []
        self.scripts = 0
        self.handlers: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.handlers += [name for name in values if name.startswith("on") or name == "style"]
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html":
            self.html = values
        if tag == "a":
            self.links.append(values)
        if tag == "link":
            self.assets += [values["href"]] if values.get("rel") in ("stylesheet", "icon") else []
        if tag == "script" and values.get("type") == "application/ld+json":  # data, which no browser runs
            tag = "data"
        if tag in ("img", "script", "iframe", "object", "embed", "video", "audio", "source"):
            self.assets.append(values.get("src", ""))
        if tag == "script" and not values.get("src", "").startswith("/static/"):  # ours may be there
            self.scripts += 1
        if tag in ("h1", "h2"):
            self.headings.append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.headings and {"h1", "h2"} & set(self._open):
            self.headings[-1] += data

    @property
    def hrefs(self) -> list[str]:
        return [link.get("href", "") for link in self.links]


@pytest.fixture
def read(client: FlaskClient) -> Callable[..., Page]:
    """Read a page of the demo."""

    def get(path: str, language: str = "en") -> Page:
        response = client.get(path, headers={**PAGE, "Accept-Language": language})
        assert response.status_code == 200, (path, response.status_code)
        return Page(response.get_data(as_text=True))

    return get


@pytest.fixture(scope="session")
def chromium() -> str:
    """Chromium's path; tests that need it are skipped without."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (make system-packages)")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, started once for a file of tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()
