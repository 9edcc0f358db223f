"""The six sources that travel with Talkoot: what they hold, and what their mappings make of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from talkoot.graph.gate import BATCH, Gate
from talkoot.graph.issues import Issue
from talkoot.graph.workbench import now
from talkoot.harvesters.check import SourceRecord
from talkoot.harvesters.definition import load_definitions
from talkoot.harvesters.mappings import map_record
from talkoot.harvesters.record_graph import RecordGraph, Tables
from talkoot.ontology.namespaces import COUNTRY, DCT, ORG, PROV, RDF, SKOS, TK, VOC

COUNTS = {"seed-project": 2, "centres": 29, "consortia": 148, "innokyla": 75, "polish-innovations": 156, "sim": 687}
OBTAINED = {"page": {"seed-project"}, "copy": set(COUNTS) - {"seed-project"}}

Records = dict[str, list[SourceRecord]]
Mapped = dict[str, list[RecordGraph]]


@pytest.fixture(scope="module")
def mapped(bundled_records: Records, tables: Tables) -> Mapped:
    """Every bundled record, mapped."""
    return {source: [map_record(record, tables) for record in found] for source, found in bundled_records.items()}


def issues(mapped: Mapped, source: str = "") -> list[Issue]:
    return [
        issue for name, graphs in mapped.items() if source in ("", name) for graph in graphs for issue in graph.issues
    ]


def objects(graph: RecordGraph, predicate: NamedNode) -> list[Any]:
    return [triple.object for triple in graph.triples if triple.predicate == predicate]


def subjects(graph: RecordGraph, of: NamedNode) -> set[Any]:
    return {triple.subject for triple in graph.triples if triple.predicate == RDF["type"] and triple.object == of}


def test_there_are_six_and_each_holds_what_its_readme_says(bundled_records: Records) -> None:
    assert {source: len(records) for source, records in bundled_records.items()} == COUNTS


def test_no_key_stands_twice(bundled_records: Records) -> None:
    for source, records in bundled_records.items():
        keys = Counter(record.key for record in records)
        assert keys.most_common(1)[0][1] == 1, (source, keys.most_common(3))


def test_every_key_is_one_segment_of_a_path(bundled_records: Records) -> None:
    for records in bundled_records.values():
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", record.key) for record in records)


def test_definitions_stand_in_the_order_of_their_precedence() -> None:
    assert [name for name, one in load_definitions().items() if one.bundled] == list(COUNTS)


@pytest.mark.parametrize("source", COUNTS)
def test_every_record_passes_the_publish_gate(mapped: Mapped, gate: Gate, source: str) -> None:
    records = [graph.mapped() for graph in mapped[source]]
    for start in range(0, len(records), BATCH):
        assert gate.check(records[start : start + BATCH]) == {}


def test_no_list_is_asked_for_what_it_does_not_know(mapped: Mapped) -> None:
    assert not [issue for issue in issues(mapped) if issue.code.startswith("unknown-")]


def test_the_issues_are_those_that_the_facts_give_reason_for(mapped: Mapped) -> None:
    found = Counter((issue.source, issue.code) for issue in issues(mapped))
    assert found == {
        ("centres", "no-actor-known"): 3,
        ("centres", "unnamed-centre"): 4,
        ("innokyla", "generic-group"): 1,
        ("innokyla", "not-an-actor"): 5,
        ("polish-innovations", "lead-left-out"): 2,
        ("sim", "lead-left-out"): 1,
        ("sim", "several-organisations"): 15,
    }


@pytest.mark.parametrize("country", ["LU", "MT", "NL"])
def test_a_country_of_which_nothing_is_known_gives_one_issue_and_no_actor(mapped: Mapped, country: str) -> None:
    (graph,) = [graph for graph in mapped["centres"] if graph.record.key == country]
    assert graph.triples == []
    assert [(issue.code, issue.field, issue.value) for issue in graph.issues] == [
        ("no-actor-known", "country", country)
    ]


def test_26_centres_are_designated_for_26_places(mapped: Mapped) -> None:
    places = Counter(
        (triple.object.value.removeprefix(COUNTRY))
        for graph in mapped["centres"]
        for triple in graph.triples
        if triple.predicate == TK["designatedFor"]
    )
    assert len(places) == 26
    assert set(places.values()) == {1}
    assert {"EUR", "GBR", "FIN"} <= set(places)
    assert not {"LUX", "MLT", "NLD"} & set(places)


@pytest.mark.parametrize("source", COUNTS)
def test_a_mapping_gives_the_same_for_the_same_and_opens_nothing(
    bundled_records: Records, mapped: Mapped, tables: Tables, source: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("no_files")  # from here on; sockets are closed for all tests
    again = [map_record(record, tables) for record in bundled_records[source]]
    assert [graph.triples for graph in again] == [graph.triples for graph in mapped[source]]
    assert [graph.issues for graph in again] == [graph.issues for graph in mapped[source]]


def test_a_mapping_leaves_its_record_as_it_was(bundled_records: Records, tables: Tables) -> None:
    for records in bundled_records.values():
        before = [repr(record.values) for record in records]
        for record in records:
            map_record(record, tables)
        assert [repr(record.values) for record in records] == before


@pytest.mark.parametrize("source", COUNTS)
def test_every_record_tells_page_day_way_and_licence(mapped: Mapped, source: str) -> None:
    today = now()[:10]
    for graph in mapped[source]:
        origin = graph.origin
        assert origin.pages
        assert all(page.startswith(("https://", "http://")) for page in origin.pages)
        assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", origin.as_of)
        assert origin.as_of != today
        assert source in OBTAINED[origin.obtained]
        assert origin.licence.startswith("https://")


@pytest.mark.parametrize("source", COUNTS)
def test_our_reading_day_stands_in_no_record(mapped: Mapped, source: str) -> None:
    today = now()[:10]
    for graph in mapped[source]:
        assert not [triple for triple in graph.triples if today in str(triple.object)]


def test_no_mail_address_and_no_person_stands_in_any_record(mapped: Mapped) -> None:
    for graphs in mapped.values():
        for graph in graphs:
            for triple in graph.triples:
                text = str(triple.object)
                assert not re.search(r"[\w.+-]+@[\w-]+[.]\w", text), (graph.record.key, text)
                assert not text.endswith(("/Person>", "#Person>", "/Individual>", "#Individual>"))


def test_a_lead_who_is_a_private_person_is_left_out(mapped: Mapped) -> None:
    private = [
        graph
        for source in ("polish-innovations", "sim")
        for graph in mapped[source]
        if any(issue.code == "lead-left-out" for issue in graph.issues)
    ]
    assert len(private) == 3
    for graph in private:
        assert "private person" in graph.record.values["note"]
        assert not subjects(graph, ORG["Organization"])
        assert not subjects(graph, TK["Involvement"])


def test_every_role_is_of_the_code_list(mapped: Mapped, tables: Tables) -> None:
    roles = {concept.iri for concept in tables.codes["role"]}
    used = {role for graphs in mapped.values() for graph in graphs for role in objects(graph, TK["hasRole"])}
    assert used <= roles
    assert VOC["role/main-implementer"] in used


def test_words_of_a_role_are_kept_beside_the_code(mapped: Mapped) -> None:
    notes = {note.value for graph in mapped["consortia"] for note in objects(graph, SKOS["note"])}
    assert "partner; acts as the French competence centre" in notes


def test_a_part_that_a_page_only_lets_infer_says_so(mapped: Mapped) -> None:
    inferred = [graph for graph in mapped["consortia"] if "inferred" in graph.record.values["role"]]
    assert inferred
    assert all(VOC["basis/inferred"] in objects(graph, DCT["type"]) for graph in inferred)


def test_the_countries_of_sim_say_where_it_acts_and_never_where_its_lead_sits(mapped: Mapped) -> None:
    acting = 0
    for graph in mapped["sim"]:
        solutions, actors = subjects(graph, TK["Solution"]), subjects(graph, ORG["Organization"])
        for triple in graph.triples:
            if triple.predicate == DCT["spatial"]:
                if triple.subject in actors:  # only where the name itself says so: "… (Luxembourg)"
                    names = [
                        t.object.value
                        for t in graph.triples
                        if t.subject == triple.subject and isinstance(t.object, Literal)
                    ]
                    assert any(name.endswith(")") for name in names), names
                else:
                    assert triple.subject in solutions
                    acting += 1
    assert acting > 687


def test_what_sim_lists_is_called_a_social_innovation_by_sim_alone(mapped: Mapped) -> None:
    callers = {source for source, graphs in mapped.items() if any(subjects(g, TK["SocialInnovation"]) for g in graphs)}
    assert callers == {"sim"}
    assert all(subjects(graph, TK["SocialInnovation"]) == subjects(graph, TK["Solution"]) for graph in mapped["sim"])


def test_the_netherlands_are_found_with_their_article(mapped: Mapped) -> None:
    dutch = [graph for graph in mapped["sim"] if "Netherlands (the)" in graph.record.values["countries"]]
    assert dutch
    assert all(COUNTRY["NLD"] in objects(graph, DCT["spatial"]) for graph in dutch)


def test_the_pilot_names_seven_implementers_in_both_of_its_records(mapped: Mapped) -> None:
    for graph in mapped["seed-project"]:
        agents = {triple.object for triple in graph.triples if triple.predicate == PROV["agent"]}
        assert len(agents) == 7


def test_the_default_country_of_a_source_is_marked_as_such(mapped: Mapped) -> None:
    remarks = {note.value for graph in mapped["innokyla"] for note in objects(graph, SKOS["editorialNote"])}
    assert remarks == {"The country is the source's default."}


def test_consortia_stand_under_one_iri_in_each_source(mapped: Mapped) -> None:
    def projects(source: str) -> set[str]:
        return {node.value.rsplit("/", 1)[-1] for graph in mapped[source] for node in subjects(graph, TK["Project"])}

    assert projects("centres") <= projects("consortia")


def test_innokyla_pages_become_what_their_kind_and_title_say(mapped: Mapped) -> None:
    kinds = Counter(
        name
        for graph in mapped["innokyla"]
        for name in ("Solution", "Project", "FundingProgramme")
        if subjects(graph, TK[name]) and graph.record.key in str(subjects(graph, TK[name]))
    )
    models = [graph for graph in mapped["innokyla"] if graph.record.values["type"] == "toimintamalli"]
    assert kinds["Solution"] == len(models)
    for graph in mapped["innokyla"]:
        title = graph.record.values["title"]
        if graph.record.values["type"] == "kokonaisuus" and title.endswith("-hanke"):
            assert subjects(graph, TK["Project"]), title
