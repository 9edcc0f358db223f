"""The query page in a browser: the form, the examples, results as a table, mistakes with their place."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from talkoot.graph.engine import ReleaseKeeper
from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from talkoot.web.sparql_page import EXAMPLES, example
from tests.web.conftest import PAGE, Page

CENTRES = "SELECT ?centre ?place { ?centre <https://w3id.org/talkoot/ns#designatedFor> ?place }"


@pytest.fixture(scope="module")
def asking(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of pages with query readers behind them."""
    run_dir = tmp_path_factory.mktemp("run")
    with ReleaseKeeper(demo_settings.home, run_dir, demo_settings) as keeper:
        assert keeper.wait_until_ready(30)
        app = create_app(demo_settings, run_dir)
        app.testing = True
        yield app.test_client(use_cookies=False)


def ask(client: FlaskClient, query: str, extra: str = "") -> tuple[int, str]:
    response = client.get(f"/sparql?query={quote(query)}{extra}", headers=PAGE)
    return response.status_code, response.get_data(as_text=True)


def test_the_form_comes_with_a_query_and_six_examples(client: FlaskClient):
    html = client.get("/sparql", headers=PAGE).get_data(as_text=True)

    assert "<textarea" in html
    assert [f"/sparql?example={number}" in html for number in range(1, 8)] == [True] * 6 + [False]
    assert "hasRole" in client.get("/sparql?example=2", headers=PAGE).get_data(as_text=True)


@pytest.mark.parametrize("number", range(6))
def test_every_example_gives_rows(asking: FlaskClient, number: int):
    with asking.application.test_request_context():
        query = example(list(EXAMPLES)[number])
    status, html = ask(asking, query)

    assert status == 200
    assert html.count("<tr>") > 3


def test_the_pilot_example_gives_seven_rows_and_the_centres_twenty_six(asking: FlaskClient):
    with asking.application.test_request_context():
        pilot, centres = example("pilot"), example("centres")
    assert "7 rows." in ask(asking, pilot)[1]
    assert "26 rows." in ask(asking, centres)[1]


def test_results_are_a_table_with_names_beside_addresses(asking: FlaskClient):
    status, html = ask(asking, CENTRES, "&format=html")

    assert status == 200
    assert '<th scope="col">centre</th>' in html
    assert "Sosiaalisten innovaatioiden osaamiskeskus</bdi></a>" in html
    assert "country:FIN" in html
    page = Page(html)
    assert [href for href in page.hrefs if href.endswith("&format=csv")] == [
        f"/sparql?query={quote(CENTRES, safe='')}&format=csv"
    ]


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
    assert "No query can be run at the moment" in html
