"""Innokylä's pages: models, their use somewhere, projects, programmes and actors (ontology.md 12, innokyla.md).

What a *kokonaisuus* becomes, mapping version 1: a funding programme where its title ends in *ohjelma*; a
project where the page names actors and a period, or its title calls itself a *hanke*; else a collection.
"""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from talkoot.graph.rdf_text import date_literal
from talkoot.harvesters import table
from talkoot.harvesters.record_graph import RecordGraph
from talkoot.harvesters.values import days, iso_date
from talkoot.ontology.folding import fold, slug
from talkoot.ontology.namespaces import DCT, FOAF, TK

_NO_ENTITY = {"ajankohtaista", "sivu (käyttöehdot)", "sivu (tietosuojaseloste)"}
_GROWTH_PROGRAMME = re.compile(r"\bRRP\b")
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
    values = {**graph.record.definition.defaults, **graph.record.values}
    solution = graph.thing("solution", graph.record.key, values["title"], values["language"])
    graph.say(solution, FOAF["page"], NamedNode(values["page"]))
    for name in ("created", "modified"):
        graph.say(solution, DCT[name], date_literal(iso_date(values[name])) if name in values else None)
    regions = enumerate(values.get("region", ()))
    places = [place for number, text in regions if (place := graph.finnish_place(text, f"region[{number}]"))]
    growth = _GROWTH_PROGRAMME.search(values["title"])
    use = None  # of the model somewhere, where the page says anything of place, funder or programme
    if places or values.get("funder") or "funder_raw" in values or growth:
        use = graph.thing("use", f"{graph.record.key}.use")
        graph.say(use, TK["implements"], solution)
    for place in places:
        for thing in (solution, use) if use else ():
            graph.say(thing, DCT["spatial"], place)
    for funder in (*values.get("funder", ()), *([values["funder_raw"]] if "funder_raw" in values else ())):
        _fund(graph, solution, use, funder)
    if use and growth:
        programme = graph.thing("programme", "rrp", "Suomen kestävän kasvun ohjelma", "fi")
        graph.say(use, TK["fundedUnder"], programme)
    _actors(graph, solution)


def _whole(graph: RecordGraph) -> None:
    values = {**graph.record.definition.defaults, **graph.record.values}
    title, kind = values["title"], "collection"
    if _PROGRAMME.search(title) and " - " not in title and " – " not in title:
        kind = "programme"
    elif ("actors" in values and "period" in values) or re.search(r"hanke\b", title, re.IGNORECASE):
        kind = "project"
    node = graph.thing(kind, graph.record.key, title, values["language"])
    graph.say(node, FOAF["page"], NamedNode(values["page"]))
    if found := days(values.get("period", "")):
        graph.period(node, found[0], found[-1])
    if parent := values.get("parent"):
        graph.say(node, DCT["isPartOf"], graph.thing("programme", slug(parent), parent, "fi"))
    for funder in values.get("funder", ()) if kind != "programme" else ():
        _fund(graph, node, node if kind == "project" else None, funder)
    _actors(graph, node)


def _fund(graph: RecordGraph, thing: NamedNode, activity: NamedNode | None, value: str) -> None:
    """A funder value is an organisation, a programme, a class of funders or 'none', by a curated table."""
    row = table("innokyla_funders", "value").get(fold(value))
    if row is None:
        expected = "a value of innokyla_funders.csv"
        graph.report("unknown-funder", "left out", name="funder", value=value, expected=expected)
    elif row["kind"] == "organisation":
        actor = graph.actor(value, "fi", country="FI", inferred=True, where="funder")
        graph.involve(actor, thing, "funder", words=value)
    elif row["kind"] == "programme":
        programme = graph.thing("programme", row["code"], row["name"], "fi")
        graph.say(activity or thing, TK["fundedUnder"] if activity else DCT["relation"], programme)
    elif row["kind"] == "class":
        graph.say(activity or thing, DCT["relation"], graph.tables.codes["src/innokyla/funder"].find(value))


def _actors(graph: RecordGraph, thing: NamedNode) -> None:
    values = graph.record.values
    named = {f"actors[{number}]": name for number, name in enumerate(values.get("actors", ()))}
    named |= {name: values[name] for name in ("contact_organisation",) if name in values}
    for where, name in named.items():
        if fold(name) in table("innokyla_groups", "group"):
            graph.report("generic-group", "a group in general", name=where, value=name)
        elif _SENTENCE.search(name):
            graph.report("prose", "left out", name=where, value=name, expected="names of organisations")
        else:
            for actor in graph.actors_in(name, where):
                graph.involve(actor, thing, "participant")
