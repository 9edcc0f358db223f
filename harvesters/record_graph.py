"""The builder with which mappings say what a record says: entities, names, parts played, places, issues."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.names import NameTable, key_name, seems_several
from talkoot.graph.issues import MAIL_ADDRESS, Issue
from talkoot.graph.labels import ALTERNATIVES
from talkoot.graph.rdf_text import date_literal
from talkoot.graph.records import MappedRecord, Origin, graph_iri, path_segment
from talkoot.harvesters import table
from talkoot.harvesters.check import SourceRecord
from talkoot.ontology import CodeLists
from talkoot.ontology.code_lists import Concept
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import DCAT, DCT, FOAF, ORG, PROV, RDF, SKOS, TK, VOC

Value = NamedNode | Literal | Concept | None
KINDS = {
    "solution": (TK["Solution"], "solution"), "organisation": (ORG["Organization"], "actor"),
    "project": (TK["Project"], "activity"), "programme": (TK["FundingProgramme"], "programme"),
    "network": (TK["Network"], "actor"), "centre": (TK["CompetenceCentre"], "actor"),
    "use": (TK["Implementation"], "activity"), "collection": (PROV["Collection"], "activity"),
}  # fmt: skip
"""The kinds of things that records speak of: the class of each, and its segment of an IRI."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What every mapping may look up: base of the IRIs, code lists, the table of names."""

    base: str
    codes: CodeLists
    names: NameTable


@dataclass(slots=True)
class RecordGraph:
    """Collects the triples of one record under its own IRIs; nothing outside it is touched."""

    record: SourceRecord
    tables: Tables
    origin: Origin
    triples: list[Triple] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    parts: int = 0

    @property
    def graph(self) -> NamedNode:
        """The name of the record's graph."""
        return graph_iri(self.tables.base, self.record.definition.id, self.record.key)

    def mapped(self) -> MappedRecord:
        """The finished record."""
        return MappedRecord(self.record.definition.id, self.record.key, self.origin, tuple(self.triples))

    def entity(self, segment: str, key: str) -> NamedNode:
        """The source's own IRI of a thing: ``{base}id/src/{source}/{segment}/{key}``."""
        return NamedNode(f"{self.tables.base}id/src/{self.record.definition.id}/{segment}/{path_segment(key)}")

    def thing(self, kind: str, key: str, title: str = "", language: str = "") -> NamedNode:
        """A thing of a kind (:data:`KINDS`), with its title if it has one."""
        class_, segment = KINDS[kind]
        node = self.entity(segment, key)
        self.say(node, RDF["type"], class_)
        self.text(node, SKOS["prefLabel"] if segment == "actor" else DCT["title"], title, language)
        return node

    def within(self, thing: NamedNode, name: str, class_: NamedNode, *said: tuple[NamedNode, Value]) -> NamedNode:
        """A part of a thing, ``{thing}#{name}``, with its class and what is said of it."""
        node = NamedNode(f"{thing.value}{'-' if '#' in thing.value else '#'}{name}")
        for predicate, value in ((RDF["type"], class_), *said):
            self.say(node, predicate, value)
        return node

    def say(self, subject: NamedNode, predicate: NamedNode, value: Value) -> None:
        """Add one statement; nothing where there is no value."""
        if value is not None:
            self.triples.append(Triple(subject, predicate, value.iri if isinstance(value, Concept) else value))

    def text(self, subject: NamedNode, predicate: NamedNode, text: str, language: str = "") -> None:
        """Add a text, with its white space made single and its language if known; mail addresses are left out.

        A further name or title in a language that has one already becomes an alternative one.
        """
        clean = " ".join(text.split())
        if MAIL_ADDRESS.search(clean):
            self.report("personal-data", "a mail address is left out", name=predicate.value, expected="no mail address")
            clean = " ".join(MAIL_ADDRESS.sub(" ", clean).split())
        if not clean:
            return
        literal = Literal(clean, language=language) if language else Literal(clean)
        if predicate in ALTERNATIVES and any(
            isinstance(said.object, Literal) and said.object.language == literal.language and said.object != literal
            for said in self.triples if said.subject == subject and said.predicate == predicate
        ):  # fmt: skip
            predicate = ALTERNATIVES[predicate]
        self.say(subject, predicate, literal)

    def report(self, code: str, message: str, *, name: str = "", value: object = "", expected: str = "") -> None:
        """Report an issue about the field ``name`` of this record."""
        self.issues.append(self.record.issue(code, message, field=name, value=value, expected=expected))

    def actor(
        self, name: str, language: str = "", others: tuple[tuple[str, str], ...] = (), *, country: str = "",
        inferred: bool = False, key: str = "", where: str = "",
    ) -> NamedNode:  # fmt: skip
        """An organisation that the record names, with its names (others by language) and the country of its seat.

        Its IRI is made of the record's key and a hash of its folded name. ``country`` is a code of the
        country list; ``inferred`` says that it is the source's default and not said of this actor.
        """
        seat = self.country(country, where) if country else None
        split = self.tables.names.split(name, seat.alpha_2 if seat else None)
        if split.remark and seat is None:
            seat = self.tables.codes["country"].find(split.remark)
        digest = hashlib.sha256(key_name(split.main).encode()).hexdigest()[:10]
        actor = self.thing("organisation", key or f"{self.record.key}.{digest}", split.main, language)
        for other, spoken in dict.fromkeys([(other, "") for other in split.others] + list(others)):
            if fold(other) != fold(split.main) or spoken != language:
                self.text(actor, SKOS["prefLabel" if spoken and spoken != language else "altLabel"], other, spoken)
        self.say(actor, DCT["spatial"], seat)
        if seat and inferred:
            self.text(actor, SKOS["editorialNote"], "The country is the source's default.", "en")
        return actor

    def actors_in(self, text: str, where: str) -> list[NamedNode]:
        """The organisations that a text names, cut where the table of names allows it; seat and language by default."""
        names, defaults = self.tables.names.cut(text), self.record.definition.defaults
        if names is None and seems_several(text) and not self.tables.names.knows_with_bracket(text):
            self.report("several-organisations", "kept as one actor for review", name=where, value=text,
                        expected="pieces that names.csv lists")  # fmt: skip
        seat, language = defaults.get("country", ""), defaults.get("language", "")
        names = [text] if names is None else names
        return [self.actor(name, language, country=seat, inferred=True, where=where) for name in names]

    def involve(
        self, agent: NamedNode, thing: NamedNode, role: str = "", *, words: str = "", inferred: bool = False,
        period: tuple[str, str] = ("", ""), notes: tuple[str, ...] = (), where: str = "",
    ) -> None:  # fmt: skip
        """Say that an actor plays a part in a thing: a code of the list *role*, else what ``words`` mean."""
        if not role:
            row = table("roles", "words").get(fold(words))
            if row is None:
                expected = "words of roles.csv"
                self.report("unknown-role", "taken as participant", name=where, value=words, expected=expected)
            role, inferred = (row["role"], row["basis"] == "inferred") if row else ("participant", False)
        self.parts += 1
        part = self.within(
            self.graph, f"part-{self.parts}", TK["Involvement"], (TK["involvedIn"], thing), (PROV["agent"], agent),
            (TK["hasRole"], VOC[f"role/{role}"]), (DCT["type"], VOC["basis/inferred"] if inferred else None),
        )  # fmt: skip
        for note in (words, *notes):
            self.text(part, SKOS["note"], note)
        self.period(part, *period)

    def concept(self, text: str, where: str, *schemes: str, told: tuple[str, str, str]) -> Concept | None:
        """The concept that a text names in one of some code lists; else an issue: code, message, expectation."""
        found = (self.tables.codes[scheme].find(text) for scheme in schemes)
        concept = next((one for one in found if one), None)
        if concept is None:
            self.report(told[0], told[1], name=where, value=text, expected=told[2])
        return concept

    def country(self, text: str, where: str) -> Concept | None:
        """The country for a code or a name in any language; an unknown one is an issue."""
        told = ("unknown-country", "no code list knows it", "a country of the EU's list, by code or name")
        return self.tables.codes["country"].find(text.removesuffix(" (the)")) or self.concept(
            text, where, "country", told=told
        )

    def finnish_place(self, text: str, where: str) -> Concept | None:
        """A county, region or municipality of Finland, or all Finland; an unknown one is an issue."""
        if fold(text) == "valtakunnallinen":
            return self.tables.codes["country"].code("FIN")
        told = ("unknown-region", "left out", "a county, region or municipality of Finland")
        lists = ("wellbeing-services-county", "region-fi", "municipality-fi")
        return self.concept(text, where, *lists, told=told)

    def period(self, subject: NamedNode, start: str = "", end: str = "") -> None:
        """Say when something was, as dct:PeriodOfTime with DCAT's dates: an ISO year, month or day each, or unknown."""
        if start or end:
            days = [date_literal(day) if day else None for day in (start, end)]
            told = (DCAT["startDate"], days[0]), (DCAT["endDate"], days[1])
            self.say(subject, DCT["temporal"], self.within(subject, "period", DCT["PeriodOfTime"], *told))

    def website(self, subject: NamedNode, address: str) -> None:
        """A home page where the address is a site's root, else a page about the subject."""
        path = address.split("://", 1)[-1].partition("/")[2]
        self.say(subject, FOAF["page" if path else "homepage"], NamedNode(address))
