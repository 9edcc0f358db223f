"""The page of one thing: everything that its template shows, read from the store."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup
from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import ADMS, DCT, PREFIXES, PROV, RDF, SKOS, TK
from talkoot.web.entity_facts import (
    Difference,
    Fact,
    Judgement,
    SourceEntity,
    Value,
    differences,
    judgements,
    side_facts,
    source_entity,
)  # fmt: skip
from talkoot.web.entity_parts import HOST, Part, PartnerRow, PartRow, PartsReader, parts_in, parts_of
from talkoot.web.names import Namer, Ref, site_path
from talkoot.web.notes import Note, Notes, Said
from talkoot.web.release_view import ReleaseView
from talkoot.web.summaries import Known, summary
from talkoot.web.wording import lower_first, years

_THIN = 3
_ACTORS = ("organisation", "network", "centre")


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a solution: where, with whose money, by whom."""

    ref: Ref
    places: tuple[Ref, ...]
    programmes: tuple[Ref, ...]
    funding_words: tuple[Ref, ...]
    actors: tuple[PartRow, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Other things that point to this one by one property."""

    label: str
    things: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class EntityPage:
    """What the page of a thing shows."""

    iri: str
    href: str
    kind: str
    name: str
    lang: str
    name_marks: tuple[int, ...]
    places: tuple[Ref, ...]
    other_names: tuple[Value, ...]
    summary: Markup
    takes_part: tuple[PartRow, ...]
    solutions: tuple[PartRow, ...]
    participants: tuple[PartRow, ...]
    partners: tuple[PartnerRow, ...]
    uses: tuple[Use, ...]
    incoming: tuple[Incoming, ...]
    facts: tuple[Fact, ...]
    differences: tuple[Difference, ...]
    notes: tuple[Note, ...]
    judgements: tuple[Judgement, ...]
    records: tuple[SourceEntity, ...]
    thin: bool
    query: str


def entity_page(view: ReleaseView, thing: NamedNode, language: str) -> EntityPage:
    """Everything that is known of a thing, for a reader of a language."""
    return _Builder(view, thing, language).build()


class _Builder:
    def __init__(self, view: ReleaseView, thing: NamedNode, language: str) -> None:
        self.facts = view.facts
        self.thing = thing
        self.namer = Namer(self.facts, language)
        self.notes = Notes(view, self.namer)
        self.rows = PartsReader(self.facts, self.namer, self.notes)
        self.said = Said(self.facts, thing)
        self.kind = self.facts.kind(thing)
        self.base = view.base

    def build(self) -> EntityPage:
        facts, thing, namer = self.facts, self.thing, self.namer
        own_name = namer.ref(thing)
        name, lang = (own_name.text, own_name.lang) if self.kind == "implementation" else facts.main_name(thing)
        name_marks = self.notes.marks(self.said.name(name))
        other_names = self._other_names(name)
        played = parts_of(facts, thing)
        own = [part for part in played if facts.kind(part.thing) not in ("solution", "implementation")]
        hosted = [part.thing for part in own if part.role == HOST and facts.kind(part.thing) == "centre"]
        takes_part = self.rows.things(own)
        through_centres: list[Part] = []
        for centre in hosted:
            parts = [part for part in parts_of(facts, centre) if part.thing not in {own_part.thing for own_part in own}]
            through_centres += parts
            takes_part += self.rows.things(parts, through=namer.ref(centre))
        solutions = self.rows.things(part for part in played if part not in own)
        participants = self.rows.actors(parts_in(facts, thing))
        partners = self.rows.partners(thing, played, through_centres) if self.kind in _ACTORS else []
        uses = [self._use(node) for node in facts.subjects(TK["implements"], thing)]
        incoming = self._incoming()
        side = side_facts(facts, thing, self.said, namer, self.notes)
        differing = differences(facts, self.said, namer, self.notes)
        places = tuple(namer.concept(country) for country in facts.countries(thing))
        start, end = facts.period(thing)
        status = facts.node(thing, ADMS["status"])
        known = Known(
            kind=self.kind,
            name=own_name,
            places=tuple(place.text for place in places),
            period=years(start, end),
            hosted=tuple(namer.ref(node) for node in hosted),
            takes_part=tuple(takes_part),
            solutions=tuple(solutions),
            participants=tuple(participants),
            partners=tuple(partners),
            groups=tuple(lower_first(namer.concept(node).text) for node in facts.nodes(thing, TK["hasTargetGroup"])),
            programmes=tuple(namer.ref(node) for node in facts.nodes(thing, TK["fundedUnder"])),
            status=namer.concept(status).text if status is not None else "",
            uses=len(uses),
            funded=sum(len(group.things) for group in incoming),
        )
        statements = len(takes_part) + len(solutions) + len(participants) + len(uses)
        statements += sum(len(fact.values) for fact in side) + sum(len(group.things) for group in incoming)
        return EntityPage(
            iri=thing.value,
            href=site_path(thing.value, self.base),
            kind=self.kind,
            name=name or own_name.text,
            lang=lang,
            name_marks=name_marks,
            places=places,
            other_names=other_names,
            summary=summary(known),
            takes_part=tuple(takes_part),
            solutions=tuple(solutions),
            participants=tuple(participants),
            partners=tuple(partners),
            uses=tuple(uses),
            incoming=tuple(incoming),
            facts=tuple(side),
            differences=tuple(differing),
            notes=self.notes.all(),
            judgements=tuple(judgements(facts, thing, namer)),
            records=tuple(source_entity(facts, node) for node in self.said.views),
            thin=statements <= _THIN,
            query=_query(thing, self.kind, bool(played if self.kind in ("organisation", "network") else participants)),
        )

    def _other_names(self, name: str) -> tuple[Value, ...]:
        found = []
        for predicate in (SKOS["prefLabel"], DCT["title"]):
            for text in self.facts.texts(self.thing, predicate):
                if text.value != name:
                    marks = self.notes.marks(self.said.name(text.value))
                    found.append(Value(text.value, text.language or "", "", False, marks))
        return tuple(found)

    def _use(self, node: NamedNode) -> Use:
        said = Said(self.facts, node)
        return Use(
            self.namer.ref(node),
            tuple(self.namer.concept(place) for place in self.facts.nodes(node, DCT["spatial"])),
            tuple(self.namer.refs(self.facts.nodes(node, TK["fundedUnder"]))),
            tuple(self.namer.concept(words) for words in self.facts.nodes(node, DCT["relation"])),
            tuple(self.rows.actors(parts_in(self.facts, node))),
            self.notes.marks(said.graphs),
        )

    def _incoming(self) -> list[Incoming]:
        shown = {PROV["agent"], TK["involvedIn"], TK["implements"], RDF["type"]}
        groups: dict[NamedNode, list[NamedNode]] = {}
        for quad in self.facts.store.quads_for_pattern(None, None, self.thing, None):
            if quad.predicate in shown or quad.graph_name == self.facts.identity:
                continue
            if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(f"{self.base}id/src/"):
                groups.setdefault(quad.predicate, []).append(quad.subject)
        labels = {
            TK["fundedUnder"]: gettext("Funded under this programme"),
            DCT["isPartOf"]: gettext("Parts of this"),
            TK["developedIn"]: gettext("Developed in this project"),
            TK["adaptedFrom"]: gettext("Adapted from this solution"),
        }
        return [
            Incoming(labels.get(predicate, predicate.value.rsplit("#", 1)[-1]), tuple(self.namer.refs(nodes)))
            for predicate, nodes in sorted(groups.items(), key=lambda item: item[0].value)
        ]


def _query(thing: NamedNode, kind: str, has_parts: bool) -> str:
    """The SPARQL query behind a page: the parts played by an actor or in a thing, else what each record says."""
    names = ("dct", "prov", "skos", "tk") if has_parts else ("tk",)
    prefixes = "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in names)
    if not has_parts:
        return (
            f"{prefixes}\n\nSELECT ?property ?value ?record\nWHERE {{\n"
            f"  GRAPH ?identity {{ ?entity tk:viewOf <{thing.value}> }}\n"
            "  GRAPH ?record { ?entity ?property ?value }\n"
            "  FILTER (?record != ?identity)\n}\nORDER BY ?property ?value\n"
        )
    if kind in ("organisation", "network"):
        pattern, other = f"prov:agent <{thing.value}> ; tk:involvedIn ?thing", "thing"
    else:
        pattern, other = f"tk:involvedIn <{thing.value}> ; prov:agent ?actor", "actor"
    return (
        f"{prefixes}\n\nSELECT ?{other} (SAMPLE(?label) AS ?name) ?role ?record\nWHERE {{\n"
        f"  ?part {pattern} ;\n        tk:hasRole ?role ; prov:wasDerivedFrom ?record .\n"
        f"  OPTIONAL {{ ?{other} skos:prefLabel|dct:title ?label }}\n}}\nGROUP BY ?{other} ?role ?record\n"
        f"ORDER BY ?{other}\n"
    )
