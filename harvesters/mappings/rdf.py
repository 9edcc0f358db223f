"""Statements as they are: RDF of a centre's own (docs/ontology/map-your-data.md), and a steward's corrections."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from talkoot.graph.corrections import value_of
from talkoot.graph.identity.features import kinds
from talkoot.graph.issues import MAIL_ADDRESS
from talkoot.graph.records import path_segment
from talkoot.harvesters.record_graph import RecordGraph
from talkoot.ontology.namespaces import SKOS, term_of


def map_rdf(graph: RecordGraph) -> None:
    """Every statement, under this source's addresses: of things by their keys, of other subjects within the record."""
    values, definition = graph.record.values, graph.record.definition
    triples: list[Any] = list(parse("\n".join(values["triples"]), RdfFormat.N_TRIPLES))
    things = {each["iri"]: kinds()[each["type"]][1] for each in values.get("things", ()) if each["type"] in kinds()}
    others = {triple.subject.value for triple in triples} - things.keys()

    def key(iri: str) -> str:
        _, local, path = iri.partition("/id/src/")
        return path.rpartition("/")[2] if local else iri.removeprefix(definition.key_prefix).strip("/")

    def ours(term: Any) -> Any:
        if isinstance(term, Literal):
            return term
        whole, mark, part = term.value.partition("#")
        if term.value in things:
            return graph.entity(things[term.value], key(term.value))
        if mark and whole in things:
            return NamedNode(f"{graph.entity(things[whole], key(whole)).value}#{part}")
        if term.value in others:
            own = whole == values["record"]
            return NamedNode(f"{graph.graph.value}#{part if own and part else path_segment(key(term.value))}")
        return term

    for triple in triples:
        if MAIL_ADDRESS.search(triple.object.value) or triple.object.value.startswith("mailto:"):
            graph.report("personal-data", "a mail address is left out", name=triple.predicate.value)
        else:
            graph.say(ours(triple.subject), triple.predicate, ours(triple.object))


def map_curated(graph: RecordGraph) -> None:
    """The new value of each row of corrections, with who says so and why as a remark on the thing."""
    thing = NamedNode(f"{graph.tables.base}id/{graph.record.values['subject']}")
    for one in graph.record.values["statements"]:
        graph.say(thing, term_of(one["field"]), value_of(one["new"]))
        graph.text(thing, SKOS["editorialNote"], f"{one['field']} by {one['agent']}: {one['why']}", "en")
