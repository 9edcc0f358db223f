"""The general mapping: what a field of a definition means is what its record says, without any Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.gate import Gate
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import DefinitionError, read_definition
from talkoot.harvesters.mappings import map_record
from talkoot.harvesters.meanings import fault, meanings
from talkoot.harvesters.readers import Row
from talkoot.harvesters.record_graph import RecordGraph, Tables
from talkoot.ontology.namespaces import ADMS, COUNTRY, DCAT, DCT, FOAF, ORG, PROV, RDF, SCHEMA, SKOS, TK, VOC, XSD
from tests.harvesters.conftest import objects

HEAD = """
# Made up.
title = "Made up"
publisher = "Somebody"
publisher_page = "https://example.org/"
country = "FI"
licence = "unknown"
terms = "none"
frequency = "once"
personal_data = false
obtained = "curated"
as_of = "2026-01"
precedence = 90
reader = "json"
entry = "made-up.json"
mapping = "things"
keys = ["id"]
"""
NAMED = 'id = { type = "text", required = true }\nname = { type = "text", required = true, means = "name" }\n'
HERE = "https://w3id.org/talkoot/id/src/made-up/"
Say = Callable[..., RecordGraph]


@pytest.fixture
def say(tmp_path: Path, tables: Tables, gate: Gate) -> Say:
    """Map one made-up record of a made-up source, and hold what it says to the publish gate."""

    def saying(fields: str, values: dict[str, Any], defaults: str = "") -> RecordGraph:
        path = tmp_path / "made-up.toml"
        path.write_text(f"{HEAD}\n[defaults]\n{defaults}\n[fields]\n{NAMED}{fields}\n", encoding="utf-8")
        checked = check_row(read_definition(path), Row(1, {"id": "1", "name": "Example"} | values))
        assert isinstance(checked, SourceRecord), checked
        graph = map_record(checked, tables)
        assert gate.check([graph.mapped()]) == {}
        return graph

    return saying


def codes(graph: RecordGraph) -> list[tuple[str, str]]:
    return [(issue.code, issue.field) for issue in graph.issues]


@pytest.mark.parametrize(
    ("thing", "class_", "segment"),
    [
        ("solution", TK["Solution"], "solution"),
        ("organisation", ORG["Organization"], "actor"),
        ("project", TK["Project"], "activity"),
        ("programme", TK["FundingProgramme"], "programme"),
        ("network", TK["Network"], "actor"),
        ("centre", TK["CompetenceCentre"], "actor"),
    ],
)
def test_a_record_is_the_thing_that_its_source_says(say: Say, thing: str, class_: NamedNode, segment: str) -> None:
    country = 'country = { type = "text", means = "country" }'
    graph = say(country, {"country": "Finland"}, f'thing = "{thing}"')
    node = NamedNode(f"{HERE}{segment}/1")
    assert Triple(node, RDF["type"], class_) in graph.triples
    assert objects(graph, SKOS["prefLabel"] if segment == "actor" else DCT["title"], node) == ["Example"]
    assert objects(graph, DCT["spatial"], node) == [COUNTRY + "FIN"]
    assert objects(graph, TK["designatedFor"]) == ([COUNTRY + "FIN"] if thing == "centre" else [])
    assert objects(graph, ADMS["status"]) == ([VOC + "centre-status/unknown"] if thing == "centre" else [])


def test_a_social_innovation_is_one_only_where_the_source_claims_it(say: Say) -> None:
    assert TK["SocialInnovation"].value in objects(say("", {}, "social_innovation = true"), RDF["type"])
    assert TK["SocialInnovation"].value not in objects(say("", {}), RDF["type"])


def test_a_field_without_a_meaning_says_nothing(say: Say) -> None:
    assert say('colour = { type = "text" }', {"colour": "red"}).triples == say("", {}).triples


def test_names_stand_in_their_languages(say: Say) -> None:
    fields = """
name_fi = { type = "text", means = "name:fi" }
short = { type = "list", of = "text", means = "alternative" }
"""
    graph = say(fields, {"name_fi": "Esimerkki", "short": ["EX", "EXA"]}, 'language = "en"')
    found = {triple.object for triple in graph.triples if triple.predicate in (DCT["title"], DCT["alternative"])}
    assert found == {
        Literal("Example", language="en"),
        Literal("Esimerkki", language="fi"),
        Literal("EX", language="en"),
        Literal("EXA", language="en"),
    }


def test_an_organisation_has_names_seat_kind_numbers_and_pages(say: Say) -> None:
    fields = """
other = { type = "text", means = "alternative" }
country = { type = "text", means = "country" }
kind = { type = "text", means = "kind" }
form = { type = "text", means = "kind:legal-form-fi" }
ror = { type = "iri", means = "identifier:ROR" }
vat = { type = "text", means = "identifier:VIES" }
site = { type = "text", means = "homepage" }
page = { type = "iri", means = "page" }
"""
    values = {
        "other": "EXF", "country": "FI", "kind": "foundation", "form": "osakeyhtiö", "ror": "https://ror.org/05vghhr25",
        "vat": "FI 01120389", "site": "www.example.org", "page": "https://example.org/about",
    }  # fmt: skip
    graph = say(fields, values, 'thing = "organisation"')
    node = NamedNode(f"{HERE}actor/1")
    assert objects(graph, SKOS["altLabel"], node) == ["EXF"]
    assert objects(graph, DCT["spatial"], node) == [COUNTRY + "FIN"]
    assert objects(graph, ORG["classification"], node) == [VOC + "actor-kind/foundation", VOC + "legal-form-fi/DKUW"]
    assert objects(graph, SKOS["notation"]) == ["05vghhr25", "FI01120389"]
    assert objects(graph, ADMS["schemaAgency"]) == ["ROR", "VIES"]
    assert objects(graph, FOAF["homepage"], node) == ["https://www.example.org"]
    assert objects(graph, FOAF["page"], node) == ["https://example.org/about"]
    assert objects(graph, SKOS["editorialNote"]) == []
    assert codes(graph) == []


@pytest.mark.parametrize(
    ("means", "value", "code"),
    [
        ("identifier:VIES", "NOTAPPLICABLE", "not-a-number"),
        ("identifier:PIC", "none", "not-a-number"),
        ("identifier:YTJ", "0112038", "not-a-number"),
        ("identifier:National register", "unknown", "not-a-number"),
        ("homepage", "see our page", "not-an-address"),
        ("homepage", "none", "not-an-address"),
        ("country", "Atlantis", "unknown-country"),
        ("kind", "guild of jugglers", "unknown-concept"),
    ],
)
def test_a_value_that_cannot_be_said_of_an_organisation_is_reported(
    say: Say, means: str, value: str, code: str
) -> None:
    graph = say(f'value = {{ type = "text", means = "{means}" }}', {"value": value}, 'thing = "organisation"')
    assert codes(graph) == [(code, "value")]
    assert graph.triples == say("", {}, 'thing = "organisation"').triples


@pytest.mark.parametrize("words", ["HES", "nonprofit", "Other"])
def test_words_that_name_no_kind_of_ours_are_known_and_say_nothing(say: Say, words: str) -> None:
    graph = say('kind = { type = "text", means = "kind" }', {"kind": words}, 'thing = "organisation"')
    assert codes(graph) == []
    assert objects(graph, ORG["classification"]) == []


def test_the_seat_of_the_defaults_is_marked_as_such(say: Say) -> None:
    graph = say("", {}, 'thing = "organisation"\ncountry = "FI"')
    assert objects(graph, DCT["spatial"]) == [COUNTRY + "FIN"]
    assert objects(graph, SKOS["editorialNote"]) == ["The country is the source's default."]


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("Vihti", [VOC + "municipality-fi/927"]),
        ("Kainuun hyvinvointialue", [VOC + "wellbeing-services-county/20"]),
        ("valtakunnallinen", [COUNTRY + "FIN"]),
        ("Atlantis", []),
    ],
)
def test_a_place_is_one_of_finland(say: Say, place: str, found: list[str]) -> None:
    graph = say('places = { type = "list", of = "text", means = "place" }', {"places": [place]}, 'place = "SE"')
    assert objects(graph, DCT["spatial"]) == found
    assert codes(graph) == ([] if found else [("unknown-region", "places[0]")])


def test_the_place_of_the_defaults_counts_where_none_is_said(say: Say) -> None:
    assert objects(say("", {}, 'place = "SE"'), DCT["spatial"]) == [COUNTRY + "SWE"]


@pytest.mark.parametrize(
    ("values", "start", "end"),
    [
        ({"start": "2022"}, "2022", ""),
        ({"start": "2022-03", "end": "31.12.2024"}, "2022-03", "2024-12-31"),
        ({"start": "2022-03-01T00:00:00Z", "end": "1/2/2024"}, "2022-03-01", "2024-02-01"),
        ({"period": "1.10.2020–31.12.2022"}, "2020-10-01", "2022-12-31"),
        ({"period": "from 2019 on, ended in 2023"}, "2019", "2023"),
        ({"period": "2021-2027", "end": "2026"}, "2021", "2026"),
    ],
)
def test_a_period_is_as_exact_as_its_words(say: Say, values: dict[str, str], start: str, end: str) -> None:
    fields = "\n".join(f'{word} = {{ type = "text", means = "{word}" }}' for word in ("start", "end", "period"))
    graph = say(fields, values, 'thing = "project"')
    assert objects(graph, DCAT["startDate"]) == [start]
    assert objects(graph, DCAT["endDate"]) == ([end] if end else [])


@pytest.mark.parametrize("words", ["spring", "31.2.2024", "budget 5000"])
def test_words_without_a_day_that_can_be_are_reported(say: Say, words: str) -> None:
    graph = say('start = { type = "text", means = "start" }', {"start": words}, 'thing = "project"')
    assert codes(graph) == [("unknown-date", "start")]
    assert objects(graph, DCT["temporal"]) == []


def test_a_solution_with_time_or_money_has_a_project_beside_it(say: Say) -> None:
    fields = """
start = { type = "text", means = "start" }
budget = { type = "amount", means = "grant:EUR" }
fund = { type = "text", means = "programme:en" }
countries = { type = "list", of = "text", means = "country" }
"""
    values = {"start": "2022", "budget": "1 340 000,50", "fund": "Example Fund", "countries": ["FI"]}
    graph = say(fields, values)
    solution, project = NamedNode(f"{HERE}solution/1"), NamedNode(f"{HERE}activity/1")
    assert objects(graph, TK["developedIn"], solution) == [project.value]
    assert objects(graph, DCT["title"], project) == ["Example"]
    assert objects(graph, DCT["temporal"], project) == [f"{project.value}#period"]
    assert objects(graph, DCT["temporal"], solution) == []
    assert objects(graph, TK["fundedUnder"], project) == [f"{HERE}programme/example-fund"]
    assert objects(graph, SCHEMA["fundedItem"]) == [project.value]
    value = next(triple.object for triple in graph.triples if triple.predicate == SCHEMA["value"])
    assert value == Literal("1340000.50", datatype=XSD["decimal"])
    assert objects(graph, SCHEMA["currency"]) == ["EUR"]
    assert objects(graph, DCT["spatial"], project) == []
    assert objects(say("", {}), TK["developedIn"]) == []


def test_no_money_is_no_grant(say: Say) -> None:
    graph = say('grant = { type = "amount", means = "grant:EUR" }', {"grant": "0.00"}, 'thing = "project"')
    assert objects(graph, RDF["type"]) == [TK["Project"].value]


def test_days_of_a_description_are_whole_days(say: Say) -> None:
    fields = 'made = { type = "text", means = "created" }\nchanged = { type = "text", means = "modified" }'
    graph = say(fields, {"made": "06.11.2020", "changed": "2021"})
    assert objects(graph, DCT["created"]) == ["2020-11-06"]
    assert objects(graph, DCT["modified"]) == []


def test_a_concept_is_found_by_label_or_code_and_an_unknown_one_reported(say: Say) -> None:
    fields = """
groups = { type = "list", of = "text", means = "concept:hasTargetGroup:src/sim/target-group" }
stage = { type = "text", means = "concept:hasStage:stage" }
"""
    group = "NEETs (Not in Education, Employment, or Training)"
    graph = say(fields, {"groups": [group, "Martians"], "stage": "Kokeilu"})
    assert [one.rsplit("/", 1)[1] for one in objects(graph, TK["hasTargetGroup"])] == [
        "neets-not-in-education-employment-or-training"
    ]
    assert objects(graph, TK["hasStage"]) == [VOC + "stage/trial"]
    assert codes(graph) == [("unknown-concept", "groups[1]")]


def test_larger_things_are_named_with_their_class(say: Say) -> None:
    fields = """
programme = { type = "text", means = "part-of-programme:fi" }
project = { type = "text", means = "developed-in" }
"""
    graph = say(fields, {"programme": "Ohjelma", "project": "Проект"})
    assert objects(graph, DCT["isPartOf"]) == [f"{HERE}programme/ohjelma"]
    assert objects(graph, TK["developedIn"]) == [f"{HERE}activity/proekt"]
    assert {TK["FundingProgramme"].value, TK["Project"].value} <= set(objects(graph, RDF["type"]))


def test_the_first_of_several_under_a_heading_of_leads_is_taken_as_the_lead(say: Say) -> None:
    fields = 'leads = { type = "list", of = "text", means = "role:lead" }'
    one = say(fields, {"leads": ["Example Foundation"]})
    assert [role.rsplit("/", 1)[1] for role in objects(one, TK["hasRole"])] == ["lead"]
    assert objects(one, DCT["type"]) == []
    several = say(fields, {"leads": ["Example Foundation", "Example City"]})
    assert [role.rsplit("/", 1)[1] for role in objects(several, TK["hasRole"])] == ["lead", "participant"]
    assert objects(several, DCT["type"]) == [VOC + "basis/inferred"]


PARTIES = """
[fields.parties]
type = "list"
of = "object"
means = "role"

[fields.parties.fields]
name = { type = "text", means = "name" }
role = { type = "text", means = "role" }
country = { type = "text", means = "country" }
pic = { type = "text", means = "identifier:PIC" }
since = { type = "text", means = "start" }
phone = { type = "text" }
"""


def test_parties_are_objects_with_meanings_of_their_own(say: Say) -> None:
    parties = [
        {"name": "Example University", "role": "coordinator", "country": "SE", "pic": "999999999", "since": "2023"},
        {"name": "Example City", "role": "court jester", "phone": "12"},
        {"role": "participant"},
    ]
    graph = say(PARTIES, {"parties": parties}, 'thing = "project"\ncountry = "FI"')
    first, second = objects(graph, PROV["agent"])
    assert [role.rsplit("/", 1)[1] for role in objects(graph, TK["hasRole"])] == ["coordinator", "participant"]
    assert objects(graph, DCT["spatial"], NamedNode(first)) == [COUNTRY + "SWE"]
    assert objects(graph, DCT["spatial"], NamedNode(second)) == [COUNTRY + "FIN"]
    assert objects(graph, SKOS["notation"]) == ["999999999"]
    assert objects(graph, DCAT["startDate"]) == ["2023"]
    assert objects(graph, SKOS["note"]) == ["coordinator", "court jester"]
    assert codes(graph) == [("unknown-role", "parties[1].role")]
    assert "12" not in {triple.object.value for triple in graph.triples if isinstance(triple.object, Literal)}


def test_a_row_of_a_table_names_one_actor_of_a_thing_that_other_rows_name_too(say: Say) -> None:
    fields = """
actor = { type = "text", means = "role:participant" }
country = { type = "text", means = "actor.country" }
site = { type = "text", means = "actor.homepage" }
number = { type = "text", means = "actor.identifier:YTJ" }
part = { type = "text", means = "actor.role" }
until = { type = "text", means = "actor.end" }
"""
    values = {
        "actor": "Example Foundation", "country": "FI", "site": "https://foundation.example/", "number": "0112038-9",
        "part": "lead partner", "until": "31.12.2024",
    }  # fmt: skip
    graph = say(fields, values, 'thing = "project"\nkey = "name"')
    (actor,) = objects(graph, PROV["agent"])
    assert objects(graph, TK["involvedIn"]) == [f"{HERE}activity/example"]
    assert objects(graph, DCT["spatial"]) == [COUNTRY + "FIN"]
    assert objects(graph, FOAF["homepage"], NamedNode(actor)) == ["https://foundation.example/"]
    assert objects(graph, SKOS["notation"]) == ["0112038-9"]
    assert objects(graph, TK["hasRole"]) == [VOC + "role/lead"]
    assert objects(graph, DCAT["endDate"]) == ["2024-12-31"]
    without = say(fields, {"actor": "Example City"}, 'thing = "project"\nkey = "name"')
    assert objects(without, TK["hasRole"]) == [VOC + "role/participant"]


def test_a_lead_who_is_a_private_person_is_reported_and_named_nowhere(say: Say) -> None:
    fields = 'lead = { type = "text", means = "role:lead" }\nnote = { type = "text", means = "left-out" }'
    graph = say(fields, {"note": "lead is a private person"})
    assert codes(graph) == [("lead-left-out", "")]
    assert graph.triples == say("", {}).triples
    assert codes(say(fields, {"note": "lead is a private person", "lead": "Example City"})) == []


def test_a_record_whose_lead_is_known_to_be_private_names_none(say: Say) -> None:
    fields = 'lead = { type = "text", means = "role:lead" }\nother = { type = "text", means = "role:participant" }'
    values = {"lead": "Somebody Made-Up", "other": "Example City"}
    graph = say(fields, values, 'private_leads = ["1"]')
    assert codes(graph) == [("lead-left-out", "")]
    assert objects(graph, SKOS["prefLabel"]) == ["Example City"]


def test_the_reason_of_a_selection_is_a_remark_on_the_record(say: Say) -> None:
    fields = 'why = { type = "list", of = "text", means = "evidence" }'
    graph = say(fields, {"why": ["Category_Label: social enterprise"]})
    assert objects(graph, SKOS["editorialNote"]) == ["Selected because of: Category_Label: social enterprise"]


def test_the_page_of_a_record_can_be_made_of_its_key(say: Say) -> None:
    assert say("", {}, 'page = "https://example.org/{key}"').origin.pages == ("https://example.org/1",)


def test_a_mail_address_is_said_nowhere(say: Say) -> None:
    fields = 'note = { type = "text", means = "note" }\nlead = { type = "text", means = "role:lead" }'
    graph = say(fields, {"name": "Example a.b@example.org", "note": "a.b@example.org", "lead": "City c.d@example.org"})
    assert not [triple for triple in graph.triples if "@example" in str(triple.object)]
    assert {code for code, _ in codes(graph)} == {"personal-data"}


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ('x = { type = "text", means = "colour" }', "fields.x.means is 'colour': expected one of name, alternative"),
        ('x = { type = "text", means = "name:Finnish" }', "fields.x.means is 'name:Finnish': expected name and then"),
        ('x = { type = "text", means = "role:jester" }', "expected role with one of lead, co-lead"),
        ('x = { type = "text", means = "grant" }', "expected grant and then :[A-Z]{3}: Money granted"),
        ('x = { type = "text", means = "concept:hasStage:phases" }', "expected concept with one of hasTargetGroup"),
        ('x = { type = "text", means = "page:fi" }', "expected page and then nothing"),
        ('x = { type = "text", means = "actor.grant:EUR" }', "expected of an actor, one of alternative, country"),
        (
            'x = { type = "object", means = "role", fields = { y = { type = "text", means = "role:lead" } } }',
            "fields.x.y.means is 'role:lead': expected of an actor, one of",
        ),
    ],
)
def test_a_meaning_that_nobody_understands_is_refused(say: Say, field: str, sentence: str) -> None:
    with pytest.raises(DefinitionError, match=r"made-up\.toml:\d+: ") as caught:
        say(field, {})
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[defaults]", '[defaults]\nthing = "person"', "defaults.thing is 'person': expected one of solution"),
        ('means = "name"', 'means = "note"', 'expected a required field with means = "name"'),
    ],
)
def test_a_thing_of_no_kind_or_without_a_name_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = tmp_path / "made-up.toml"
    path.write_text(f"{HEAD}\n[defaults]\n[fields]\n{NAMED}".replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_definition(path)
    assert sentence in str(caught.value)


def test_every_meaning_is_told_in_a_sentence() -> None:
    assert all(sentence.endswith(".") for _, sentence, _ in meanings().values())
    assert not fault("name")
