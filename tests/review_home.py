"""Homes with made-up records straight in the workbench, for the tests of the review."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.resolve import Curated
from talkoot.graph.identity.review import Desk
from talkoot.graph.records import MappedRecord, Origin
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import SourceDescription, ValidatedRecord, Workbench
from talkoot.ontology.namespaces import ADMS, COUNTRY, DCT, FOAF, ORG, RDF, SKOS, TALKOOT

LETTERS = "bcdfghjklmnpqrstvwxz"


@dataclass
class MadeUp:
    """An actor of a made-up source, told by one record."""

    key: str
    names: list[str]
    country: str = "FIN"
    site: str = ""
    number: tuple[str, str] | None = None
    page: str = "https://source.example/page"
    classes: list[NamedNode] = field(default_factory=lambda: [ORG["Organization"]])

    def record(self, source: str) -> MappedRecord:
        """The record of a source that tells of it."""
        actor = NamedNode(f"{TALKOOT}id/src/{source}/actor/{self.key}")
        triples = [Triple(actor, RDF["type"], kind) for kind in self.classes]
        triples += [Triple(actor, SKOS["prefLabel" if not n else "altLabel"], Literal(name))
                    for n, name in enumerate(self.names)]  # fmt: skip
        if self.country:
            triples.append(Triple(actor, DCT["spatial"], NamedNode(COUNTRY + self.country)))
        if self.site:
            triples.append(Triple(actor, FOAF["homepage"], NamedNode(self.site)))
        if self.number:
            node = NamedNode(f"{actor.value}#number")
            triples += [
                Triple(actor, ADMS["identifier"], node),
                Triple(node, ADMS["schemaAgency"], Literal(self.number[0])),
                Triple(node, SKOS["notation"], Literal(self.number[1])),
            ]
        return MappedRecord(source, self.key, Origin((self.page,), "page", "2026-11", ""), tuple(triples))


@dataclass
class ReviewHome:
    """A home folder whose workbench holds made-up records."""

    path: Path
    steward: str = "steward-1"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.path, steward=self.steward)

    @property
    def decisions(self) -> Path:
        """The home folder's table of decisions."""
        return self.path / "decisions.tsv"

    def keep(self, source: str, *actors: MadeUp) -> None:
        """A complete run of a source that has these actors."""
        description = SourceDescription(
            source, f"Register {source}", "Tests", "https://source.example/", "FI", "", "made up for a test", "once",
            "page", "2026-11", 1, False, None,
        )  # fmt: skip
        with Workbench(self.path / "workbench.sqlite", TALKOOT) as workbench:
            run = workbench.begin_run(description, "1")
            valid = []
            for record in (actor.record(source) for actor in actors):
                text = record.quads_text(TALKOOT)
                valid.append(ValidatedRecord(record, text, record.content_hash(text), "shapes"))
                workbench.list_key(run, record.key)
            workbench.keep(run, valid, 0, [], "1")
            workbench.finish_run(run, source, "complete")

    def desk(self) -> Desk:
        """A steward's desk, without the product's own decisions."""
        return Desk(self.settings, Curated(self.path / "product"), NameTable())


def word(number: int) -> str:
    """A made-up word of its own for each number."""
    return f"{LETTERS[number // len(LETTERS)]}a{LETTERS[number % len(LETTERS)]}olumi"


def name(number: int, *more: int) -> str:
    """A made-up name of words that no other number's name has."""
    return " ".join(word(part).title() for part in (number, number + 100, *more))


def alike(home: ReviewHome, count: int) -> None:
    """So many pairs of actors of two sources that are alike but not the same to any rule."""
    home.keep("left", *(MadeUp(f"l{n:03}", [name(n)]) for n in range(count)))
    home.keep("right", *(MadeUp(f"r{n:03}", [name(n, n + 200)]) for n in range(count)))
