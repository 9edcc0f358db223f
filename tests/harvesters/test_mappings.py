"""Mappings on small records: countries, names, brackets, roles, periods, cutting."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from talkoot.graph.gate import Gate
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import load_definitions
from talkoot.harvesters.mappings import map_record
from talkoot.harvesters.readers import Row
from talkoot.harvesters.record_graph import RecordGraph, Tables
from talkoot.harvesters.values import LONGEST_TEXT
from talkoot.ontology.namespaces import COUNTRY, DCT, FOAF, ORG, RDF, SKOS, TK, VOC
from tests.harvesters.conftest import objects

Map = Callable[..., RecordGraph]

SOLUTION = {
    "url": "https://european-social-fund-plus.ec.europa.eu/en/social-innovation-match/case-study/a",
    "title": "A",
    "countries": ["Finland"],
}
PARTNER = {
    "name": "A",
    "consortium": "SEED",
    "phase": "founding 2021-2023",
    "role": "partner",
    "source": "https://example.org/",
}
PAGE = {
    "item": "100",
    "page": "https://innokyla.fi/fi/toimintamalli/a",
    "type": "toimintamalli",
    "language": "fi",
    "title": "A",
}


@pytest.fixture(scope="session")
def mapping(tables: Tables) -> Map:
    """Map the values of one record of a bundled source."""

    def to_graph(source: str, values: dict[str, Any], **changes: Any) -> RecordGraph:
        checked = check_row(load_definitions()[source], Row(1, values | changes))
        assert isinstance(checked, SourceRecord), checked
        return map_record(checked, tables)

    return to_graph


def actors(graph: RecordGraph) -> list[NamedNode]:
    return [t.subject for t in graph.triples if t.object == ORG["Organization"] and isinstance(t.subject, NamedNode)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Netherlands (the)", "NLD"),
        ("The Netherlands (the)", None),
        ("Unia Europejska", "EUR"),
        ("European Union", "EUR"),
        ("Suomi", "FIN"),
        ("FI", "FIN"),
        ("Greece", "GRC"),
        ("EL", "GRC"),
        ("GR", "GRC"),
        ("UK", "GBR"),
        ("Österreich", "AUT"),
        ("Czechia", "CZE"),
        ("Ελλάδα", "GRC"),
        ("България", "BGR"),
        ("Atlantis", None),
        ("EU-27", None),
    ],
)
def test_a_country_is_found_by_code_or_name_in_any_language(mapping: Map, text: str, code: str | None) -> None:
    graph = mapping("sim", SOLUTION, countries=[text])
    assert objects(graph, DCT["spatial"]) == ([COUNTRY + code] if code else [])
    assert [(issue.code, issue.field, issue.value) for issue in graph.issues] == (
        [] if code else [("unknown-country", "countries[0]", text)]
    )


def test_a_country_that_no_list_knows_keeps_the_record_and_its_other_countries(mapping: Map) -> None:
    graph = mapping("sim", SOLUTION, countries=["Atlantis", "Finland"])
    assert objects(graph, DCT["spatial"]) == [COUNTRY + "FIN"]
    (issue,) = graph.issues
    assert (issue.file, issue.line, issue.expected) == (
        "sim_entries.jsonl",
        1,
        "a country of the EU's list, by code or name",
    )
    assert not issue.sets_aside


def test_a_role_that_the_table_does_not_know_is_an_issue_and_no_new_term(mapping: Map) -> None:
    graph = mapping("consortia", PARTNER, role="court jester")
    assert objects(graph, TK["hasRole"]) == [VOC + "role/participant"]
    assert objects(graph, SKOS["note"]) == ["court jester"]
    assert [(issue.code, issue.field) for issue in graph.issues] == [("unknown-role", "role")]


def test_a_status_that_the_list_does_not_know_is_unknown(mapping: Map) -> None:
    graph = mapping("centres", {"country": "FI", "status": "sleeping", "name_en": "A", "sources": ["https://a.fi/"]})
    assert objects(graph, NamedNode("http://www.w3.org/ns/adms#status")) == [VOC + "centre-status/unknown"]
    assert [issue.code for issue in graph.issues] == ["unknown-status"]


@pytest.mark.parametrize(
    ("name", "main", "others"),
    [
        ("Terveyden ja hyvinvoinnin laitos (THL)", "Terveyden ja hyvinvoinnin laitos", ["THL"]),
        (
            "Estrutura de Missão Portugal Inovação Social (EMPIS)",
            "Estrutura de Missão Portugal Inovação Social",
            ["EMPIS"],
        ),
        (
            "Technische Universität Dortmund (Sozialforschungsstelle)",
            "Technische Universität Dortmund (Sozialforschungsstelle)",
            [],
        ),
        ("Ministry of Labour and Social Affairs (Czechia)", "Ministry of Labour and Social Affairs (Czechia)", []),
    ],
)
def test_a_bracket_is_another_name_or_stays_a_remark(mapping: Map, name: str, main: str, others: list[str]) -> None:
    graph = mapping("consortia", PARTNER, name=name)
    assert objects(graph, SKOS["prefLabel"]) == [main]
    assert objects(graph, SKOS["altLabel"]) == others


def test_a_country_in_brackets_is_the_seat_where_no_other_is_known(mapping: Map) -> None:
    graph = mapping("consortia", PARTNER, name="Ministry of Labour and Social Affairs (Czechia)")
    assert objects(graph, DCT["spatial"], actors(graph)[0]) == [COUNTRY + "CZE"]
    graph = mapping("consortia", PARTNER, name="Ministry of Labour and Social Affairs (Czechia)", country="SK")
    assert objects(graph, DCT["spatial"], actors(graph)[0]) == [COUNTRY + "SVK"]


def test_a_text_of_listed_names_is_cut_and_the_first_taken_as_lead_by_inference(mapping: Map) -> None:
    graph = mapping("sim", SOLUTION, organisation="CESIE, Missing Children Europe")
    assert objects(graph, SKOS["prefLabel"]) == ["CESIE", "Missing Children Europe"]
    assert objects(graph, TK["hasRole"]) == [VOC + "role/lead", VOC + "role/participant"]
    assert objects(graph, DCT["type"]) == [VOC + "basis/inferred"]
    assert not graph.issues


def test_a_text_with_a_piece_that_no_list_knows_stays_whole_and_is_reported(mapping: Map) -> None:
    text = "CESIE, Some Unheard Of Body"
    graph = mapping("sim", SOLUTION, organisation=text)
    assert objects(graph, SKOS["prefLabel"]) == [text]
    assert [(issue.code, issue.value) for issue in graph.issues] == [("several-organisations", text)]


def test_the_same_name_in_two_records_of_a_source_gives_two_entities(mapping: Map) -> None:
    one, other = mapping("consortia", PARTNER), mapping("consortia", PARTNER, consortium="PENCIL")
    assert actors(one) != actors(other)


@pytest.mark.parametrize(
    ("phase", "consortium", "ends"),
    [
        ("founding 2021-2023", "SEED", ["2021", "2023"]),
        ("successor 2024-2027", "SEED2SCALE", ["2024", "2027"]),
        ("national structure", "FI national preparation project 2023", ["2023", "2023"]),
        ("national structure", "AT national SI plus to 2028", []),
        ("founding", "SEED", []),
    ],
)
def test_the_period_of_a_consortium_is_read_from_its_phase(
    mapping: Map, phase: str, consortium: str, ends: list[str]
) -> None:
    graph = mapping("consortia", PARTNER, phase=phase, consortium=consortium)
    dates = [t.object for t in graph.triples if "Date" in t.predicate.value]
    assert [date.value for date in dates if isinstance(date, Literal)] == ends
    assert {date.datatype.value.rsplit("#")[-1] for date in dates if isinstance(date, Literal)} <= {"gYear"}


def test_a_site_is_a_home_page_where_the_address_is_its_root(mapping: Map) -> None:
    root = mapping("consortia", PARTNER, url="https://avise.org/")
    page = mapping("consortia", PARTNER, url="https://avise.org/about")
    assert objects(root, FOAF["homepage"]) == ["https://avise.org/"]
    assert (objects(page, FOAF["homepage"]), objects(page, FOAF["page"])) == ([], ["https://avise.org/about"])


def test_two_spellings_of_one_name_in_a_record_are_one_actor_with_another_name(mapping: Map, gate: Gate) -> None:
    hosts = [{"name": "Hashnet"}, {"name": "Hashnet d.o.o."}]
    values = {"country": "HR", "status": "operating", "hosts": hosts, "sources": ["https://a.hr/"]}
    graph = mapping("centres", values)
    assert gate.check([graph.mapped()]) == {}
    (actor,) = set(actors(graph))
    assert objects(graph, SKOS["prefLabel"], actor) == ["Hashnet"]
    assert objects(graph, SKOS["altLabel"], actor) == ["Hashnet d.o.o."]


def test_a_centre_without_a_name_of_its_own_is_shown_by_its_country(mapping: Map) -> None:
    values = {"country": "PL", "status": "operating", "hosts": [{"name": "H"}], "sources": ["https://a.pl/"]}
    graph = mapping("centres", values)
    assert "Competence centre for social innovation, Poland" in objects(graph, SKOS["prefLabel"])
    assert [issue.code for issue in graph.issues] == ["unnamed-centre"]


def test_an_innokyla_model_with_a_place_is_in_use_there(mapping: Map) -> None:
    graph = mapping("innokyla", PAGE, region=["Pirkanmaa", "Valtakunnallinen", "Narnia"])
    (use,) = [t.subject for t in graph.triples if t.object == TK["Implementation"]]
    assert len(objects(graph, DCT["spatial"], use)) == 2
    assert [(issue.code, issue.field, issue.value) for issue in graph.issues] == [
        ("unknown-region", "region[2]", "Narnia")
    ]


@pytest.mark.parametrize(
    ("funder", "code"),
    [
        ("Sosiaali- ja terveysministeriö (STM)", ""),
        ("Ei erillisrahoitusta", ""),
        ("Kunta", ""),
        ("A rich aunt", "unknown-funder"),
    ],
)
def test_a_funder_of_innokyla_is_what_the_curated_table_says(mapping: Map, funder: str, code: str) -> None:
    graph = mapping("innokyla", PAGE, funder=[funder])
    assert [issue.code for issue in graph.issues] == ([code] if code else [])
    assert bool(actors(graph)) == funder.startswith("Sosiaali")


def test_a_group_in_general_is_no_actor(mapping: Map) -> None:
    graph = mapping("innokyla", PAGE, actors=["Kunnat", "Tampereen kaupunki"])
    assert objects(graph, SKOS["prefLabel"]) == ["Tampereen kaupunki"]
    assert [(issue.code, issue.value) for issue in graph.issues] == [("generic-group", "Kunnat")]


def test_a_page_of_a_kind_that_no_rule_knows_is_reported(mapping: Map) -> None:
    graph = mapping("innokyla", PAGE, type="resepti")
    assert graph.triples == []
    assert [issue.code for issue in graph.issues] == ["unknown-page-type"]


def test_a_programme_part_needs_no_code(mapping: Map) -> None:
    values = {"key": "k", "page": "https://a.fi/", "as_of": "2023", "title": "T", "language": "fi", "country": "FI"}
    graph = mapping("seed-project", values, programme={"name": "Rahasto", "part": "Osa 1"})
    assert any(node.endswith("/programme/rahasto.osa-1") for node in map(str, (t.subject.value for t in graph.triples)))


@given(title=st.text(min_size=1), organisation=st.text(min_size=1))
@settings(max_examples=100, deadline=None)
def test_any_text_that_is_checked_can_be_mapped_and_read_back(tables: Tables, title: str, organisation: str) -> None:
    checked = check_row(load_definitions()["sim"], Row(1, SOLUTION | {"title": title, "organisation": organisation}))
    if isinstance(checked, SourceRecord):
        record = map_record(checked, tables).mapped()
        text = record.quads_text(tables.base)
        back = list(parse(input=text, format=RdfFormat.N_QUADS))
        assert {quad.triple for quad in back} == set(record.triples)
        assert text.splitlines(keepends=True) == sorted(text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x01b", "a\ufffeb", "\u200b", "a\u2028b\x85c", "\U0001f600", 'a\\u0041"b']
)
def test_odd_characters_pass_the_gate_or_are_named_by_it(mapping: Map, gate: Gate, text: str) -> None:
    graph = mapping("sim", SOLUTION, title=text, organisation=text)
    found = gate.check([graph.mapped()])
    assert set(found) <= {graph.record.key}


def test_a_violation_names_record_node_property_and_reason(mapping: Map, gate: Gate) -> None:
    good = mapping("sim", SOLUTION)
    bad = mapping("sim", SOLUTION, url=SOLUTION["url"] + "b")
    bad.triples = [triple for triple in bad.triples if triple.predicate != DCT["title"]]
    found = gate.check([good.mapped(), bad.mapped()])
    assert list(found) == [bad.record.key]
    assert [violation.path for violation in found[bad.record.key]] == [DCT["title"].value]
    assert found[bad.record.key][0].node.endswith("/solution/ab")
    assert "title" in found[bad.record.key][0].message


def test_two_records_that_name_one_thing_differently_are_both_sound(mapping: Map, gate: Gate) -> None:
    one, other = mapping("consortia", PARTNER), mapping("consortia", PARTNER, name="B")
    project = next(t.subject for t in other.triples if t.predicate == RDF["type"] and t.object == TK["Project"])
    other.triples = [replace_title(t, project) if t.predicate == DCT["title"] else t for t in other.triples]
    assert gate.check([one.mapped(), other.mapped()]) == {}


def replace_title(triple: Any, subject: Any) -> Any:
    return type(triple)(subject, triple.predicate, Literal("another title"))


def test_an_as_of_of_the_record_beats_that_of_the_definition(
    tables: Tables, bundled_records: dict[str, list[SourceRecord]]
) -> None:
    assert {map_record(record, tables).origin.as_of for record in bundled_records["seed-project"]} == {
        "2023-04-04",
        "2023",
    }
    record = bundled_records["sim"][0]
    later = replace(record, definition=replace(record.definition, as_of="2027-01"))
    assert map_record(later, tables).origin.as_of == "2027-01"


@pytest.mark.parametrize("piece", ["x", "é", ".", " ", "a ", "a,", "\n", "(", "()", "a@", "CESIE, ", "a / "])
def test_a_long_text_is_mapped_in_time_that_grows_with_its_length(mapping: Map, piece: str) -> None:
    text = ("A" + piece * (LONGEST_TEXT // len(piece)))[: LONGEST_TEXT - 1] + "b"
    begun = time.monotonic()
    mapping("sim", SOLUTION, title=text, organisation=text)
    assert time.monotonic() - begun < 2
