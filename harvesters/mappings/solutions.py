"""Bases of solutions (SIM, the Polish base): a solution, where it acts, for whom, and its lead (ontology.md 12)."""

from __future__ import annotations

from pyoxigraph import NamedNode

from talkoot.harvesters.record_graph import RecordGraph
from talkoot.ontology.namespaces import DCT, FOAF, RDF, TK


def map_solution(graph: RecordGraph) -> None:
    """A solution with its places, target groups and the organisations that lead it.

    What a source calls a social innovation by publishing it there says so in its definition. Countries
    say where the solution acts, never the seat of its lead.
    """
    values, defaults = graph.record.values, graph.record.definition.defaults
    solution = graph.entity("solution", graph.record.key)
    graph.say(solution, RDF["type"], TK["Solution"])
    if defaults.get("social_innovation"):
        graph.say(solution, RDF["type"], TK["SocialInnovation"])
    language = defaults.get("language", "")
    graph.text(solution, DCT["title"], values["title"], language)
    graph.say(solution, FOAF["page"], NamedNode(values["url"]))
    for number, place in enumerate(values.get("countries", [defaults["place"]] if "place" in defaults else ())):
        if country := graph.country(place, f"countries[{number}]"):
            graph.say(solution, DCT["spatial"], country)
    for number, group in enumerate(values.get("target_groups", ())):
        scheme = defaults.get("target_groups", "")
        concept = graph.tables.codes[scheme].find(group) if scheme in graph.tables.codes else None
        if concept is None:
            graph.report("unknown-target-group", "left out", name=f"target_groups[{number}]", value=group,
                         expected=f"a label of voc/{scheme}" if scheme else "a code list in the defaults")  # fmt: skip
        else:
            graph.say(solution, TK["hasTargetGroup"], concept.iri)
    _leads(graph, solution, language)


def _leads(graph: RecordGraph, solution: NamedNode, language: str) -> None:
    values, defaults = graph.record.values, graph.record.definition.defaults
    if "organisation" not in values:
        if "private person" in values.get("note", ""):
            graph.report("lead-left-out", "the lead is a private person", name="organisation")
        return
    actors = graph.actors_in(
        values["organisation"],
        country=defaults.get("country", ""),
        inferred=True,
        language=language,
        where="organisation",
    )
    # A text of several names is headed "Lead organisation and partners": the first is taken as the lead.
    for number, actor in enumerate(actors):
        if number == 0:
            graph.involve(actor, solution, "lead", inferred=len(actors) > 1)
        else:
            graph.involve(actor, solution, "participant")
