"""Code lists: concepts are found by code, notation or label in any language, in any case and spelling."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import NamedNode

from talkoot.ontology import code_list_files, load_code_lists, vocabulary_triples
from talkoot.ontology.code_lists import read_code_lists
from talkoot.ontology.files import FOLDER, turtle_triples
from talkoot.ontology.namespaces import COUNTRY, DCT, SKOS, VOC

LISTS = load_code_lists()
TRIPLES: list[Any] = [triple for path in code_list_files() for triple in turtle_triples(path)]
FACTS = FOLDER.parent / "harvesters" / "facts"


def test_every_file_is_a_list_with_concepts() -> None:
    assert len(list(LISTS)) == len(code_list_files())
    for scheme in LISTS:
        assert list(LISTS[scheme]), scheme


@pytest.mark.parametrize(
    ("scheme", "text", "code"),
    [
        ("country", "Suomi", "FIN"),
        ("country", "finland", "FIN"),
        ("country", "FI", "FIN"),
        ("country", "FIN", "FIN"),
        ("country", "Γερμανία", "DEU"),
        ("country", "Unia Europejska", "EUR"),
        ("country", "EU", "EUR"),
        ("country", "EL", "GRC"),
        ("country", "GR", "GRC"),
        ("country", "UK", "GBR"),
        ("country", "Éire", "IRL"),
        ("language", "fi", "FIN"),
        ("language", "suomi", "FIN"),
        ("role", "partner", "partner"),
        ("centre-status", "operating", "operating"),
        ("municipality-fi", "Tampere", "837"),
        ("municipality-fi", "Tammerfors", "837"),
        ("municipality-fi", "tampere", "837"),
        ("region-fi", "Pirkanmaa", "06"),
        ("judgement", "part of", "part-of"),
        ("sector", "kansalaisyhteiskunta", "civil-society"),
        ("actor-kind", "Municipality", "municipality"),
        ("legal-form-fi", "oyj", "K6VE"),
        ("legal-form-fi", "toiminimi", "K09E"),
        ("nuts-2021", "FI1B", "FI1B"),
        ("nuts-2021", "Länsi-Suomi", "FI19"),
        ("nuts-2021", "Βόρεια Ελλάδα", "EL5"),
        ("esf-plus-objective", "h", "h"),
        ("esf-plus-objective", "ESO4.1", "a"),
        ("sdg", "Ei köyhyyttä", "1"),
        ("policy-field", "energiahuolto", "energy"),
        ("icnp-tso", "D", "D"),
        ("src/sim/level-of-action", "National", "national"),
    ],
)
def test_a_concept_is_found_by_what_people_write(scheme: str, text: str, code: str) -> None:
    concept = LISTS[scheme].find(text)
    assert concept is not None
    assert concept.code == code


@pytest.mark.parametrize("text", ["", "Atlantis", "EU-27", "Fin land", "F"])
def test_what_no_list_knows_is_not_found(text: str) -> None:
    assert LISTS["country"].find(text) is None


def test_every_member_state_is_found_by_both_of_its_codes_and_its_english_name() -> None:
    for concept in LISTS["country"]:
        for text in (*concept.notations, concept.labels["en"]):
            found = LISTS["country"].find(text)
            assert found is not None
            assert found.code == concept.code, text


def test_the_code_is_the_end_of_the_iri() -> None:
    concept = LISTS["role"].code("lead")
    assert concept is not None
    assert concept.iri == VOC["role/lead"]
    assert LISTS["role"].code("court-jester") is None


@pytest.mark.parametrize(
    ("scheme", "count"),
    [
        ("municipality-fi", 308), ("wellbeing-services-county", 23), ("region-fi", 19), ("nuts-2021", 37 + 125 + 334),
        ("legal-form-fi", 68), ("esf-plus-objective", 13), ("sdg", 17), ("policy-field", 7), ("icnp-tso", 12),
    ],
)  # fmt: skip
def test_a_list_that_calls_itself_complete_is(scheme: str, count: int) -> None:
    assert len(list(LISTS[scheme])) == count


def test_every_concept_is_named_in_three_languages_or_as_its_list_says() -> None:
    one_name = {
        triple.subject.value.removeprefix(VOC)
        for triple in TRIPLES
        if isinstance(triple.subject, NamedNode) and triple.predicate == DCT["language"]
    }
    assert one_name == {"nuts-2021"}
    for scheme in LISTS:
        for concept in LISTS[scheme]:
            assert concept.labels.keys() >= ({""} if scheme in one_name else {"en", "fi", "sv"}), concept.iri


def test_every_finnish_municipality_lies_in_a_county_a_region_a_nuts_region_and_the_country() -> None:
    above = {
        (t.subject, t.predicate): t.object for t in TRIPLES if t.predicate in (SKOS["broader"], SKOS["broadMatch"])
    }
    ends = set()
    for municipality in LISTS["municipality-fi"]:
        county = above[municipality.iri, SKOS["broader"]]
        region = above[county, SKOS["broader"]]
        assert above[region, SKOS["broader"]] == COUNTRY["FIN"]
        place = above[region, SKOS["broadMatch"]]
        ends.add(place)
        while place != COUNTRY["FIN"]:
            place = above[place, SKOS["broader"]]
    assert ends == {NamedNode(f"http://data.europa.eu/nuts/code/FI{code}") for code in ("19", "1B", "1C", "1D", "20")}


def test_every_nuts_region_lies_in_a_country_of_the_list_of_countries() -> None:
    above = {t.subject: t.object for t in TRIPLES if t.predicate == SKOS["broader"]}
    for region in LISTS["nuts-2021"]:
        place = region.iri
        for _ in region.code[1:]:
            place = above[place]
        country = next(country for country in LISTS["country"] if country.iri == place)
        assert region.code[:2] in country.notations


def test_every_kind_of_actor_has_an_actor_of_the_bundled_sources_as_its_example() -> None:
    facts = "".join(path.read_text(encoding="utf-8") for path in FACTS.iterdir())
    examples = [
        t.object.value
        for t in TRIPLES
        if t.predicate == SKOS["example"] and t.subject.value.startswith(f"{VOC}actor-kind")
    ]
    assert len(examples) == len(list(LISTS["actor-kind"]))
    assert [name for name in examples if f'"{name}"' not in facts] == []


def test_reading_the_lists_twice_gives_the_same() -> None:
    once, again = read_code_lists(code_list_files()), read_code_lists(code_list_files())
    assert [[c.iri for c in once[scheme]] for scheme in once] == [[c.iri for c in again[scheme]] for scheme in again]


def test_the_vocabulary_reads_the_same_every_time_blank_nodes_too() -> None:
    assert list(vocabulary_triples()) == list(vocabulary_triples())
