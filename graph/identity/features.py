"""Features: what matching compares, drawn from record graphs by a pure function."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph
import tldextract
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from talkoot.graph.identity.registers import equal_numbers, normal_number
from talkoot.graph.table_files import table_rows
from talkoot.graph.workbench import KeptRecord
from talkoot.ontology.namespaces import ADMS, COUNTRY, DCT, FOAF, RDF, SKOS, VOC, term_of

_HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def kinds() -> dict[str, tuple[str, str]]:
    """By class: the kind of an entity, and the segment of its canonical IRI. A later class of an entity wins."""
    rows = table_rows(_HERE / "kinds.csv")
    return {term_of(row["class"]).value: (row["kind"], row["segment"]) for _, row in rows}


_GENERAL_LABEL = re.compile(r"www?\d*|web|portal|home|site|m|intl|international|[a-z]{2}")
"""First labels of a host that name no part of a body: languages and the like."""
_GENERAL_PATH = re.compile(
    r"[a-z]{2}([-_][a-z]{2})?|(index|default|home|main|start)(\.\w+)?|web|www|portal|site|eng(lish)?|about(-us)?|contact|~?"
)
_MUNICIPALITY = VOC + "municipality"

_RANK = {kind: rank for rank, kind in enumerate(("organisation", "network", "centre"))}


@dataclass(slots=True)
class Entity:
    """A source's own entity with what matching compares."""

    iri: str
    source: str
    kind: str = ""
    segment: str = ""
    names: list[str] = field(default_factory=list)
    countries: set[str] = field(default_factory=set)
    cities: set[str] = field(default_factory=set)
    sites: set[tuple[str, str]] = field(default_factory=set)
    identifiers: set[tuple[str, str]] = field(default_factory=set)
    faulty: set[tuple[str, str]] = field(default_factory=set)
    records: list[str] = field(default_factory=list)

    @property
    def country(self) -> str:
        """The one country of its seat (ISO alpha-3 as the EU's table has it), or empty."""
        return next(iter(self.countries)) if len(self.countries) == 1 else ""

    @property
    def city(self) -> str:
        """The one municipality of its seat, or empty."""
        return next(iter(self.cities)) if len(self.cities) == 1 else ""

    def add_number(self, register: str, number: str) -> None:
        """Take a registered number, with those that it states too; one with wrong check digits is set apart."""
        normal = normal_number(register, number)
        if normal is None:
            self.faulty.add((register, number))
        else:
            self.identifiers |= set(equal_numbers(register, normal).items())


@lru_cache(maxsize=1)
def _extract() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=1)
def generic_hosts() -> frozenset[str]:
    """Registrable domains that never count."""
    lines = (_HERE / "generic_hosts.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=16384)
def site(address: str) -> tuple[str, str] | None:
    """The registrable domain of an address by the public suffix list, and its host and path without what says nothing.

    None for generic hosts, plain IPs, and a public suffix that has a site itself (``www.gov.pl``): a host of many too.
    """
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = (parts.hostname or "").lower().rstrip(".")
    except ValueError:
        return None
    domain = _extract()(host).top_domain_under_public_suffix
    if not domain or domain in generic_hosts() or domain.startswith("www."):
        return None
    while host != domain and _GENERAL_LABEL.fullmatch(label := host.partition(".")[0]):
        host = host[len(label) + 1 :]
    told = [part for part in parts.path.lower().split("/") if part and not _GENERAL_PATH.fullmatch(part)]
    return domain, "/".join([host, *told])


def record_quads(record: KeptRecord) -> list[Quad]:
    """The quads of a kept record."""
    return list(pyoxigraph.parse(input=record.quads, format=RdfFormat.N_QUADS))


def entities(records: Iterable[tuple[KeptRecord, list[Quad]]], base: str) -> dict[str, Entity]:
    """All source-local entities of some records, by IRI."""
    found: dict[str, Entity] = {}
    local = f"{base}id/src/"
    for record, quads in records:
        here: dict[str, Entity] = {}
        numbers: dict[tuple[str, NamedNode], str] = {}
        for quad in quads:
            if not isinstance(quad.subject, NamedNode):
                continue
            subject = quad.subject.value
            if subject.startswith(local) and "#" not in subject:
                entity = here.setdefault(subject, found.get(subject) or Entity(subject, record.source))
                _read(entity, quad)
            elif isinstance(quad.object, Literal) and quad.predicate in (SKOS["notation"], ADMS["schemaAgency"]):
                numbers[subject, quad.predicate] = quad.object.value
        for quad in quads:
            if quad.predicate == ADMS["identifier"] and isinstance(quad.object, NamedNode):
                node = quad.object.value
                value, register = numbers.get((node, SKOS["notation"])), numbers.get((node, ADMS["schemaAgency"]))
                if value and register and isinstance(quad.subject, NamedNode) and quad.subject.value in here:
                    here[quad.subject.value].add_number(register, value)
        for iri, entity in here.items():
            if entity.kind:
                entity.records.append(record.key)
                found[iri] = entity
    return found


def _read(entity: Entity, quad: Quad) -> None:
    predicate, value = quad.predicate, quad.object
    if predicate == RDF["type"] and isinstance(value, NamedNode) and value.value in kinds():
        kind, segment = kinds()[value.value]
        if not entity.kind or _RANK.get(kind, 0) > _RANK.get(entity.kind, 0):
            entity.kind, entity.segment = kind, segment
    elif isinstance(value, Literal) and predicate in (SKOS["prefLabel"], SKOS["altLabel"], DCT["title"]):
        if value.value not in entity.names:
            entity.names.append(value.value)
    elif isinstance(value, NamedNode):
        if predicate == DCT["spatial"] and value.value.startswith(COUNTRY):
            entity.countries.add(value.value.removeprefix(COUNTRY))
        elif predicate == DCT["spatial"] and value.value.startswith(_MUNICIPALITY):
            entity.cities.add(value.value.rpartition("/")[2])
        elif predicate == FOAF["homepage"] and (found := site(value.value)):
            entity.sites.add(found)


def organisations(found: dict[str, Entity]) -> Iterator[Entity]:
    """The entities that rules may join: organisations and networks, in the order of their IRIs."""
    return (found[iri] for iri in sorted(found) if found[iri].kind in ("organisation", "network", "centre"))
