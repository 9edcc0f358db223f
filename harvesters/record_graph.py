"""The builder with which mappings say what a record says: entities, names, parts played, places, issues."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.names import NameTable, fold_name, seems_several
from talkoot.graph.issues import MAIL_ADDRESS, Issue
from talkoot.graph.labels import ALTERNATIVES
from talkoot.graph.rdf_text import date_literal
from talkoot.graph.records import MappedRecord, Origin, graph_iri, path_segment
from talkoot.harvesters.check import SourceRecord
from talkoot.harvesters.tables import table
from talkoot.ontology import CodeLists
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import COUNTRY, DCAT, DCT, FOAF, ORG, PROV, RDF, SKOS, TK, VOC

_ARTICLE = " (the)"
_FINNISH_PLACES = ("wellbeing-services-county", "region-fi", "municipality-fi")
_WHOLE_FINLAND = "valtakunnallinen"


@dataclass(frozen=True, slots=True)
class Tables:
    """What every mapping may look up: base of the IRIs, code lists, the table of names."""

    base: str
    codes: CodeLists
    names: NameTable


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time; each end is an ISO year, year and month, or date, or unknown."""

    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class ActorName:
    """What a record says of an actor's names: as printed, its language, short and other names by language."""

    name: str
    language: str = ""
    others: tuple[tuple[str, str], ...] = ()


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

    def entity(self, kind: str, key: str) -> NamedNode:
        """The source's own IRI of a thing: ``{base}id/src/{source}/{kind}/{key}``."""
        return NamedNode(f"{self.tables.base}id/src/{self.record.definition.id}/{kind}/{path_segment(key)}")

    def say(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> None:
        """Add one statement."""
        self.triples.append(Triple(subject, predicate, value))

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
        if predicate in ALTERNATIVES and self._has_other(subject, predicate, literal):
            predicate = ALTERNATIVES[predicate]
        self.say(subject, predicate, literal)

    def _has_other(self, subject: NamedNode, predicate: NamedNode, literal: Literal) -> bool:
        """Whether a thing has another text than this by a property in the same language."""
        return any(
            isinstance(t.object, Literal) and t.object.language == literal.language and t.object != literal
            for t in self.triples
            if t.subject == subject and t.predicate == predicate
        )

    def report(self, code: str, message: str, *, name: str = "", value: object = "", expected: str = "") -> None:
        """Report an issue about the field ``name`` of this record."""
        self.issues.append(self.record.issue(code, message, field=name, value=value, expected=expected))

    # Actors and the parts they play

    def actor(
        self, named: ActorName, *, country: str = "", inferred: bool = False, key: str = "", where: str = "",
    ) -> NamedNode:  # fmt: skip
        """An organisation that the record names, with its names and the country of its seat.

        Its IRI is made of the record's key and a hash of its folded name. ``country`` is a code of the
        country list; ``inferred`` says that it is the source's default and not said of this actor.
        """
        seat = self.country(country, where) if country else None
        concept = self.tables.codes.concept(seat.value) if seat else None
        split = self.tables.names.split(named.name, concept.alpha_2 if concept else None)
        if split.remark and seat is None:
            seat = self._country_in_brackets(split.remark)
        digest = hashlib.sha256(fold_name(split.main).encode()).hexdigest()[:10]
        actor = self.entity("actor", key or f"{self.record.key}.{digest}")
        self.say(actor, RDF["type"], ORG["Organization"])
        self.text(actor, SKOS["prefLabel"], split.main, named.language)
        others = [(other, "") for other in split.others] + list(named.others)
        for other, language in dict.fromkeys(others):
            if fold(other) != fold(split.main) or language != named.language:
                self.text(
                    actor, SKOS["prefLabel" if language and language != named.language else "altLabel"], other, language
                )
        if seat is not None:
            self.say(actor, DCT["spatial"], seat)
            if inferred:
                self.text(actor, SKOS["editorialNote"], "The country is the source's default.", "en")
        return actor

    def actors_in(
        self, text: str, *, country: str = "", inferred: bool = False, language: str = "", where: str = "",
    ) -> list[NamedNode]:  # fmt: skip
        """The organisations that one text names: cut where the table of names allows it, else kept whole."""
        names = self.tables.names.cut(text)
        if names is None:
            names = [text]
            if seems_several(text) and not self.tables.names.knows_with_bracket(text):
                self.report(
                    "several-organisations", "kept as one actor for review", name=where, value=text,
                    expected="pieces that names.csv lists",
                )  # fmt: skip
        return [
            self.actor(ActorName(name, language), country=country, inferred=inferred, where=where) for name in names
        ]

    def involve(
        self, agent: NamedNode, thing: NamedNode, role: str, *, words: str = "", inferred: bool = False,
        period: Period | None = None, notes: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Say that an actor plays a part (a code of the list *role*) in a thing; ``words`` is the role as read."""
        self.parts += 1
        part = NamedNode(f"{self.graph.value}#part-{self.parts}")
        self.say(part, RDF["type"], TK["Involvement"])
        self.say(part, TK["involvedIn"], thing)
        self.say(part, PROV["agent"], agent)
        self.say(part, TK["hasRole"], VOC[f"role/{role}"])
        for note in (words, *notes):
            if note:
                self.text(part, SKOS["note"], note)
        if inferred:
            self.say(part, DCT["type"], VOC["basis/inferred"])
        self.period(part, period)

    def role(self, words: str, where: str) -> tuple[str, bool]:
        """The role code for words of a source, and whether it was inferred; unknown words are an issue."""
        row = table("roles", "words").get(fold(words))
        if row is None:
            self.report("unknown-role", "taken as participant", name=where, value=words, expected="words of roles.csv")
            return "participant", False
        return row["role"], row["basis"] == "inferred"

    # Places, languages, times, pages

    def country(self, text: str, where: str) -> NamedNode | None:
        """The country concept for a code or a name in any language; an unknown one is an issue."""
        concept = self.tables.codes["country"].find(text) or self.tables.codes["country"].find(
            text.removesuffix(_ARTICLE)
        )
        if concept is None:
            self.report(
                "unknown-country", "no code list knows it", name=where, value=text,
                expected="a country of the EU's list, by code or name",
            )  # fmt: skip
            return None
        return concept.iri

    def finnish_place(self, text: str, where: str) -> NamedNode | None:
        """The concept of a county, region or municipality of Finland, or of all Finland; an unknown one is an issue."""
        if fold(text) == _WHOLE_FINLAND:
            return COUNTRY["FIN"]
        found = (self.tables.codes[name].find(text) for name in _FINNISH_PLACES)
        concept = next((one for one in found if one), None)
        if concept is None:
            self.report(
                "unknown-region", "left out", name=where, value=text,
                expected="a county, region or municipality of Finland",
            )  # fmt: skip
            return None
        return concept.iri

    def language(self, code: str, where: str) -> NamedNode | None:
        """The language concept for an ISO 639-1 code; an unknown one is an issue."""
        concept = self.tables.codes["language"].find(code)
        if concept is None:
            self.report("unknown-language", "no code list knows it", name=where, value=code, expected="ISO 639-1")
            return None
        return concept.iri

    def period(self, subject: NamedNode, period: Period | None) -> None:
        """Say when something was, as dct:PeriodOfTime with DCAT's start and end dates."""
        if period is None or not (period.start or period.end):
            return
        node = NamedNode(f"{subject.value}{'-' if '#' in subject.value else '#'}period")
        self.say(subject, DCT["temporal"], node)
        self.say(node, RDF["type"], DCT["PeriodOfTime"])
        if period.start:
            self.say(node, DCAT["startDate"], date_literal(period.start))
        if period.end:
            self.say(node, DCAT["endDate"], date_literal(period.end))

    def website(self, subject: NamedNode, address: str) -> None:
        """A home page where the address is a site's root, else a page about the subject."""
        path = address.split("://", 1)[-1].partition("/")[2]
        self.say(subject, FOAF["page" if path else "homepage"], NamedNode(address))

    def _country_in_brackets(self, remark: str) -> NamedNode | None:
        concept = self.tables.codes["country"].find(remark)
        return concept.iri if concept else None
