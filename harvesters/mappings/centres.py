"""National competence centres: designation, status, hosts and the consortia they stand in (ontology.md 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from talkoot.harvesters.record_graph import ActorName, Period, RecordGraph
from talkoot.ontology.folding import slug
from talkoot.ontology.namespaces import ADMS, DCT, FOAF, RDF, SKOS, TK

_UNNAMED = "Competence centre for social innovation"
_CONSORTIA = {"founding_consortium": "in the founding consortium", "successor": "in the successor project"}
_HOST_NOTES = {"part": "", "under": "under", "at": "at"}
"""What a host's remark is told with."""


def map_centre(graph: RecordGraph) -> None:
    """A competence centre with its hosts and consortia; nothing where neither name nor host is known."""
    values = graph.record.values
    if not ({"name_native", "name_en", "hosts"} & set(values)):
        graph.report("no-actor-known", f"{values['country']}: neither name nor host is known", name="country",
                     value=values["country"], expected="name_native, name_en or hosts")  # fmt: skip
        return
    country = graph.country(values["country"], "country")
    if country is None:
        return
    centre = graph.entity("actor", graph.record.key)
    graph.say(centre, RDF["type"], TK["CompetenceCentre"])
    graph.say(centre, TK["designatedFor"], country)
    graph.say(centre, DCT["spatial"], country)
    _names(graph, centre, country)
    _status(graph, centre)
    graph.period(centre, Period(values.get("from", ""), values.get("to", "")))
    if "website" in values:
        graph.website(centre, values["website"])
    for address in (*values.get("other_urls", ()), *([values["contact_page"]] if "contact_page" in values else ())):
        graph.say(centre, FOAF["page"], NamedNode(address))
    for code in values.get("languages", ()):
        if language := graph.language(code, "languages"):
            graph.say(centre, DCT["language"], language)
    for number, host in enumerate(values.get("hosts", ())):
        _host(graph, centre, host, f"hosts[{number}]")
    for name, words in _CONSORTIA.items():
        for consortium in values.get(name, ()):
            project = graph.entity("activity", slug(consortium))
            graph.say(project, RDF["type"], TK["Project"])
            graph.text(project, DCT["title"], consortium)
            graph.involve(centre, project, "partner", words=words)


def _names(graph: RecordGraph, centre: NamedNode, country: NamedNode) -> None:
    values = graph.record.values
    native, language = values.get("name_native"), values.get("name_native_language", "")
    if native:
        graph.text(centre, SKOS["prefLabel"], native, language)
    if "name_en" in values:
        graph.text(centre, SKOS["prefLabel" if language != "en" else "altLabel"], values["name_en"], "en")
    if native or "name_en" in values:
        return
    concept = graph.tables.codes.concept(country.value)
    place = concept.labels.get("en", "") if concept else ""
    graph.text(centre, SKOS["prefLabel"], f"{_UNNAMED}, {place}", "en")
    graph.text(centre, SKOS["editorialNote"], "The centre's own name is not known.", "en")
    graph.report("unnamed-centre", f"shown as “{_UNNAMED}, {place}”", name="name_native", value=values["country"],
                 expected="name_native or name_en")  # fmt: skip


def _status(graph: RecordGraph, centre: NamedNode) -> None:
    words = graph.record.values["status"]
    lists = graph.tables.codes["centre-status"]
    concept = lists.find(words)
    if concept is None:
        graph.report("unknown-status", "taken as unknown", name="status", value=words,
                     expected="a code of centre-status")  # fmt: skip
        concept = lists.code("unknown")
    if concept is not None:
        graph.say(centre, ADMS["status"], concept.iri)


def _host(graph: RecordGraph, centre: NamedNode, host: Mapping[str, Any], where: str) -> None:
    seat = graph.record.values["country"]
    others = [(other, "") for other in (host.get("acronym"), *host.get("alias", ())) if other]
    others += [(host["name_en"], "en")] if "name_en" in host else []
    node = graph.actor(
        ActorName(host["name"], others=tuple(others)),
        country=host.get("country", "" if seat == "EU" else seat),
        inferred="country" not in host,
        where=where,
    )
    notes = tuple(f"{word} {host[name]}".strip() for name, word in _HOST_NOTES.items() if name in host)
    graph.involve(node, centre, "host", notes=notes, period=Period(host.get("since", ""), host.get("until", "")))
