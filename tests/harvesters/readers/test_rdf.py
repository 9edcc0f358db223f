"""RDF of a centre's own: a record for each named graph or thing, mapped as it is to addresses of the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse, serialize

from talkoot.graph.gate import Gate
from talkoot.graph.issues import Issue
from talkoot.graph.records import Origin
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.mappings.rdf import map_rdf
from talkoot.harvesters.readers import READERS, Reading
from talkoot.harvesters.record_graph import RecordGraph, Tables
from talkoot.ontology.namespaces import TALKOOT
from tests.replicas.desk import Desk
from tests.replicas.tables import zipped

TEXT = """
keys = ["record"]
key_prefix = "https://centre.example/"
[fields]
record = { type = "text", required = true }
triples = { type = "list", of = "text", required = true }
[fields.things]
type = "list"
of = "object"
fields = { iri = { type = "iri" }, type = { type = "iri" } }
"""
PREFIXES = """
@prefix tk: <https://w3id.org/talkoot/ns#> .
@prefix role: <https://w3id.org/talkoot/voc/role/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TURTLE = (
    PREFIXES
    + """
@base <https://centre.example/> .
<work/1> a tk:Project ; dct:title "Made-up work path"@en ; dct:temporal <work/1#time> .
<work/1#time> a dct:PeriodOfTime ; dcat:startDate "2024"^^xsd:gYear .
<org/a> a org:Organization ; skos:prefLabel "Made-up Foundation" ; foaf:page <https://foundation.example/us> .
<part/1> a tk:Involvement ; prov:agent <org/a> ; tk:involvedIn <work/1> ; tk:hasRole role:lead .
"""
)
GRAPHS = (
    PREFIXES
    + """
@base <https://w3id.org/talkoot/> .
<graph/made-up/x> {
  <id/src/made-up/solution/x> a tk:Solution ; dct:title "Made-up support"@en .
  <id/src/made-up/actor/x.1> a org:Organization ; skos:prefLabel "Made-up University" .
  <graph/made-up/x#part-1> a tk:Involvement ; prov:agent <id/src/made-up/actor/x.1> ;
    tk:involvedIn <id/src/made-up/solution/x> ; tk:hasRole role:lead .
}
<graph/made-up/y> { <id/src/made-up/solution/y> a tk:Solution ; dct:title "Another"@en . }
"""
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def mapped(desk: Desk, tables: Tables, definition: Any) -> dict[str, RecordGraph]:
    """The record graphs by key, read without a network."""
    graphs = {}
    desk.issues = []
    for item in READERS["rdf"](definition, Reading(100_000)):
        record = item if isinstance(item, Issue) else check_row(definition, item)
        if isinstance(record, SourceRecord):
            graphs[record.key] = RecordGraph(record, tables, Origin(("https://centre.example/",), "copy", "2026", ""))
            map_rdf(graphs[record.key])
        else:
            desk.issues += [record] if isinstance(record, Issue) else record
    return graphs


def local(desk: Desk, content: str, name: str = "data.ttl", text: str = TEXT) -> Any:
    definition = desk.define("rdf", name, text)
    definition.entry.write_text(content, encoding="utf-8")
    return definition


def test_a_thing_with_all_that_hangs_on_it_is_a_record_and_passes_the_gate(
    desk: Desk, tables: Tables, gate: Gate
) -> None:
    graphs = mapped(desk, tables, local(desk, TURTLE))
    assert set(graphs) == {"work.1", "org.a", "part.1"}
    source = f"{TALKOOT}id/src/made-up"
    assert {str(triple.subject.value) for triple in graphs["work.1"].triples} == {
        f"{source}/activity/work%2F1", f"{source}/activity/work%2F1#time",
    }  # fmt: skip
    involved = {triple.predicate.value.rpartition("#")[2]: triple for triple in graphs["part.1"].triples}
    assert involved["agent"].subject == NamedNode(f"{TALKOOT}graph/made-up/part.1#part%2F1")
    assert involved["agent"].object == NamedNode(f"{source}/actor/org%2Fa")
    assert involved["involvedIn"].object == NamedNode(f"{source}/activity/work%2F1")
    assert involved["hasRole"].object == NamedNode("https://w3id.org/talkoot/voc/role/lead")
    assert gate.check([graph.mapped() for graph in graphs.values()]) == {}


def test_a_named_graph_is_a_record_and_addresses_of_this_source_stay(desk: Desk, tables: Tables, gate: Gate) -> None:
    text = TEXT.replace("https://centre.example/", "https://w3id.org/talkoot/graph/made-up/")
    definition = local(desk, GRAPHS, "data.trig", text)
    graphs = mapped(desk, tables, definition)
    assert set(graphs) == {"x", "y"}
    said = {(t.subject, t.predicate, t.object) for graph in graphs.values() for t in graph.triples}
    assert said == {(q.subject, q.predicate, q.object) for q in parse(input=GRAPHS, format=RdfFormat.TRIG)}
    assert gate.check([graph.mapped() for graph in graphs.values()]) == {}
    apart = replace(definition, reading={"subjects": True})
    assert len(mapped(desk, tables, apart)) == 4


FORMS = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "nq": RdfFormat.N_QUADS, "jsonld": RdfFormat.JSON_LD,
         "trig": RdfFormat.TRIG, "rdf": RdfFormat.RDF_XML}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records_over_http_and_in_a_zip(desk: Desk, form: str) -> None:
    triples = [quad.triple for quad in parse(input=TURTLE, format=RdfFormat.TURTLE)]
    body = serialize(triples, format=FORMS[form]) or b""
    expected = {
        ("https://centre.example/work/1", 5),
        ("https://centre.example/org/a", 3),
        ("https://centre.example/part/1", 4),
    }
    for entry in (
        desk.serve(f"/data.{form}", body, "application/octet-stream"),
        desk.serve("/data.zip", zipped(**{f"data_{form}": body}), "application/zip"),
    ):
        records = desk.read(desk.define("rdf", entry, TEXT))
        assert {(record["record"], len(record["triples"])) for record in records} == expected
        assert not desk.issues


def test_a_form_may_be_said_where_the_address_does_not(desk: Desk) -> None:
    entry = desk.serve("/export", TURTLE, "text/turtle")
    assert desk.read(desk.define("rdf", entry, TEXT)) == []
    assert desk.codes == ["not-rdf"]
    assert (
        len(desk.read(desk.define("rdf", entry, TEXT.replace("[fields]", '[reading]\nformat = "ttl"\n[fields]', 1))))
        == 3
    )


def test_a_file_with_a_mistake_gives_its_line_and_no_record(desk: Desk) -> None:
    entry = desk.serve("/data.ttl", TURTLE + "\n<x> a tk:Project ; dct:title .\n", "text/turtle")
    assert desk.read(desk.define("rdf", entry, TEXT)) == []
    (issue,) = desk.issues
    assert (issue.code, issue.sets_aside) == ("not-rdf", True)
    assert str(len(TURTLE.splitlines()) + 2) in f"{issue.line} {issue.message}"


def test_blank_nodes_and_mail_addresses_are_left_out_and_told(desk: Desk, tables: Tables) -> None:
    more = (
        TURTLE
        + '<org/a> org:hasSite [ dct:title "x" ] ; foaf:mbox <mailto:a@centre.example> ; '
        + 'skos:note "ask b@centre.example" .'
    )
    graphs = mapped(desk, tables, local(desk, more))
    assert desk.codes == ["blank-node"]
    assert [issue.code for issue in graphs["org.a"].issues] == ["personal-data", "personal-data"]
    said = " ".join(str(triple) for graph in graphs.values() for triple in graph.triples)
    assert "@centre" not in said
    assert "_:" not in said


def test_two_things_never_get_one_address(desk: Desk, tables: Tables) -> None:
    text = PREFIXES + "".join(
        f'<https://centre.example/{path}> a org:Organization ; skos:prefLabel "Made-up {number}" .\n'
        for number, path in enumerate(["a/b", "a.b", "A/b", "a%2Fb", "x#1", "x#2"])
    )
    definition = local(desk, text)
    subjects = set()
    for item in READERS["rdf"](definition, Reading(100_000)):
        assert not isinstance(item, Issue)
        record = SourceRecord(definition, "k", 1, item.values)
        graph = RecordGraph(record, tables, Origin((), "copy", "2026", ""))
        map_rdf(graph)
        subjects |= {triple.subject for triple in graph.triples}
    assert len(subjects) == 6


def test_texts_come_back_as_they_were(desk: Desk, tables: Tables) -> None:
    words = 'q"uo\\te\nline ä 日本'
    literal = Literal(words, language="fi")
    content = f"<https://centre.example/a> <http://purl.org/dc/terms/title> {literal} ."
    (graph,) = mapped(desk, tables, local(desk, content, "data.nt")).values()
    assert [triple.object for triple in graph.triples] == [literal]
