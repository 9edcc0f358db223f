"""The general mapping: what a record says follows from the ``means`` of its fields alone (harvesters/meanings.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.graph.rdf_text import date_literal
from talkoot.harvesters.definition import Field
from talkoot.harvesters.meanings import REGISTERS
from talkoot.harvesters.record_graph import ActorName, Period, RecordGraph
from talkoot.harvesters.tables import table
from talkoot.harvesters.values import days, decimal, is_address
from talkoot.ontology.folding import fold, slug
from talkoot.ontology.namespaces import ADMS, DCT, FOAF, ORG, RDF, SCHEMA, SKOS, TK, VOC, XSD

_CLASSES = {
    "solution": (TK["Solution"], "solution"), "organisation": (ORG["Organization"], "actor"),
    "project": (TK["Project"], "activity"), "programme": (TK["FundingProgramme"], "programme"),
    "network": (TK["Network"], "actor"), "centre": (TK["CompetenceCentre"], "actor"),
}  # fmt: skip
_LINKS = {
    "programme": (TK["fundedUnder"], "programme"), "developed-in": (TK["developedIn"], "project"),
    "part-of-programme": (DCT["isPartOf"], "programme"), "part-of-project": (DCT["isPartOf"], "project"),
}  # fmt: skip
_TEXTS = {"alternative": DCT["alternative"], "note": SKOS["note"], "evidence": SKOS["editorialNote"]}
_CONCEPTS = {"relation": DCT["relation"], "language": DCT["language"], "status": ADMS["status"]}
_OF_PROJECTS = {"start", "end", "period", "grant", "programme"}


class _Value(NamedTuple):
    """A value, its meaning and what stands after that, the field's name in messages, and the fields within it."""

    word: str
    argument: str
    value: Any
    where: str
    fields: Mapping[str, Field]


def map_thing(graph: RecordGraph) -> None:
    """A thing of the kind that the definition's defaults name, with all that its fields mean."""
    record, defaults = graph.record, graph.record.definition.defaults
    said = list(_sort(record.definition.fields, record.values))
    words = {one.word for one in said}
    kind, title = defaults.get("thing", "solution"), next(one.value for one in said if one.word == "name")
    class_, segment = _CLASSES[kind]
    key = (slug(title) or title) if defaults.get("key") == "name" else record.key
    if "place" in defaults and not words & {"country", "place"}:
        said.append(_Value("country", "", defaults["place"], "place", {}))
    if kind == "organisation":
        thing = project = _actor(graph, said, "name", key)
    else:
        thing = project = graph.entity(segment, key)
        graph.say(thing, RDF["type"], class_)
        if defaults.get("social_innovation"):
            graph.say(thing, RDF["type"], TK["SocialInnovation"])
        if kind == "solution" and words & _OF_PROJECTS:  # a solution has no period and no money, its project has
            project = graph.entity("activity", key)
            graph.say(project, RDF["type"], TK["Project"])
            graph.say(thing, TK["developedIn"], project)
        for one in said:
            for subject in dict.fromkeys((thing, project)):
                if one.word == "name" or (one.word in _OF_PROJECTS) == (subject != thing) or thing == project:
                    _say(graph, subject, one, class_)
    if kind == "centre" and not any(one.argument == "status:centre-status" for one in said):
        graph.say(thing, ADMS["status"], VOC["centre-status/unknown"])
    graph.period(project, _period(graph, said))
    _parts(graph, thing, said)


def _sort(fields: Mapping[str, Field], values: Mapping[str, Any], where: str = "") -> Iterator[_Value]:
    """The values of a record, or of an object within it, one by one, whose fields mean something."""
    for name, field in fields.items():
        if field.means and name in values:
            word, _, argument = field.means.partition(":")
            items = values[name] if isinstance(values[name], list) else [values[name]]
            for number, item in enumerate(items):
                place = f"{where}{name}[{number}]" if items is values[name] else where + name
                yield _Value(word, argument, item, place, field.fields)


def _say(graph: RecordGraph, thing: NamedNode, one: _Value, class_: NamedNode) -> None:
    """Say of a thing what one value means; what needs several values, or names actors, is said elsewhere."""
    value, actor = one.value, class_ not in (TK["Solution"], TK["Project"], TK["FundingProgramme"])
    language = one.argument or graph.record.definition.defaults.get("language", "")
    if one.word == "name":
        graph.text(thing, SKOS["prefLabel"] if actor else DCT["title"], value, language)
    elif one.word in _TEXTS:
        predicate = SKOS["altLabel"] if actor and one.word == "alternative" else _TEXTS[one.word]
        text = f"Selected because of: {value}" if one.word == "evidence" else value
        graph.text(thing, predicate, text, language if one.word == "alternative" else "")
    elif one.word == "page":
        graph.say(thing, FOAF["page"], NamedNode(value))
    elif one.word == "homepage":
        address = value.strip() if "://" in value else f"https://{value.strip()}"
        if is_address(address) and "." in address:
            graph.website(thing, address)
        else:
            graph.report("not-an-address", "left out", name=one.where, value=value, expected="a web address")
    elif one.word in ("country", "place"):
        if place := (graph.country if one.word == "country" else graph.finnish_place)(value, one.where):
            graph.say(thing, DCT["spatial"], place)
            if class_ == TK["CompetenceCentre"]:
                graph.say(thing, TK["designatedFor"], place)
    elif one.word in ("created", "modified"):
        for day in [day for day in _days(graph, one) if len(day) == len("2026-11-25")][:1]:
            graph.say(thing, DCT[one.word], date_literal(day))
    elif one.word == "kind":
        row = table("kinds", "words").get(fold(value), {}) if not one.argument else {}
        if row.get("kind", value):  # words whose kind is empty are known, and name none of ours
            _concept(graph, thing, ORG["classification"], one.argument or "actor-kind", one, row.get("kind", value))
    elif one.word == "concept":
        name, _, scheme = one.argument.partition(":")
        _concept(graph, thing, _CONCEPTS.get(name, TK[name]), scheme, one, value)
    elif one.word == "identifier":
        text = "".join(str(value).split()).rstrip("/").rsplit("/", 1)[-1]  # some registers give addresses
        if re.fullmatch(REGISTERS.get(one.argument, r".*\d.*"), text) is None:
            expected = f"a number of {one.argument}"
            graph.report("not-a-number", "left out", name=one.where, value=value, expected=expected)
            return
        node = NamedNode(f"{thing.value}#{slug(one.argument)}-{slug(text)}")
        graph.say(thing, ADMS["identifier"], node)
        graph.say(node, RDF["type"], ADMS["Identifier"])
        graph.say(node, SKOS["notation"], Literal(text))
        graph.say(node, ADMS["schemaAgency"], Literal(one.argument))
    elif one.word == "grant" and float(decimal(value)) > 0:
        grant, amount = (NamedNode(f"{thing.value}#{part}-{slug(one.where)}") for part in ("grant", "amount"))
        graph.say(grant, RDF["type"], SCHEMA["MonetaryGrant"])
        graph.say(grant, SCHEMA["fundedItem"], thing)
        graph.say(grant, SCHEMA["amount"], amount)
        graph.say(amount, RDF["type"], SCHEMA["MonetaryAmount"])
        graph.say(amount, SCHEMA["value"], Literal(decimal(value), datatype=XSD["decimal"]))
        graph.say(amount, SCHEMA["currency"], Literal(one.argument))
    elif one.word in _LINKS:
        predicate, kind = _LINKS[one.word]
        other = graph.entity(_CLASSES[kind][1], slug(value) or value)
        graph.say(thing, predicate, other)
        graph.say(other, RDF["type"], _CLASSES[kind][0])
        graph.text(other, DCT["title"], value, language)


def _concept(graph: RecordGraph, thing: NamedNode, predicate: NamedNode, scheme: str, one: _Value, text: str) -> None:
    concept = graph.tables.codes[scheme].code(text) or graph.tables.codes[scheme].find(text)
    if concept is None:
        graph.report("unknown-concept", "left out", name=one.where, value=text, expected=f"a label of voc/{scheme}")
    else:
        graph.say(thing, predicate, concept.iri)


def _days(graph: RecordGraph, one: _Value) -> list[str]:
    found = days(str(one.value))
    if not found:
        graph.report("unknown-date", "left out", name=one.where, value=one.value, expected="a year, month or day")
    return found


def _period(graph: RecordGraph, said: list[_Value]) -> Period:
    """From the first to the last of the days that *start*, *end* and *period* tell."""
    told: dict[str, list[str]] = {"start": [], "end": [], "period": []}
    for one in said:
        if one.word in told:
            told[one.word] += _days(graph, one)
    starts, ends = told["start"] or told["period"], told["end"] or told["period"]
    return Period("".join(starts[:1]), "".join(ends[-1:]))


def _actor(graph: RecordGraph, said: list[_Value], where: str, key: str = "") -> NamedNode:
    """An organisation with all that is said of it; its seat is that of the defaults where none is said."""
    defaults = graph.record.definition.defaults
    (_, language, name, *_), *others = (one for one in said if one.word in ("name", "alternative"))
    seat = next((one for one in said if one.word == "country"), None)
    actor = graph.actor(
        ActorName(name, language or defaults.get("language", ""), tuple((one.value, one.argument) for one in others)),
        country=seat.value if seat else defaults.get("country", ""), inferred=seat is None, key=key,
        where=seat.where if seat else where,
    )  # fmt: skip
    for one in said:
        if one.word not in ("name", "alternative", "country"):
            _say(graph, actor, one, ORG["Organization"])
    return actor


def _actors(graph: RecordGraph, one: _Value, more: list[_Value]) -> list[tuple[NamedNode, list[_Value]]]:
    """The organisations that a text or an object names, each with what else is said of it."""
    defaults, where = graph.record.definition.defaults, one.where
    if isinstance(one.value, dict):
        said = list(_sort(one.fields, one.value, f"{where}."))
        return [(_actor(graph, said, where), said)] if any(told.word == "name" for told in said) else []
    if more:
        said = [one._replace(word="name", argument=""), *more]
        return [(_actor(graph, said, where), said)]
    seat, language = defaults.get("country", ""), defaults.get("language", "")
    return [
        (actor, []) for actor in graph.actors_in(one.value, country=seat, inferred=True, language=language, where=where)
    ]


def _parts(graph: RecordGraph, thing: NamedNode, said: list[_Value]) -> None:
    """Who plays a part; of several under one heading of leads the first is taken as the lead, others as participants.

    In a row that names one actor, the other columns about it have meanings that begin with ``actor.``.
    """
    more = [one._replace(word=one.word[6:]) for one in said if one.word.startswith("actor.")]
    private = graph.record.key in graph.record.definition.defaults.get("private_leads", ())
    named = (one for one in said if one.word == "role" and not (private and one.argument == "lead"))
    listed = [(one, *found) for one in named for found in _actors(graph, one, more)]
    leads = [actor for one, actor, _ in listed if one.argument == "lead"]
    for one, actor, told in listed:
        role, inferred, words = one.argument or "participant", False, ""
        if read := next((other for other in told if other.word == "role"), None):
            words, (role, inferred) = read.value, graph.role(read.value, read.where)
        elif role == "lead" and len(leads) > 1:
            role, inferred = ("lead", True) if actor == leads[0] else ("participant", False)
        graph.involve(actor, thing, role, words=words, inferred=inferred, period=_period(graph, told))
    told_so = any(one.word == "left-out" and "private person" in one.value for one in said)
    if private or (told_so and not listed):
        graph.report("lead-left-out", "the lead is a private person")
