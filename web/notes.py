"""Numbered source notes: which record says a thing, on which page, how obtained, as of when, on what terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.namespaces import COUNTRY, DCAT, DCT, FOAF, PROV, SCHEMA, SKOS
from talkoot.web.facts import Facts, Term
from talkoot.web.names import Namer, site_path
from talkoot.web.release_view import ReleaseView
from talkoot.web.wording import is_web_address, licence_word, moment, short_address

_NAMES = (SKOS["prefLabel"], SKOS["altLabel"], DCT["title"], DCT["alternative"])

_MOST_ORIGINS = 20_000


@dataclass(frozen=True, slots=True)
class Link:
    """An address outside, with the text to show; without address where it is not fit to be a link."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record graph comes from."""

    iri: str
    href: str
    key: str
    pages: tuple[Link, ...]
    obtained: str
    as_of: str
    licence: Link | None
    terms: str
    source: str
    source_title: str
    publisher: Link
    read_at: str
    first_seen: str
    last_seen: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note: one page of one source as of one day, with the records that were read from it."""

    number: int
    origin: Origin
    records: tuple[tuple[str, str], ...]


def web_link(address: str) -> Link:
    """An address as a link; one that is not plain http or https is shown and leads nowhere."""
    return Link(address if is_web_address(address) else "", short_address(address))


def named_link(address: str, text: str) -> Link:
    """A named link; only the name where the address is not plain http or https."""
    return Link(address if is_web_address(address) else "", text)


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
    facts = view.facts
    known = facts.origin(graph)
    source = _first(known.get(DCT["isPartOf"])).removeprefix(f"{view.base}sources/")
    described = view.source(source) or {}
    pages = [node.value for node in known.get(PROV["wasDerivedFrom"], []) if isinstance(node, NamedNode)]
    main = _first(known.get(FOAF["primaryTopic"]))
    licence = _first(known.get(DCT["license"]))
    how = known.get(DCT["type"], [])
    obtained = next((namer.concept(node).text for node in how if isinstance(node, NamedNode)), "")
    return Origin(
        iri=graph.value,
        href=site_path(graph.value, view.base),
        key=graph.value.removeprefix(f"{view.base}graph/{source}/"),
        pages=tuple(web_link(page) for page in sorted(pages, key=lambda page: (page != main, page))),
        obtained=obtained,
        as_of=moment(_first(known.get(DCT["issued"]))),
        licence=Link(licence, licence_word(licence)) if is_web_address(licence) else None,
        terms=described.get("terms", ""),
        source=source,
        source_title=described.get("title", source),
        publisher=named_link(described.get("publisher_page", ""), described.get("publisher", "")),
        read_at=_first(known.get(PROV["generatedAtTime"])),
        first_seen=_first(known.get(DCT["created"])),
        last_seen=_first(known.get(DCT["valid"])),
        content_hash=_first(known.get(SCHEMA["sha256"])),
    )


def _first(values: list[Term] | None) -> str:
    return next((value.value for value in values or () if isinstance(value, NamedNode | Literal)), "")


class Notes:
    """Gives each page of a source its number when a record of it is first used."""

    def __init__(self, view: ReleaseView, namer: Namer) -> None:
        self._view = view
        self._namer = namer
        self._groups: dict[tuple[object, ...], list[Origin]] = {}
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
        key = (origin.source, origin.pages, origin.obtained, origin.as_of, origin.licence)
        self._groups.setdefault(key, []).append(origin)
        return list(self._groups).index(key) + 1

    def all(self) -> tuple[Note, ...]:
        """Every note given so far."""
        return tuple(
            Note(number, origins[0], tuple((origin.key, origin.href) for origin in origins))
            for number, origins in enumerate(self._groups.values(), start=1)
        )


class Said:
    """Which record says which statement about one thing."""

    def __init__(self, facts: Facts, thing: NamedNode) -> None:
        self.views = facts.views(thing)
        self.graphs = facts.nodes(thing, PROV["wasDerivedFrom"])
        self.names: dict[tuple[str, str], set[NamedNode]] = {}
        self.main_names: dict[tuple[str, str], set[NamedNode]] = {}
        self.countries: dict[NamedNode, set[NamedNode]] = {}
        self._by_statement: dict[tuple[str, str], set[NamedNode]] = {}
        for view in self.views:
            for quad in facts.recorded(view):
                self._add(facts, quad.predicate, quad.object, NamedNode(quad.graph_name.value))  # type: ignore[union-attr]

    def _add(self, facts: Facts, predicate: NamedNode, value: Term, graph: NamedNode) -> None:
        if isinstance(value, Literal):
            key = (predicate.value, value.value)
            if predicate in _NAMES:
                key = ("name", value.value)
                self.names.setdefault((value.value, value.language or ""), set()).add(graph)
                if predicate in (SKOS["prefLabel"], DCT["title"]):
                    self.main_names.setdefault((value.value, value.language or ""), set()).add(graph)
        elif isinstance(value, NamedNode):
            target = value.value
            if predicate == DCT["temporal"]:
                target = " ".join(_period_of(facts, value, graph))
            elif target.startswith(f"{facts.base}id/src/"):
                joined = facts.canonical(value)
                target = joined.value if joined is not None else target
            elif predicate == DCT["spatial"] and target.startswith(COUNTRY):
                self.countries.setdefault(value, set()).add(graph)
            key = (predicate.value, target)
        else:
            return
        self._by_statement.setdefault(key, set()).add(graph)

    def by(self, predicate: NamedNode, value: str) -> set[NamedNode]:
        """The record graphs that say a statement; all that speak of the thing where none says it by itself."""
        key = ("name" if predicate in _NAMES else predicate.value, value)
        return self._by_statement.get(key) or set(self.graphs)

    def name(self, text: str) -> set[NamedNode]:
        """The record graphs that use a name."""
        return self._by_statement.get(("name", text)) or set(self.graphs)

    def period(self, start: str, end: str) -> set[NamedNode]:
        """The record graphs that give a period."""
        return self._by_statement.get((DCT["temporal"].value, f"{start} {end}")) or set(self.graphs)


def _period_of(facts: Facts, node: NamedNode, graph: NamedNode) -> tuple[str, str]:
    values = {quad.predicate: quad.object.value for quad in facts.store.quads_for_pattern(node, None, None, graph)
              if isinstance(quad.object, Literal)}  # fmt: skip
    return values.get(DCAT["startDate"], ""), values.get(DCAT["endDate"], "")
