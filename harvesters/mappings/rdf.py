"""RDF of a centre's own (docs/ontology/map-your-data.md): its statements as they are, under this source's addresses."""

from __future__ import annotations

from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from talkoot.graph.identity.features import KINDS
from talkoot.graph.issues import MAIL_ADDRESS
from talkoot.graph.records import path_segment
from talkoot.harvesters.record_graph import RecordGraph


def map_rdf(graph: RecordGraph) -> None:
    """Every statement; things get addresses of this source by their keys, other subjects belong to the record."""
    values, definition = graph.record.values, graph.record.definition
    lines = "\n".join(values["triples"])
    triples: list[Any] = list(pyoxigraph.parse(input=lines, format=RdfFormat.N_TRIPLES))
    things = {each["iri"]: KINDS[each["type"]][1] for each in values.get("things", ()) if each["type"] in KINDS}
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
