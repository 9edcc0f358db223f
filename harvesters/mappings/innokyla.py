"""Innokylä's pages: models, their use somewhere, projects, programmes and actors (ontology.md 12, innokyla.md).

What a *kokonaisuus* becomes, mapping version 1: a funding programme where its title ends in *ohjelma*; a
project where the page names actors and a period, or its title calls itself a *hanke*; else a collection.
"""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode

from talkoot.harvesters.record_graph import ActorName, Period, RecordGraph
from talkoot.harvesters.tables import table
from talkoot.harvesters.values import days, iso_date
from talkoot.ontology.folding import fold, slug
from talkoot.ontology.namespaces import DCT, FOAF, PROV, RDF, TK, XSD

_NO_ENTITY = {"ajankohtaista", "sivu (käyttöehdot)", "sivu (tietosuojaseloste)"}
_GROWTH_PROGRAMME = re.compile(r"\bRRP\b")
_GROWTH_PROGRAMME_TITLE = "Suomen kestävän kasvun ohjelma"
_PROGRAMME = re.compile(r"ohjelma(\s*\([^)]*\))?$")
_SENTENCE = re.compile(r"\w{3}\.(\s|$)|:\s|\n|.{300}")
"""What names of organisations have not: the field *Toimijat* may hold sentences and headings."""


def map_innokyla_page(graph: RecordGraph) -> None:
    """A model becomes a solution and its use, a kokonaisuus a project, programme or collection."""
    kind = graph.record.values["type"]
    if kind in _NO_ENTITY:
        graph.report("not-an-actor", "the page is read but stands for no entity", name="type", value=kind)
    elif kind == "toimintamalli":
        _model(graph)
    elif kind == "kokonaisuus":
        _whole(graph)
    else:
        graph.report("unknown-page-type", "no rule maps it", name="type", value=kind,
                     expected="toimintamalli or kokonaisuus")  # fmt: skip


def _model(graph: RecordGraph) -> None:
    values = graph.record.values
    solution = graph.entity("solution", graph.record.key)
    graph.say(solution, RDF["type"], TK["Solution"])
    graph.text(solution, DCT["title"], values["title"], _language(graph))
    graph.say(solution, FOAF["page"], NamedNode(values["page"]))
    for name in ("created", "modified"):
        if name in values:
            graph.say(solution, DCT[name], _day(values[name]))
    places = _places(graph)
    for place in places:
        graph.say(solution, DCT["spatial"], place)
    use = _use(graph, solution, places)
    for funder in (*values.get("funder", ()), *([values["funder_raw"]] if "funder_raw" in values else ())):
        _fund(graph, solution, use, funder)
    if _GROWTH_PROGRAMME.search(values["title"]) and use is not None:
        graph.say(use, TK["fundedUnder"], _programme(graph, "rrp", _GROWTH_PROGRAMME_TITLE))
    _actors(graph, solution)


def _use(graph: RecordGraph, solution: NamedNode, places: list[NamedNode]) -> NamedNode | None:
    """The use of the model somewhere; none where the page says nothing of place, funder or programme."""
    values = graph.record.values
    if not (places or values.get("funder") or "funder_raw" in values or _GROWTH_PROGRAMME.search(values["title"])):
        return None
    use = graph.entity("activity", f"{graph.record.key}.use")
    graph.say(use, RDF["type"], TK["Implementation"])
    graph.say(use, TK["implements"], solution)
    for place in places:
        graph.say(use, DCT["spatial"], place)
    return use


def _whole(graph: RecordGraph) -> None:
    values = graph.record.values
    title, kind = values["title"], _whole_kind(graph)
    node = graph.entity("programme" if kind == TK["FundingProgramme"] else "activity", graph.record.key)
    graph.say(node, RDF["type"], kind)
    graph.text(node, DCT["title"], title, _language(graph))
    graph.say(node, FOAF["page"], NamedNode(values["page"]))
    graph.period(node, _period(values.get("period", "")))
    if "parent" in values:
        graph.say(node, DCT["isPartOf"], _programme(graph, slug(values["parent"]), values["parent"]))
    if kind != TK["FundingProgramme"]:
        for funder in values.get("funder", ()):
            _fund(graph, node, node if kind == TK["Project"] else None, funder)
    _actors(graph, node)


def _whole_kind(graph: RecordGraph) -> NamedNode:
    values = graph.record.values
    title = values["title"]
    if _PROGRAMME.search(title) and " - " not in title and " – " not in title:
        return TK["FundingProgramme"]
    if ("actors" in values and "period" in values) or re.search(r"hanke\b", title, re.IGNORECASE):
        return TK["Project"]
    return PROV["Collection"]


def _programme(graph: RecordGraph, key: str, title: str) -> NamedNode:
    programme = graph.entity("programme", key)
    graph.say(programme, RDF["type"], TK["FundingProgramme"])
    graph.text(programme, DCT["title"], title, "fi")
    return programme


def _fund(graph: RecordGraph, thing: NamedNode, activity: NamedNode | None, value: str) -> None:
    """A funder value is an organisation, a programme, a class of funders or 'none', by a curated table."""
    row = table("innokyla_funders", "value").get(fold(value))
    if row is None:
        graph.report("unknown-funder", "left out", name="funder", value=value,
                     expected="a value of innokyla_funders.csv")  # fmt: skip
    elif row["kind"] == "organisation":
        actor = graph.actor(ActorName(value, "fi"), country="FI", inferred=True, where="funder")
        graph.involve(actor, thing, "funder", words=value)
    elif row["kind"] == "programme":
        programme = _programme(graph, row["code"], row["name"])
        graph.say(activity or thing, TK["fundedUnder"] if activity else DCT["relation"], programme)
    elif row["kind"] == "class":
        concept = graph.tables.codes["src/innokyla/funder"].find(value)
        if concept is not None:
            graph.say(activity or thing, DCT["relation"], concept.iri)


def _actors(graph: RecordGraph, thing: NamedNode) -> None:
    groups, values = table("innokyla_groups", "group"), graph.record.values
    named = [(f"actors[{number}]", name) for number, name in enumerate(values.get("actors", ()))]
    named += [("contact_organisation", values["contact_organisation"])] if "contact_organisation" in values else []
    for where, name in named:
        if fold(name) in groups:
            graph.report("generic-group", "a group in general", name=where, value=name)
            continue
        if _SENTENCE.search(name):
            graph.report("prose", "left out", name=where, value=name, expected="names of organisations")
            continue
        for actor in graph.actors_in(name, country="FI", inferred=True, language="fi", where=where):
            graph.involve(actor, thing, "participant")


def _places(graph: RecordGraph) -> list[NamedNode]:
    regions = enumerate(graph.record.values.get("region", ()))
    return [place for n, region in regions if (place := graph.finnish_place(region, f"region[{n}]"))]


def _period(text: str) -> Period | None:
    """A period in prose: its first and last date or year."""
    found = days(text)
    return Period(found[0], found[-1]) if found else None


def _language(graph: RecordGraph) -> str:
    language: str = graph.record.values.get("language", graph.record.definition.defaults["language"])
    return language


def _day(finnish: str) -> Literal:
    return Literal(iso_date(finnish), datatype=XSD["date"])
