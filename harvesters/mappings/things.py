"""The general mapping: what a record says follows from the ``means`` of its fields alone (harvesters/meanings.csv)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.graph.identity.registers import registers
from talkoot.graph.labels import ALTERNATIVES
from talkoot.graph.rdf_text import date_literal
from talkoot.harvesters import table
from talkoot.harvesters.definition import Field
from talkoot.harvesters.record_graph import KINDS, RecordGraph
from talkoot.harvesters.values import days, decimal, is_address
from talkoot.ontology import Concept
from talkoot.ontology.folding import fold, slug
from talkoot.ontology.namespaces import ADMS, DCT, FOAF, ORG, RDF, SCHEMA, SKOS, TK, VOC, XSD

_LINKS = {
    "programme": (TK["fundedUnder"], "programme"), "developed-in": (TK["developedIn"], "project"),
    "part-of-programme": (DCT["isPartOf"], "programme"), "part-of-project": (DCT["isPartOf"], "project"),
}  # fmt: skip
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
    key = (slug(title) or title) if defaults.get("key") == "name" else record.key
    if "place" in defaults and not words & {"country", "place"}:
        said.append(_Value("country", "", defaults["place"], "place", {}))
    if kind == "organisation":
        thing = project = _actor(graph, said, "name", key)
    else:
        thing = project = graph.thing(kind, key)
        if defaults.get("social_innovation"):
            graph.say(thing, RDF["type"], TK["SocialInnovation"])
        if kind == "solution" and words & _OF_PROJECTS:  # a solution has no period and no money, its project has
            project = graph.thing("project", key)
            graph.say(thing, TK["developedIn"], project)
        for one in said:
            for subject in dict.fromkeys((thing, project)):
                if one.word == "name" or (one.word in _OF_PROJECTS) == (subject != thing) or thing == project:
                    _say(graph, subject, one, kind)
    if kind == "centre" and not any(one.argument == "status:centre-status" for one in said):
        graph.say(thing, ADMS["status"], VOC["centre-status/unknown"])
    graph.period(project, *_period(graph, said))
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


def _say(graph: RecordGraph, thing: NamedNode, one: _Value, kind: str) -> None:
    """Say of a thing what one value means; what needs several values, or names actors, is said elsewhere."""
    value, argument, where, actor = one.value, one.argument, one.where, KINDS[kind][1] == "actor"
    language = argument or graph.record.definition.defaults.get("language", "")
    match one.word:
        case "name" | "alternative":
            main = SKOS["prefLabel"] if actor else DCT["title"]
            graph.text(thing, main if one.word == "name" else ALTERNATIVES[main], value, language)
        case "note":
            graph.text(thing, SKOS["note"], value)
        case "evidence":
            graph.text(thing, SKOS["editorialNote"], f"Selected because of: {value}")
        case "page":
            graph.say(thing, FOAF["page"], NamedNode(value))
        case "homepage":
            address = value.strip() if "://" in value else f"https://{value.strip()}"
            if is_address(address) and "." in address:
                graph.website(thing, address)
            else:
                graph.report("not-an-address", "left out", name=where, value=value, expected="a web address")
        case "country" | "place":
            place = (graph.country if one.word == "country" else graph.finnish_place)(value, where)
            graph.say(thing, DCT["spatial"], place)
            graph.say(thing, TK["designatedFor"], place if kind == "centre" else None)
        case "created" | "modified":
            whole = [date_literal(day) for day in _days(graph, one) if len(day) == len("2026-11-25")]
            graph.say(thing, DCT[one.word], next(iter(whole), None))
        case "kind":
            row = table("kinds", "words").get(fold(value), {}) if not argument else {}
            if text := row.get("kind", value):  # words whose kind is empty are known, and name none of ours
                graph.say(thing, ORG["classification"], _concept(graph, argument or "actor-kind", text, where))
        case "concept":
            name, _, scheme = argument.partition(":")
            graph.say(thing, _CONCEPTS.get(name, TK[name]), _concept(graph, scheme, value, where))
        case "identifier":
            number = "".join(str(value).split()).rstrip("/").rsplit("/", 1)[-1]  # some registers give addresses
            known = registers().get(argument)  # numbers of others hold a digit at least
            if re.fullmatch(known.number if known else r".*\d.*", number) is None:
                expected = f"a number of {argument}"
                graph.report("not-a-number", "left out", name=where, value=value, expected=expected)
                return
            told = (SKOS["notation"], Literal(number)), (ADMS["schemaAgency"], Literal(argument))
            node = graph.within(thing, f"{slug(argument)}-{slug(number)}", ADMS["Identifier"], *told)
            graph.say(thing, ADMS["identifier"], node)
        case "grant" if float(decimal(value)) > 0:
            money = Literal(decimal(value), datatype=XSD["decimal"])
            told = (SCHEMA["value"], money), (SCHEMA["currency"], Literal(argument))
            amount = graph.within(thing, f"amount-{slug(where)}", SCHEMA["MonetaryAmount"], *told)
            said = (SCHEMA["fundedItem"], thing), (SCHEMA["amount"], amount)
            graph.within(thing, f"grant-{slug(where)}", SCHEMA["MonetaryGrant"], *said)
        case word if word in _LINKS:
            predicate, other = _LINKS[word]
            graph.say(thing, predicate, graph.thing(other, slug(value) or value, value, language))


def _concept(graph: RecordGraph, scheme: str, text: str, where: str) -> Concept | None:
    told = ("unknown-concept", "left out", f"a label of voc/{scheme}")
    return graph.tables.codes[scheme].code(text) or graph.concept(text, where, scheme, told=told)


def _days(graph: RecordGraph, one: _Value) -> list[str]:
    found = days(str(one.value))
    if not found:
        graph.report("unknown-date", "left out", name=one.where, value=one.value, expected="a year, month or day")
    return found


def _period(graph: RecordGraph, said: list[_Value]) -> tuple[str, str]:
    """From the first to the last of the days that *start*, *end* and *period* tell."""
    told: dict[str, list[str]] = {"start": [], "end": [], "period": []}
    for one in said:
        if one.word in told:
            told[one.word] += _days(graph, one)
    starts, ends = told["start"] or told["period"], told["end"] or told["period"]
    return "".join(starts[:1]), "".join(ends[-1:])


def _actor(graph: RecordGraph, said: list[_Value], where: str, key: str = "") -> NamedNode:
    """An organisation with all that is said of it; its seat is that of the defaults where none is said."""
    defaults = graph.record.definition.defaults
    (_, language, name, *_), *others = (one for one in said if one.word in ("name", "alternative"))
    seat = next((one for one in said if one.word == "country"), None)
    actor = graph.actor(
        name, language or defaults.get("language", ""), tuple((one.value, one.argument) for one in others),
        country=seat.value if seat else defaults.get("country", ""), inferred=seat is None, key=key,
        where=seat.where if seat else where,
    )  # fmt: skip
    for one in said:
        if one.word not in ("name", "alternative", "country"):
            _say(graph, actor, one, "organisation")
    return actor


def _actors(graph: RecordGraph, one: _Value, more: list[_Value]) -> list[tuple[NamedNode, list[_Value]]]:
    """The organisations that a text or an object names, each with what else is said of it."""
    if isinstance(one.value, dict):
        said = list(_sort(one.fields, one.value, f"{one.where}."))
        return [(_actor(graph, said, one.where), said)] if any(told.word == "name" for told in said) else []
    if more:
        said = [one._replace(word="name", argument=""), *more]
        return [(_actor(graph, said, one.where), said)]
    return [(actor, []) for actor in graph.actors_in(one.value, one.where)]


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
        role, inferred, words, where = one.argument or "participant", False, "", ""
        if read := next((other for other in told if other.word == "role"), None):
            role, words, where = "", read.value, read.where
        elif role == "lead" and len(leads) > 1:
            role, inferred = ("lead", True) if actor == leads[0] else ("participant", False)
        period = _period(graph, told)
        graph.involve(actor, thing, role, words=words, inferred=inferred, period=period, where=where)
    told_so = any(one.word == "left-out" and "private person" in one.value for one in said)
    if private or (told_so and not listed):
        graph.report("lead-left-out", "the lead is a private person")
