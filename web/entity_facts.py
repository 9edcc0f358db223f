"""What a page's side column shows of a thing, where its sources differ, and why records were joined."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from pyoxigraph import Literal, NamedNode

from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import ADMS, DCT, FOAF, ORG, PREFIXES, PROV, RDF, SKOS, TK  # fmt: skip
from talkoot.web.facts import Facts
from talkoot.web.names import Namer, site_path
from talkoot.web.notes import Notes, Said, web_link
from talkoot.web.wording import moment, period, rule_word


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact: a name on this site, an outside link, or a text; with the notes that vouch for it."""

    text: str
    lang: str | None
    href: str
    outside: bool
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled fact with its values."""

    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that sources say differently."""

    what: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class SourceEntity:
    """A source's own entity: its name there, its page on this site and its source."""

    name: str
    href: str
    source: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why two source entities were held to be the same, or not."""

    first: SourceEntity
    second: SourceEntity
    judgement: str
    rule: str
    evidence: str
    date: str
    automatic: bool


_NOT_SHOWN = frozenset(
    [RDF["type"], PROV["wasDerivedFrom"], SKOS["prefLabel"], SKOS["altLabel"], DCT["title"], DCT["alternative"],
     DCT["temporal"]]
)  # fmt: skip


def _labels() -> dict[NamedNode, str]:
    """The properties in the order of the page, with what each is called."""
    return {
        TK["designatedFor"]: gettext("Designated for"),
        ADMS["status"]: gettext("Status"),
        DCT["spatial"]: gettext("Place"),
        FOAF["homepage"]: gettext("Website"),
        FOAF["page"]: gettext("Described at"),
        TK["hasTargetGroup"]: gettext("For whom"),
        TK["addressesNeed"]: gettext("Need"),
        TK["hasForm"]: gettext("Form"),
        TK["hasStage"]: gettext("Stage"),
        TK["implements"]: gettext("Solution in use"),
        TK["fundedUnder"]: gettext("Funded under"),
        DCT["relation"]: gettext("Funding, in the source’s words"),
        DCT["isPartOf"]: gettext("Part of"),
        TK["developedIn"]: gettext("Developed in"),
        TK["adaptedFrom"]: gettext("Adapted from"),
        DCT["language"]: gettext("Languages"),
        ADMS["identifier"]: gettext("Identifiers"),
        ORG["identifier"]: gettext("Identifiers"),
        DCT["created"]: gettext("Described there since"),
        DCT["modified"]: gettext("Changed there"),
    }


def side_facts(facts: Facts, thing: NamedNode, said: Said, namer: Namer, notes: Notes) -> list[Fact]:
    """The facts of the side column, in the order of the page."""
    known = _labels()
    values: dict[NamedNode, list[Value]] = {}
    places = {place.value for place in facts.nodes(thing, TK["designatedFor"])}
    for quad in sorted(facts.about(thing), key=lambda quad: str(quad.object)):
        predicate, value = quad.predicate, quad.object
        if predicate in _NOT_SHOWN or not isinstance(value, NamedNode | Literal):
            continue
        if predicate == DCT["spatial"] and value.value in places:
            continue
        marks = notes.marks(said.by(predicate, value.value))
        values.setdefault(predicate, []).append(_value(facts, value, namer, marks))
    found = [Fact(known[predicate], tuple(values.pop(predicate))) for predicate in known if predicate in values]
    times = facts.periods(thing)
    if times:
        shown = [Value(period(*time), None, "", False, notes.marks(said.period(*time))) for time in times]
        found.insert(0, Fact(gettext("Period"), tuple(shown)))
    others = _other_names(facts, thing, said, notes)
    if others:
        found.insert(0, Fact(gettext("Known as"), tuple(others)))
    found += [Fact(_prefixed(predicate), tuple(rest)) for predicate, rest in values.items()]
    return found


def _other_names(facts: Facts, thing: NamedNode, said: Said, notes: Notes) -> list[Value]:
    texts = [*facts.texts(thing, SKOS["altLabel"]), *facts.texts(thing, DCT["alternative"])]
    return [Value(text.value, text.language or "", "", False, notes.marks(said.name(text.value))) for text in texts]


def _value(facts: Facts, value: NamedNode | Literal, namer: Namer, marks: tuple[int, ...]) -> Value:
    if isinstance(value, Literal):
        dated = value.datatype.value.rsplit("#", 1)[-1] in ("date", "dateTime", "gYear", "gYearMonth")
        text = moment(value.value) if dated else value.value
        return Value(text, None if dated else (value.language or ""), "", False, marks)
    if value.value.startswith(f"{facts.base}id/") or facts.is_concept(value):
        ref = namer.ref(value)
        return Value(ref.text, ref.lang, ref.href, False, marks)
    link = web_link(value.value)
    return Value(link.text, None, link.href, bool(link.href), marks)


def _prefixed(predicate: NamedNode) -> str:
    for prefix, namespace in PREFIXES.items():
        if predicate.value.startswith(namespace):
            return f"{prefix}:{predicate.value.removeprefix(namespace)}"
    return predicate.value


def differences(facts: Facts, said: Said, namer: Namer, notes: Notes) -> list[Difference]:
    """Names that sources spell differently in one language, and countries that they see differently."""
    found = []
    tagged = {fold(text) for text, lang in said.main_names if lang}
    by_language: dict[str, dict[str, set[NamedNode]]] = {}
    for (text, lang), graphs in said.main_names.items():
        if lang or fold(text) not in tagged:
            by_language.setdefault(lang, {}).setdefault(text, set()).update(graphs)
    if len(by_language) > 1 and "" in by_language:
        own = next((lang for lang in sorted(by_language) if lang not in ("", "en")), "")
        if own:
            by_language[own].update(by_language.pop(""))
    for lang, spellings in sorted(by_language.items()):
        if len(spellings) > 1:
            values = [Value(text, lang, "", False, notes.marks(graphs)) for text, graphs in sorted(spellings.items())]
            found.append(Difference(gettext("Name"), tuple(values)))
    seen_by: dict[NamedNode, set[NamedNode]] = {}
    for country, graphs in said.countries.items():
        for graph in graphs:
            seen_by.setdefault(graph, set()).add(country)
    if seen_by and not set.intersection(*seen_by.values()):
        values = [
            Value(namer.concept(country).text, None, "", False, notes.marks(graphs))
            for country, graphs in said.countries.items()
        ]
        found.append(Difference(gettext("Country"), tuple(values)))
    return found


def source_entity(facts: Facts, entity: NamedNode) -> SourceEntity:
    """A source's own entity by its IRI."""
    rest = entity.value.removeprefix(f"{facts.base}id/src/")
    name = next(
        (
            quad.object.value
            for quad in facts.recorded(entity)
            if quad.predicate in (SKOS["prefLabel"], DCT["title"]) and isinstance(quad.object, Literal)
        ),
        rest.rsplit("/", 1)[-1],
    )
    return SourceEntity(name, site_path(entity.value, facts.base), rest.split("/", 1)[0])


def judgements(facts: Facts, thing: NamedNode, namer: Namer) -> list[Judgement]:
    """The decisions that led to one thing out of several records."""
    found = []
    for quad in facts.store.quads_for_pattern(None, TK["linksTo"], thing, facts.identity):
        node = quad.subject
        said: dict[NamedNode, list[str]] = {}
        for statement in facts.store.quads_for_pattern(node, None, None, facts.identity):
            if isinstance(statement.object, NamedNode | Literal):
                said.setdefault(statement.predicate, []).append(statement.object.value)
        pair = sorted(said.get(TK["linksFrom"], []))
        if len(pair) != 2:
            continue
        judgement = said.get(TK["hasJudgement"], [""])[0]
        found.append(
            Judgement(
                source_entity(facts, NamedNode(pair[0])),
                source_entity(facts, NamedNode(pair[1])),
                namer.concept(NamedNode(judgement)).text if judgement else "",
                rule_word(said.get(SKOS["note"], [""])[0]),
                said.get(DCT["description"], [""])[0],
                moment(said.get(DCT["date"], [""])[0]),
                said.get(DCT["creator"], [""])[0] == "automatic",
            )
        )
    return sorted(found, key=lambda item: (item.first.href, item.second.href))
