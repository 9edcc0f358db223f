"""Numbered source notes: which record says a thing, on which page, how obtained, as of when, on what terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.namespaces import COUNTRY, DCT, FOAF, PROV, SCHEMA, SKOS
from talkoot.web.facts import Facts, Term, first_text
from talkoot.web.names import Namer, Ref, site_path, web_link
from talkoot.web.release_view import ReleaseView
from talkoot.web.wording import licence_word, moment

MAIN_NAMES = (SKOS["prefLabel"], DCT["title"])
OTHER_NAMES = (SKOS["altLabel"], DCT["alternative"])

_MOST_ORIGINS = 20_000


class Origin(NamedTuple):
    """Where a record graph comes from."""

    href: str
    key: str
    pages: tuple[Ref, ...]
    obtained: str
    as_of: str
    licence: Ref | None
    source: Mapping[str, Any]
    first_seen: str
    last_seen: str
    content_hash: str


class Note(NamedTuple):
    """A numbered note: one page of one source as of one day, with the records that were read from it."""

    number: int
    records: list[Origin]


def licence_link(licence: str) -> Ref | None:
    """A licence under its usual name; None for terms that have no address."""
    link = web_link(licence, licence_word(licence))
    return link if link.href else None


def read_origin(view: ReleaseView, graph: NamedNode, namer: Namer) -> Origin:
    """What the release knows of a record graph's origin, for the reader of this page."""
    key = (graph.value, namer.language)
    origin = view.origins.get(key)
    if origin is None:
        if len(view.origins) > _MOST_ORIGINS:
            view.origins.clear()
        origin = view.origins[key] = _origin(view, graph, namer)
    return origin


def _origin(view: ReleaseView, graph: NamedNode, namer: Namer) -> Origin:
    known = view.facts.said_of(graph, view.facts.provenance)
    source = first_text(known.get(DCT["isPartOf"])).removeprefix(f"{view.base}sources/")
    unknown = {"id": source, "title": source, "terms": "", "publisher": "", "publisher_page": ""}
    pages = [node.value for node in known.get(PROV["wasDerivedFrom"], []) if isinstance(node, NamedNode)]
    main = first_text(known.get(FOAF["primaryTopic"]))
    how = first_text(known.get(DCT["type"]))
    return Origin(
        href=site_path(graph.value, view.base),
        key=graph.value.removeprefix(f"{view.base}graph/{source}/"),
        pages=tuple(web_link(page) for page in sorted(pages, key=lambda page: (page != main, page))),
        obtained=namer.concept(NamedNode(how)).text if how else "",
        as_of=moment(first_text(known.get(DCT["issued"]))),
        licence=licence_link(first_text(known.get(DCT["license"]))),
        source=view.source(source) or unknown,
        first_seen=first_text(known.get(DCT["created"])),
        last_seen=first_text(known.get(DCT["valid"])),
        content_hash=first_text(known.get(SCHEMA["sha256"])),
    )


class Notes:
    """Gives each page of a source its number when a record of it is first used."""

    def __init__(self, view: ReleaseView, namer: Namer) -> None:
        self._view = view
        self._namer = namer
        self._groups: dict[tuple[object, ...], Note] = {}
        self._numbers: dict[str, int] = {}

    def marks(self, graphs: Iterable[NamedNode]) -> tuple[int, ...]:
        """The numbers of the notes for some record graphs, in ascending order."""
        found = set()
        for graph in sorted({graph.value for graph in graphs}):
            if graph not in self._numbers:
                self._numbers[graph] = self._number(read_origin(self._view, NamedNode(graph), self._namer))
            found.add(self._numbers[graph])
        return tuple(sorted(found))

    def _number(self, origin: Origin) -> int:
        key = (origin.source["id"], origin.pages, origin.obtained, origin.as_of, origin.licence)
        note = self._groups.setdefault(key, Note(len(self._groups) + 1, []))
        note.records.append(origin)
        return note.number

    def all(self) -> list[Note]:
        """Every note given so far."""
        return list(self._groups.values())


class Said:
    """Which record says which statement about one thing."""

    def __init__(self, facts: Facts, thing: NamedNode) -> None:
        self.views = facts.views(thing)
        self.graphs = facts.nodes(thing, DCT["source"])
        self.main_names: dict[tuple[str, str], set[NamedNode]] = {}
        self.countries: dict[NamedNode, set[NamedNode]] = {}
        self._by_statement: dict[tuple[str, str], set[NamedNode]] = {}
        for view in self.views:
            for quad in facts.recorded(view):
                self._add(facts, quad.predicate, quad.object, NamedNode(quad.graph_name.value))  # type: ignore[union-attr]

    def _add(self, facts: Facts, predicate: NamedNode, value: Term, graph: NamedNode) -> None:
        if not isinstance(value, Literal | NamedNode):
            return
        target = value.value
        if isinstance(value, Literal):
            if predicate in MAIN_NAMES:
                self.main_names.setdefault((value.value, value.language or ""), set()).add(graph)
        elif predicate == DCT["temporal"]:
            target = " ".join(facts.period_of(facts.said_of(value, graph)))
        elif target.startswith(f"{facts.base}id/src/"):
            joined = facts.canonical(value)
            target = joined.value if joined is not None else target
        elif predicate == DCT["spatial"] and target.startswith(COUNTRY):
            self.countries.setdefault(value, set()).add(graph)
        self._by_statement.setdefault(self._key(predicate, target), set()).add(graph)

    def by(self, predicate: NamedNode, value: str) -> set[NamedNode]:
        """The record graphs that say a statement; all that speak of the thing where none says it by itself.

        A name counts as said wherever it is a name at all; the value of a period is its start and its end.
        """
        return self._by_statement.get(self._key(predicate, value)) or set(self.graphs)

    @staticmethod
    def _key(predicate: NamedNode, value: str) -> tuple[str, str]:
        return ("name" if predicate in MAIN_NAMES or predicate in OTHER_NAMES else predicate.value, value)
