"""The query page in a browser: the form, the examples, results as a table, mistakes with their place."""

from __future__ import annotations

import csv
import html as html_text
import io
import json
import re
import subprocess
import sys
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from talkoot.graph.engine.keeper import ReleaseKeeper
from talkoot.graph.rdf_files import release_of_files
from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import PREFIXES, RDFS, SH
from talkoot.web.app import create_app
from talkoot.web.problem import problem_types
from talkoot.web.responses import CONTENT_SECURITY_POLICY
from talkoot.web.sparql_help import EXAMPLES, gallery
from tests.graph.engine.releases import ENDLESS
from tests.web.browsing import served
from tests.web.conftest import ID, PAGE, Hand, Page, an_actor

CENTRES = "SELECT ?centre ?place { ?centre <https://w3id.org/talkoot/ns#designatedFor> ?place }"


@pytest.fixture(scope="module")
def asking(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of pages with query readers behind them."""
    run_dir = tmp_path_factory.mktemp("run")
    with ReleaseKeeper(demo_settings.home, run_dir, demo_settings) as keeper:
        assert keeper.wait_until_ready(30)
        app = create_app(demo_settings, run_dir)
        app.testing = True
        client = app.test_client(use_cookies=False)
        yield client


@pytest.fixture
def address(asking: FlaskClient) -> Iterator[str]:
    """The address at which the pages are served to other programs."""
    with served(lambda host: asking.application) as address:
        yield address


def ask(client: FlaskClient, query: str, extra: str = "") -> tuple[int, str]:
    response = client.get(f"/sparql?query={quote(query)}{extra}", headers=PAGE)
    return response.status_code, response.get_data(as_text=True)


def test_the_form_comes_with_a_query_and_the_gallery(client: FlaskClient):
    page = Page(client.get("/sparql", headers=PAGE).get_data(as_text=True))

    assert "designatedFor" in page.text
    assert [href for href in page.hrefs if href.startswith("/sparql?example=")] == [
        f"/sparql?example={name}" for name in gallery()
    ]
    assert "hasRole" in client.get("/sparql?example=pilot", headers=PAGE).get_data(as_text=True)
    assert "designatedFor" in client.get("/sparql?example=nothing", headers=PAGE).get_data(as_text=True)


@pytest.mark.parametrize("name", gallery())
def test_a2_examples_each_run_and_give_rows_and_open_at_an_address_of_their_own(asking: FlaskClient, name: str):
    response = asking.get(f"/sparql?example={name}", headers=PAGE)
    html = response.get_data(as_text=True)

    assert response.status_code == 200
    assert html.count("<tr>") > 2
    assert "No row fits the query." not in html
    assert html_text.escape(gallery()[name]["query"].split("SELECT")[1].split("\n")[0].strip(), quote=False) in html


def test_a2_examples_are_those_of_the_ontology_that_the_demo_answers_and_six_more():
    assert [name for name in gallery() if not name.startswith("CQ")] == list(EXAMPLES)
    assert len(gallery()) == 16


@pytest.mark.parametrize(("language", "sentence"), [
    ("en", "Which organisation is the national competence centre in each country"),
    ("fi", "Mikä organisaatio on kunkin maan kansallinen osaamiskeskus"),
    ("sv", "Vilken organisation är nationellt kompetenscenter i varje land"),
])  # fmt: skip
def test_a2_examples_say_what_they_answer_in_the_reader_s_language(client: FlaskClient, language: str, sentence: str):
    html = client.get("/sparql", headers={**PAGE, "Accept-Language": language}).get_data(as_text=True)

    assert sentence in html
    for item in gallery().values():
        assert set(item) >= {"en", "fi", "sv"}


def test_a2_examples_are_described_in_shacl(client: FlaskClient):
    response = client.get("/sparql/examples.ttl")
    quads = list(parse(response.data, RdfFormat.TURTLE))

    assert response.mimetype == "text/turtle"
    selects = {quad.subject.value: quad.object.value for quad in quads if quad.predicate == SH["select"]}
    assert selects == {
        f"https://w3id.org/talkoot/sparql?example={name}": item["query"] for name, item in gallery().items()
    }
    comments = [quad.object.language for quad in quads if quad.predicate == RDFS["comment"]]
    assert sorted(comments) == sorted(["en", "fi", "sv"] * len(gallery()))


def test_the_pilot_example_gives_seven_rows_and_the_centres_twenty_six(asking: FlaskClient):
    assert "7 rows." in asking.get("/sparql?example=pilot", headers=PAGE).get_data(as_text=True)
    assert "26 rows." in asking.get("/sparql?example=centres", headers=PAGE).get_data(as_text=True)


def test_results_are_a_table_with_names_beside_addresses(asking: FlaskClient):
    status, html = ask(asking, CENTRES, "&format=html")

    assert status == 200
    assert '<th scope="col">centre</th>' in html
    assert "Sosiaalisten innovaatioiden osaamiskeskus</bdi></a>" in html
    assert "country:FIN" in html
    page = Page(html)
    assert f"/sparql?query={quote(CENTRES, safe='')}&format=csv" in page.hrefs


def test_a_long_result_is_cut_at_five_hundred_rows_and_says_so(asking: FlaskClient):
    html = ask(asking, "SELECT * { ?s ?p ?o } LIMIT 2000")[1]

    assert html.count("<tr>") == 501
    assert "These are the first 500 rows; there are more." in html


def test_exactly_five_hundred_rows_are_all_there(asking: FlaskClient):
    html = ask(asking, "SELECT * { ?s ?p ?o } LIMIT 500")[1]

    assert "500 rows." in html
    assert "there are more" not in html


def test_a_yes_or_no_question_and_a_graph_are_shown_too(asking: FlaskClient):
    assert '<p class="verdict">Yes</p>' in ask(asking, "ASK { ?s ?p ?o }")[1]
    assert '<p class="verdict">No</p>' in ask(asking, "ASK { ?s ?s ?s }")[1]
    assert "&lt;" in ask(asking, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3")[1]


def test_a_query_without_result_says_so(asking: FlaskClient):
    assert "No row fits the query." in ask(asking, "SELECT * { ?s ?s ?s }")[1]


def test_a_mistake_is_shown_with_its_place_and_what_to_do(asking: FlaskClient):
    status, html = ask(asking, "SELECT ?a WHERE { ?a skos:prefLabel ?b")

    assert status == 400
    assert "Line 1, column" in html
    assert "^" in html.split('class="excerpt"')[1].split("</pre>")[0]
    assert "SELECT ?a WHERE" in html.split("<textarea")[1]


def test_updates_and_services_are_refused_in_a_sentence(asking: FlaskClient):
    for query in ("DELETE WHERE { ?s ?p ?o }", "SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }"):
        status, html = ask(asking, query)
        assert status >= 400
        assert 'role="alert"' in html


@pytest.mark.parametrize("thing", ["thl", "centre", "pilot", "solution", "programme", "collection", "use", "used"])
def test_the_query_behind_a_page_runs_and_gives_rows(asking: FlaskClient, demo_ids: dict[str, str], thing: str):
    links = Page(asking.get(f"/doc/{demo_ids[thing]}", headers=PAGE).get_data(as_text=True)).hrefs
    behind = next(href for href in links if href.startswith("/sparql?query="))
    html = asking.get(behind, headers=PAGE).get_data(as_text=True)

    assert html.count("<tr>") > 1
    assert "No row fits the query." not in html


def test_values_of_a_result_stay_text(asking: FlaskClient):
    query = 'SELECT ("<script>alert(1)</script>" AS ?a) (IRI("javascript:alert(1)") AS ?b) ("a\\tb\\nc" AS ?c) {}'
    html = ask(asking, query)[1]
    page = Page(html)

    assert page.scripts == 0
    assert "<script>alert(1)</script>" in page.text
    assert not [href for href in page.hrefs if href.startswith("javascript")]


def test_programs_still_get_data_from_the_same_address(asking: FlaskClient):
    response = asking.get(f"/sparql?query={quote(CENTRES)}", headers={"Accept": "text/csv"})

    assert response.mimetype == "text/csv"
    assert len(response.get_data(as_text=True).splitlines()) == 27


def test_without_readers_the_page_says_that_no_query_can_run(client: FlaskClient):
    status, html = ask(client, CENTRES)

    assert status == 503
    assert problem_types()["engine-unavailable"].title in html


def test_the_query_page_runs_its_own_scripts_and_no_others(client: FlaskClient):
    response = client.get("/sparql", headers=PAGE)
    page = Page(response.get_data(as_text=True))

    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "script-src 'self'; connect-src 'self'" in CONTENT_SECURITY_POLICY
    assert page.scripts == 0
    assert [name for name in page.assets if name.endswith(".js")] != []


def test_scripts_come_packed_and_may_be_kept_for_ever_under_the_address_of_their_contents(client: FlaskClient):
    page = Page(client.get("/sparql", headers=PAGE).get_data(as_text=True))
    (path,) = (name for name in page.assets if name.endswith("/query.js"))
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})

    assert packed.mimetype == "text/javascript"
    assert "immutable" in packed.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert zlib.decompress(packed.data, 31) == client.get(path, headers={"Accept-Encoding": "br, gzip;q=0"}).data
    version = path.split("/")[2]
    for inside in ("vendor/codemirror.js", "vendor/leaflet.css", "vendor/countries.json"):
        assert client.get(f"/static/{version}/{inside}").status_code == 200
    for outside in ("vendor", "vendor/licences/leaflet.txt", "vendor/../../about.py", "..%2fabout.py"):
        assert client.get(f"/static/{version}/{outside}").status_code == 404


def test_a2_completion_from_our_void_counts_what_the_release_holds_and_names_it(client: FlaskClient):
    page = client.get("/sparql", headers=PAGE).get_data(as_text=True)
    path = page.split('data-completions="')[1].split('"')[0]
    response = client.get(path)
    found = response.get_json()
    terms = {term["name"]: term for term in found["terms"]}

    assert "immutable" in response.headers["Cache-Control"]
    assert "immutable" not in client.get("/sparql/completions.json").headers["Cache-Control"]
    assert found["prefixes"] == PREFIXES
    assert terms["tk:CompetenceCentre"] == {
        "name": "tk:CompetenceCentre", "kind": "class", "uses": 26, "labels": terms["tk:CompetenceCentre"]["labels"],
    }  # fmt: skip
    assert terms["tk:CompetenceCentre"]["labels"].keys() >= {"en", "fi", "sv"}
    assert terms["tk:hasRole"]["kind"] == "property"
    assert "tk:playsRole" not in terms
    uses = [term["uses"] for term in found["terms"]]
    assert uses == sorted(uses, reverse=True)
    assert min(uses) > 0


def test_a2_completion_from_our_void_has_nothing_where_a_release_has_no_void(hand: Hand):
    hand.publish(1, an_actor("a", "Yksi"))

    assert hand.client().get("/sparql/completions.json").get_json() == {"prefixes": PREFIXES, "terms": []}


def test_things_are_suggested_by_name_whatever_case_accents_or_language(client: FlaskClient, demo_ids: dict[str, str]):
    for words in ("terveyden ja hyv", "THL", "TÉRVEYDEN hyvinv"):
        found = client.get(f"/sparql/suggest?q={quote(words)}").get_json()
        assert f"{ID}{demo_ids['thl']}" in [row["iri"] for row in found], words
    (thl,) = (row for row in found if row["iri"] == f"{ID}{demo_ids['thl']}")
    assert (thl["name"], thl["kind"], thl["places"]) == (
        "Terveyden ja hyvinvoinnin laitos", "organisation", ["Finland"],
    )  # fmt: skip
    for nothing in ("", "  ", "*", '"', "xyzzyxyzzy"):
        assert client.get(f"/sparql/suggest?q={quote(nothing)}").get_json() == []


def link_of(html: str) -> str:
    return html_text.unescape(html.split('id="link" href="')[1].split('"')[0])


def test_a2_share_link_gives_the_same_query_and_result_again(asking: FlaskClient):
    query = f"# a Ä\n{CENTRES}"
    link = link_of(ask(asking, query)[1])
    html = asking.get(link, headers=PAGE).get_data(as_text=True)

    assert link.startswith("/sparql?z=")
    assert "# a Ä\nSELECT ?centre" in html
    assert "26 rows." in html
    assert link_of(html) == link
    assert f'<link rel="canonical" href="http://localhost{link}">' in html
    assert link_of(asking.post("/sparql", data={"query": f"# a Ä\r\n{CENTRES}\r\n"}, headers=PAGE).text) == link


def test_a2_share_link_of_an_example_is_the_example_s_own_address(asking: FlaskClient):
    for name in ("centres", "CQ02"):
        assert link_of(ask(asking, gallery()[name]["query"])[1]) == f"/sparql?example={name}"


@pytest.mark.parametrize("broken", ["x", "AAAA", "cut", "bomb", "Ä", "not-text"])
def test_a_share_link_that_is_not_whole_is_refused_in_a_sentence(asking: FlaskClient, broken: str):
    def packed(content: bytes) -> str:
        return urlsafe_b64encode(zlib.compress(content, 9, -15)).decode().rstrip("=")

    made = {"cut": packed(CENTRES.encode())[:-9], "bomb": packed(b"#" * 50_000_000), "not-text": packed(b"\xff\xfe")}
    response = asking.get(f"/sparql?z={quote(made.get(broken, broken))}", headers=PAGE)

    assert response.status_code == (413 if broken == "bomb" else 400)
    assert 'role="alert"' in response.get_data(as_text=True)


def test_a_page_for_which_no_query_can_be_run_says_so_as_programs_are_told(demo_settings: Settings, tmp_path: Path):
    settings = replace(demo_settings, slow_queries=0, waiting_queries=0)
    with ReleaseKeeper(settings.home, tmp_path / "run", settings) as keeper:
        assert keeper.wait_until_ready(30)
        client = create_app(settings, keeper.run_dir).test_client()
        headers = {**PAGE, "Accept-Language": "sv"}
        response = client.get("/sparql", query_string={"query": ENDLESS}, headers=headers)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "För många långa frågor körs" in response.get_data(as_text=True)


def test_a2_downloads_come_in_every_format_of_rows_and_of_graphs(asking: FlaskClient):
    for query, names in [
        (CENTRES, {"json", "xml", "csv", "tsv", "xlsx"}),
        ("ASK {}", {"json", "xml", "csv", "tsv"}),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3", {"ttl", "nt", "rdf", "jsonld", "trig", "nq"}),
    ]:
        page = Page(ask(asking, query)[1])
        links = {link["download"].removeprefix("talkoot."): link for link in page.links if "download" in link}
        assert links.keys() == names
        for name, link in links.items():
            response = asking.get(link["href"])
            assert response.status_code == 200, name
            assert response.mimetype == link["type"]
            assert parse_qs(urlsplit(link["href"]).query)["query"] == [query]


def sample(html: str, name: str) -> str:
    return html_text.unescape(html.split(f'<pre id="sample-{name}"')[1].split(">", 1)[1].split("</pre>")[0])


AWKWARD = r"""SELECT ?name ("it's \"so\" \\ \n $x %d" AS ?said) WHERE {
  ?centre <https://w3id.org/talkoot/ns#designatedFor> ?place ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?name .
  FILTER (STR(?place) != QUOTES)
} ORDER BY ?name LIMIT 3""".replace("QUOTES", "'''" + '"' * 3 + "'''")


@pytest.mark.parametrize("query", [CENTRES, AWKWARD])
def test_a2_code_samples_for_curl_and_python_run_and_give_the_rows_of_the_page(
    asking: FlaskClient, address: str, query: str
):
    html = asking.get(f"/sparql?query={quote(query)}", headers=PAGE, base_url=address).get_data(as_text=True)
    rows = int(re.findall(r"(\d+) rows\.", html)[0])

    curl = subprocess.run(["bash", "-c", sample(html, "curl")], capture_output=True, text=True, timeout=30, check=True)
    python = subprocess.run(
        [sys.executable, "-c", sample(html, "python")], capture_output=True, text=True, timeout=30, check=True
    )

    (head, *answered) = csv.reader(io.StringIO(curl.stdout))
    assert len(answered) == rows
    assert len(python.stdout.splitlines()) == rows
    for value in answered[0]:
        assert repr(value) in python.stdout.splitlines()[0]
    assert head == re.findall(r'<th scope="col">(\w+)</th>', html)


@pytest.mark.parametrize(("query", "expected"), [
    ("ASK { ?s ?p ?o }", "True"),
    ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3", "@prefix"),
])  # fmt: skip
def test_a2_code_samples_follow_the_kind_of_query(asking: FlaskClient, address: str, query: str, expected: str):
    html = asking.get(f"/sparql?query={quote(query)}", headers=PAGE, base_url=address).get_data(as_text=True)
    python = subprocess.run(
        [sys.executable, "-c", sample(html, "python")], capture_output=True, text=True, timeout=30, check=True
    )
    curl = subprocess.run(["bash", "-c", sample(html, "curl")], capture_output=True, text=True, timeout=30, check=True)

    assert expected in python.stdout
    assert curl.stdout
    assert 'id="sample-r"' not in html


def test_a2_code_samples_for_r_and_excel_hold_the_query_as_those_languages_write_texts(asking: FlaskClient):
    html = ask(asking, AWKWARD)[1]
    excel = sample(html, "excel").split('query = "')[1].split('",\n')[0]

    assert f'r"---({AWKWARD})---"' in sample(html, "r")
    assert excel.replace("#(lf)", "\n").replace('""', '"').replace("#(#)(", "#(") == AWKWARD


def test_a2_embed_shows_result_and_link_in_a_page_of_others_and_nothing_else_may_be_framed(asking: FlaskClient):
    plain = asking.get("/sparql?example=groups", headers=PAGE)
    code = sample(plain.get_data(as_text=True), "embed")
    path = html_text.unescape(code.split('src="http://localhost')[1].split('"')[0])
    response = asking.get(path, headers=PAGE)
    page = Page(response.get_data(as_text=True))

    assert path == "/sparql?example=groups&view=embed"
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    assert "/sparql?example=groups" in page.hrefs
    assert "<table" in response.get_data(as_text=True)
    assert "<form" not in response.get_data(as_text=True)
    assert asking.get("/sparql?query=SELECT&view=embed", headers=PAGE).status_code == 400


@pytest.mark.parametrize("path", ["/actors", "/solutions", "/projects", "/programmes", "/collections",
                                  "/actors?country=FIN", "/solutions?country=FIN", "/actors?country=none"])  # fmt: skip
def test_a2_visual_builder_facets_show_the_sparql_of_a_list_which_finds_what_the_list_counts(
    asking: FlaskClient, path: str
):
    html = asking.get(path, headers=PAGE).get_data(as_text=True)
    counted = int(re.findall(r'<h1>.*?class="count">([\d,]+)<', html)[0].replace(",", ""))
    (behind,) = (href for href in Page(html).hrefs if href.startswith("/sparql?query="))
    rows = asking.get(f"{behind}&format=csv").get_data(as_text=True)

    assert len(list(csv.reader(io.StringIO(rows)))) - 1 == counted


def test_over_somebody_s_own_files_the_page_has_no_examples_of_ours_and_completes_their_terms(tmp_path: Path):
    file = tmp_path / "own.ttl"
    file.write_text('<https://example.org/a> a <https://example.org/Thing> ; <http://purl.org/dc/terms/title> "A" .')
    settings = Settings(home=tmp_path / "var")
    release_of_files([file], settings)
    client = create_app(settings).test_client()
    page = Page(client.get("/sparql", headers=PAGE).get_data(as_text=True))
    found = client.get("/sparql/completions.json").get_json()["terms"]

    assert "?subject ?property ?value" in page.text
    assert not [href for href in page.hrefs if "example=" in href]
    assert {term["name"] for term in found} == {"<https://example.org/Thing>", "rdf:type", "dct:title"}


def test_the_queries_of_the_page_are_answered_as_json_for_its_raw_view(asking: FlaskClient):
    answer = asking.post("/sparql", data={"query": "ASK {}"}, headers={"Accept": "application/sparql-results+json"})

    assert json.loads(answer.data)["boolean"] is True
