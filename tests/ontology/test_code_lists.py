"""Code lists: concepts are found by code, notation or label in any language, in any case and spelling."""

from __future__ import annotations

import pytest

from talkoot.ontology import code_list_files, load_code_lists, vocabulary_triples
from talkoot.ontology.code_lists import read_code_lists
from talkoot.ontology.namespaces import VOC

LISTS = load_code_lists()


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


def test_the_code_is_the_end_of_the_iri_and_leads_back() -> None:
    concept = LISTS["role"].code("lead")
    assert concept is not None
    assert LISTS.concept(f"{VOC}role/lead") is concept
    assert LISTS["role"].code("court-jester") is None
    assert LISTS.concept("https://example.org/") is None


def test_every_finnish_municipality_lies_in_a_county_and_every_county_in_a_region() -> None:
    assert len(list(LISTS["municipality-fi"])) == 308
    assert len(list(LISTS["region-fi"])) == 19
    assert len(list(LISTS["wellbeing-services-county"])) == 23


def test_reading_the_lists_twice_gives_the_same() -> None:
    once, again = read_code_lists(code_list_files()), read_code_lists(code_list_files())
    assert [[c.iri for c in once[scheme]] for scheme in once] == [[c.iri for c in again[scheme]] for scheme in again]


def test_the_vocabulary_reads_the_same_every_time_blank_nodes_too() -> None:
    assert list(vocabulary_triples()) == list(vocabulary_triples())
