"""What a steward's corrections add to a thing of a source, and why."""

from __future__ import annotations

from pyoxigraph import NamedNode

from talkoot.graph.corrections import property_of, value_of
from talkoot.harvesters.record_graph import RecordGraph
from talkoot.ontology.namespaces import SKOS


def map_curated(graph: RecordGraph) -> None:
    """The new value of each row, with who says so and why as a remark on the thing."""
    values = graph.record.values
    thing = NamedNode(f"{graph.tables.base}id/{values['subject']}")
    for one in values["statements"]:
        graph.say(thing, property_of(one["field"]), value_of(one["new"]))
        graph.text(thing, SKOS["editorialNote"], f"{one['field']} by {one['agent']}: {one['why']}", "en")
