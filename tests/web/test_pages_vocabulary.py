"""The vocabulary, its shapes and its code lists as pages in three languages and as RDF, made from the files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from talkoot.graph.settings import Settings
from talkoot.ontology.files import FOLDER, turtle_triples, vocabulary_file
from talkoot.ontology.namespaces import DCT, OWL, RDF, RDFS, SH, SKOS, TALKOOT, TK, TKSH, VOC
from talkoot.web import reference
from tests.web.conftest import PAGE, Hand, Page

Read = Callable[..., Page]
LANGUAGES = ("en", "fi", "sv")
_VOCABULARY = tuple(turtle_triples(vocabulary_file()))
TERMS = sorted(
    triple.subject.value.removeprefix(TK)
    for triple in _VOCABULARY
    if triple.predicate == RDFS["isDefinedBy"] and isinstance(triple.subject, NamedNode)
)


def texts(term: str, predicate: NamedNode) -> dict[str, str]:
    return {
        triple.object.language or "": triple.object.value
        for triple in _VOCABULARY
        if triple.subject == TK[term] and triple.predicate == predicate and isinstance(triple.object, Literal)
    }


def section(client: FlaskClient, path: str, anchor: str, language: str = "en") -> str:
    """The part of a page that an address with an anchor leads to."""
    html = client.get(path, headers={**PAGE, "Accept-Language": language}).get_data(as_text=True)
    found = re.search(rf'<section class="term" id="{anchor}".*?</section>', html, re.DOTALL)
    assert found, anchor
    return found[0]


def words(html: str) -> str:
    """The text of a piece of a page, its elements apart."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_its_label_and_definition_in_three_languages_under_its_own_anchor(
    client: FlaskClient, language: str
):
    html = client.get("/ns", headers={**PAGE, "Accept-Language": language}).get_data(as_text=True)

    for term in TERMS:
        part = re.search(rf'<section class="term" id="{term}".*?</section>', html, re.DOTALL)
        assert part, term
        said = Page(part[0]).text
        for predicate in (SKOS["prefLabel"], SKOS["definition"]):
            for text in texts(term, predicate).values():
                assert text in said, (term, text)
        assert f">{texts(term, SKOS['prefLabel'])[language]}</bdi></h3>" in part[0]
        assert "1.0.0" in said


def test_every_term_has_an_example_that_uses_it(client: FlaskClient):
    for term in TERMS:
        part = section(client, "/ns", term)
        assert '<pre class="example"' in part, term
        assert re.search(rf"<mark>[^<]*tk:{term} ", part), term


def test_examples_can_be_copied_as_they_stand():
    for term in TERMS:
        quads = list(parse(reference.example(f"tk:{term}").encode(), format=RdfFormat.TRIG))
        assert any(TK[term] in (quad.predicate, quad.object) for quad in quads), term
    assert reference.example("tk:nothing") == ""


def test_a_class_lists_the_properties_that_its_shapes_expect_with_number_and_value(client: FlaskClient):
    said = words(section(client, "/ns", "Involvement"))

    assert "tk:hasRole exactly one Role in an involvement" in said
    assert "tk:involvedIn exactly one thing, by its IRI" in said


def test_a_property_names_the_classes_that_carry_it_and_the_kind_of_its_value(client: FlaskClient):
    said = words(section(client, "/ns", "designatedFor"))

    assert "tk:CompetenceCentre (exactly one)" in said
    assert "Value Country" in said


def test_parents_kinds_and_matches_are_linked(client: FlaskClient):
    innovation, project = section(client, "/ns", "SocialInnovation"), section(client, "/ns", "Project")

    assert '<a href="/ns#Solution"><bdi>tk:Solution</bdi></a>' in innovation
    assert 'href="http://www.w3.org/ns/prov#Activity"' in project
    assert 'href="https://schema.org/Project"' in project


def test_uses_are_counted_and_lead_to_a_query_that_lists_as_many(client: FlaskClient, demo_settings: Settings):
    store = Store.read_only(str(demo_settings.current / "store"))
    for term in ("Solution", "SocialInnovation", "hasTargetGroup", "viewOf"):
        part = section(client, "/ns", term)
        found = re.search(r'href="/sparql\?query=([^"]+)">([\d,]+)', part)
        assert found, term
        query = parse_qs("query=" + found[1])["query"][0]
        assert len(list(store.query(query))) == int(found[2].replace(",", "")), term


def test_competency_questions_open_as_queries_and_terms_lead_to_those_that_need_them(client: FlaskClient, read: Read):
    page = read("/ns", "sv")
    names = [path.stem for path in sorted((FOLDER / "questions").glob("*.rq"))]
    store = Store()

    assert names == [name for name in page.ids if name.startswith("CQ")]
    assert 'href="#CQ02"' in section(client, "/ns", "designatedFor")
    for href in page.hrefs:
        if href.startswith("/sparql?query="):
            store.query(parse_qs(urlsplit(href).query)["query"][0])


def test_a_deprecated_term_says_what_to_use_instead(hand: Hand):
    about, old = NamedNode(f"{TALKOOT}ns"), TK["oldThing"]
    hand.publish(1, [
        Quad(about, RDF["type"], OWL["Ontology"]),
        Quad(old, RDF["type"], OWL["Class"]),
        Quad(old, RDFS["isDefinedBy"], about),
        Quad(old, SKOS["prefLabel"], Literal("old thing", language="en")),
        Quad(old, SKOS["definition"], Literal("Thing of old.", language="en")),
        Quad(old, OWL["deprecated"], Literal(True)),
        Quad(old, DCT["isReplacedBy"], TK["Solution"]),
    ])  # fmt: skip
    part = section(hand.client(), "/ns", "oldThing")

    assert "Do not use it in new data." in part
    assert 'Use instead: <code><a href="/ns#Solution">' in part


@pytest.mark.parametrize(("accept", "form"), [
    ("text/turtle", RdfFormat.TURTLE), ("application/ld+json", RdfFormat.JSON_LD),
    ("application/rdf+xml", RdfFormat.RDF_XML),
])  # fmt: skip
def test_terms_answer_as_data_by_hash_and_concepts_by_a_303(client: FlaskClient, accept: str, form: RdfFormat):
    vocabulary = client.get("/ns", headers={"Accept": accept})
    concept = client.get("/voc/role/lead", headers={"Accept": accept})

    assert (vocabulary.status_code, vocabulary.mimetype) == (200, accept)
    subjects = {quad.subject for quad in parse(vocabulary.data, format=form)}
    assert {TK[term] for term in TERMS} | {NamedNode(f"{TALKOOT}ns")} == subjects
    assert concept.status_code == 303
    assert "Accept" in concept.headers["Vary"]
    document = client.get(concept.headers["Location"])
    assert document.mimetype == accept
    assert {quad.subject for quad in parse(document.data, format=form)} == {VOC["role/lead"]}


def test_a_concept_is_a_page_for_people_at_its_own_address(read: Read):
    page = read("/voc/role/lead", "fi")

    assert page.headings[0] == "vetäjä"
    assert "/voc/role/co-lead" in page.hrefs
    for word in ("Toimija, joka johtaa työtä", "ledande part", "lead partner", "Käyttää"):
        assert word in page.text
    assert any(href.startswith("/doc/") for href in page.hrefs)


def test_every_code_list_says_how_complete_it_is_and_where_it_comes_from(client: FlaskClient, read: Read):
    lists = [href for href in read("/voc").hrefs if href.startswith("/voc/")]

    assert len(lists) == len(list((FOLDER / "codelists").glob("*.ttl")))
    for href in lists:
        page = read(href, "sv")
        assert "Källa" in page.text, href
        assert "Version" in page.text, href
        assert f"{href}.ttl" in page.hrefs
        data = list(parse(client.get(f"{href}.ttl").data, format=RdfFormat.TURTLE))
        concepts = {quad.subject for quad in data if quad.object == SKOS["Concept"]}
        assert concepts, href


def test_a_concept_under_somebody_else_s_iri_has_an_anchor_in_its_list(client: FlaskClient, read: Read):
    goals, region = read("/voc/sdg"), client.get("/voc/region-fi/01", headers=PAGE).get_data(as_text=True)

    assert [name for name in goals.ids if name.isdigit()] == [str(number) for number in range(1, 18)]
    anchor = re.search(r'href="/voc/nuts-2021#(\w+)"', region)
    assert anchor
    assert anchor[1] in read("/voc/nuts-2021").ids


def test_concepts_stand_below_their_broader_ones_in_order(client: FlaskClient):
    html = client.get("/voc/nuts-2021", headers=PAGE).get_data(as_text=True)
    rows = re.findall(r'<tr role="row" id="(\w+)"( class="below-\d")?>', html)
    start = next(number for number, (code, _) in enumerate(rows) if code == "FI")

    assert [code for code, _ in rows[start : start + 4]] == ["FI", "FI1", "FI19", "FI1B"]
    assert [depth for _, depth in rows[start : start + 3]] == ["", ' class="below-1"', ' class="below-2"']


def test_notations_name_their_kind(read: Read):
    assert "NUTS" in read("/voc/region-fi/01").text
    assert "ISO 3166-1 alpha-2 code" in read("/voc/country").text


def test_every_shape_has_an_anchor_its_message_and_its_severity(client: FlaskClient, read: Read):
    page = read("/shapes")

    for path in (FOLDER / "shapes").glob("*.ttl"):
        triples = list(turtle_triples(path))
        names = {
            triple.subject.value.removeprefix(TKSH)
            for triple in triples
            if triple.object in (SH["NodeShape"], SH["PropertyShape"]) and isinstance(triple.subject, NamedNode)
        }
        assert names <= set(page.ids), names - set(page.ids)
        for triple in triples:
            if triple.predicate == SH["message"] and isinstance(triple.subject, NamedNode):
                assert triple.object.value in page.text  # type: ignore[union-attr]
    data = list(parse(client.get("/shapes", headers={"Accept": "text/turtle"}).data, format=RdfFormat.TURTLE))
    assert TKSH["Solution-title"] in {quad.subject for quad in data}


def test_the_context_is_json_ld_that_any_site_may_read(client: FlaskClient):
    response = client.get("/context.jsonld", headers={"Origin": "https://example.org"})

    assert response.mimetype == "application/ld+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(response.data)["@context"]["Solution"] == "tk:Solution"


@pytest.mark.parametrize("path", ["/ns.nothing", "/shapes.nothing", "/voc/nothing", "/voc/role/nothing", "/ns/nothing"])
def test_what_the_vocabulary_does_not_have_is_not_there(client: FlaskClient, path: str):
    assert client.get(path, headers=PAGE).status_code == 404


@pytest.mark.parametrize("path", ["/ns", "/shapes", "/voc", "/voc/role", "/voc/country", "/voc/role/lead"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_in_order_and_details_need_no_script(client: FlaskClient, path: str, language: str):
    html = client.get(path, headers={**PAGE, "Accept-Language": language}).get_data(as_text=True)
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(re.findall(r"<details", html)) == len(re.findall(r"<summary", html))
    assert re.findall(r"<script.*?</script>", html) == re.findall(r'<script [^>]*/suggest\.js"></script>', html)
