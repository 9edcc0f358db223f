"""Partners of the centres' projects: one project a consortium, one part played a line (ontology.md 12)."""

from __future__ import annotations

import re

from talkoot.harvesters.record_graph import ActorName, Period, RecordGraph
from talkoot.ontology.folding import slug
from talkoot.ontology.namespaces import DCT, RDF, TK

_YEARS = re.compile(r"(\d{4})-(\d{4})")
_YEAR = re.compile(r"\b(20\d{2})\b")


def map_partner(graph: RecordGraph) -> None:
    """An organisation's part in a consortium's project."""
    values = graph.record.values
    consortium = values["consortium"]
    project = graph.entity("activity", slug(consortium))
    graph.say(project, RDF["type"], TK["Project"])
    graph.text(project, DCT["title"], consortium)
    graph.period(project, _period(values["phase"], consortium))
    actor = graph.actor(ActorName(values["name"]), country=values.get("country", ""), where="country")
    if "url" in values:
        graph.website(actor, values["url"])
    role, inferred = graph.role(values["role"], "role")
    graph.involve(actor, project, role, words=values["role"], inferred=inferred)


def _period(phase: str, consortium: str) -> Period | None:
    if years := _YEARS.search(phase):
        return Period(years[1], years[2])
    if phase == "national structure" and (year := _YEAR.search(consortium)) and "to " not in consortium:
        return Period(year[1], year[1])
    return None
