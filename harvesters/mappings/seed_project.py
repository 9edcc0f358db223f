"""The Finnish preparation and pilot project: its implementers, programme and centre (ontology.md 12)."""

from __future__ import annotations

from pyoxigraph import NamedNode

from talkoot.harvesters.record_graph import ActorName, Period, RecordGraph
from talkoot.ontology.folding import slug
from talkoot.ontology.namespaces import ADMS, DCT, FOAF, RDF, SKOS, TK, VOC


def map_seed_record(graph: RecordGraph) -> None:
    """A project with its implementers, the programme that funds it and the centre that it prepares."""
    values = graph.record.values
    language = values["language"]
    project = graph.entity("activity", values["key"])
    graph.say(project, RDF["type"], TK["Project"])
    graph.text(project, DCT["title"], values["title"], language)
    for page in dict.fromkeys((values["page"], *values.get("pages", ()))):
        graph.say(project, FOAF["page"], NamedNode(page))
    if country := graph.country(values["country"], "country"):
        graph.say(project, DCT["spatial"], country)
    period = values.get("period", {})
    graph.period(project, Period(period.get("from", ""), period.get("to", "")))
    if "programme" in values:
        graph.say(project, TK["fundedUnder"], _programme(graph, values["programme"], language))
    for number, actor in enumerate(values.get("actors", ())):
        where = f"actors[{number}]"
        others = [(actor["short"], "")] if "short" in actor else []
        others += [(actor["name_en"], "en")] if "name_en" in actor else []
        node = graph.actor(
            ActorName(actor["name"], language, tuple(others)), country=values["country"], inferred=True, where=where
        )
        role, inferred = graph.role(actor.get("role", "participant"), f"{where}.role")
        graph.involve(
            node, project, role, words=actor.get("role", ""), inferred=inferred, notes=(actor.get("task", ""),)
        )
    if "contact_organisation" in values:
        name = ActorName(values["contact_organisation"], language)
        node = graph.actor(name, country=values["country"], inferred=True, where="contact_organisation")
        graph.involve(node, project, "participant", words="contact person's organisation")
    if "centre" in values:
        _centre(graph, values["centre"], language)


def _programme(graph: RecordGraph, programme: dict[str, str], language: str) -> NamedNode:
    fund = graph.entity("programme", slug(programme["name"]))
    graph.say(fund, RDF["type"], TK["FundingProgramme"])
    graph.text(fund, DCT["title"], programme["name"], language)
    if "name_en" in programme:
        graph.text(fund, DCT["title"], programme["name_en"], "en")
    if "part" not in programme:
        return fund
    part = graph.entity("programme", f"{slug(programme['name'])}.{slug(programme.get('part_code', programme['part']))}")
    graph.say(part, RDF["type"], TK["FundingProgramme"])
    graph.text(part, DCT["title"], programme["part"], language)
    if "part_en" in programme:
        graph.text(part, DCT["title"], programme["part_en"], "en")
    graph.say(part, DCT["isPartOf"], fund)
    return part


def _centre(graph: RecordGraph, centre: dict[str, str], language: str) -> None:
    node = graph.entity("actor", "centre")
    graph.say(node, RDF["type"], TK["CompetenceCentre"])
    graph.text(node, SKOS["prefLabel"], centre["name"], language)
    graph.say(node, ADMS["status"], VOC["centre-status/piloted"])
    if country := graph.country(centre["country"], "centre.country"):
        graph.say(node, TK["designatedFor"], country)
        graph.say(node, DCT["spatial"], country)
