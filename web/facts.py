"""Reading a release's store for pages: the merged view, the records behind it, and who is who.

Every look-up is a pattern match, which costs microseconds and cannot run away as a query can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache, wraps
from itertools import islice
from typing import Any, TypeVar

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from talkoot.graph.identity.features import kinds
from talkoot.graph.labels import reader_label
from talkoot.graph.provenance import identity_graph, provenance_graph
from talkoot.ontology.namespaces import COUNTRY, DCAT, DCT, RDF, SKOS, TK, VOC

MERGED = DefaultGraph()
Term = NamedNode | BlankNode | Literal | Triple
Graph = NamedNode | DefaultGraph
Period = tuple[str, str]
"""Start and end."""

Read = TypeVar("Read")

_NAMES = (SKOS["prefLabel"], DCT["title"])
_LEVELS_UP = 4
REMEMBERED = 20_000
_MANY = 200
_HELD, _RECENT = 512, 128


def in_order(terms: Iterable[object]) -> list[NamedNode]:
    """Those terms that are things, in the order of their IRIs."""
    return sorted((term for term in terms if isinstance(term, NamedNode)), key=lambda node: node.value)


def first_text(values: Iterable[Term] | None) -> str:
    """The first value that has an IRI or a text, as that."""
    return next((value.value for value in values or () if isinstance(value, NamedNode | Literal)), "")


def kept_for_hubs(read: Callable[[Any, NamedNode], Read]) -> Callable[[Any, NamedNode], Read]:
    """Do once a release what takes long for a thing with thousands of links, and is the same for every reader."""

    @wraps(read)
    def reading(facts: Facts, thing: NamedNode) -> Read:
        found: Read = (facts.held if facts.is_hub(thing) else facts.recent)(read, thing)
        return found

    return reading


class Facts:
    """The facts of one release."""

    def __init__(self, store: Store, base: str) -> None:
        self.store = store
        self.base = base
        self.identity = identity_graph(base)
        self.provenance = provenance_graph(base)
        # Names, kinds and countries are asked for on every page, and a release never changes.
        self.labels = lru_cache(maxsize=REMEMBERED)(self._labels)
        self.kind = lru_cache(maxsize=REMEMBERED)(self._kind)
        self.countries = lru_cache(maxsize=REMEMBERED)(self._countries)
        self.is_hub = lru_cache(maxsize=REMEMBERED)(self._is_hub)
        self.held = lru_cache(maxsize=_HELD)(self._read)
        self.recent = lru_cache(maxsize=_RECENT)(self._read)  # a page asks for the same several times

    def _is_hub(self, thing: NamedNode) -> bool:
        """Whether very many statements or records speak of a thing."""
        ends = ((None, None, thing, MERGED), (thing, None, None, MERGED), (None, TK["viewOf"], thing, self.identity))
        return any(next(islice(self.store.quads_for_pattern(*end), _MANY, None), None) for end in ends)

    def _read(self, read: Callable[..., Any], thing: NamedNode) -> Any:
        return read(self, thing)

    def about(self, subject: NamedNode) -> Iterator[Quad]:
        """All that the merged view says of a thing."""
        return self.store.quads_for_pattern(subject, None, None, MERGED)

    def said_of(self, subject: NamedNode | BlankNode, graph: Graph) -> dict[NamedNode, list[Term]]:
        """All that one graph says of a thing, by property: cheaper than asking for one property after another."""
        found: dict[NamedNode, list[Term]] = {}
        for quad in self.store.quads_for_pattern(subject, None, None, graph):
            found.setdefault(quad.predicate, []).append(quad.object)
        return found

    def nodes(self, subject: NamedNode, predicate: NamedNode, graph: Graph = MERGED) -> list[NamedNode]:
        """The values of a property that are things, in the order of their IRIs."""
        return in_order(quad.object for quad in self.store.quads_for_pattern(subject, predicate, None, graph))

    def node(self, subject: NamedNode, predicate: NamedNode, graph: Graph = MERGED) -> NamedNode | None:
        """The first thing that a property leads to, if there is one."""
        return next(iter(self.nodes(subject, predicate, graph)), None)

    def texts(self, subject: NamedNode, predicate: NamedNode) -> list[Literal]:
        """The values of a property that are texts, sorted."""
        quads = self.store.quads_for_pattern(subject, predicate, None, MERGED)
        found = [quad.object for quad in quads if isinstance(quad.object, Literal)]
        return sorted(found, key=lambda text: (text.value, text.language or ""))

    def subjects(self, predicate: NamedNode, value: NamedNode, graph: Graph = MERGED) -> list[NamedNode]:
        """The things whose property has this value."""
        return in_order(quad.subject for quad in self.store.quads_for_pattern(None, predicate, value, graph))

    def exists(self, subject: NamedNode) -> bool:
        """Whether the merged view says anything of a thing."""
        return next(self.about(subject), None) is not None

    def _labels(self, subject: NamedNode) -> dict[str, str]:
        """The names of a thing by language; of two in one language, the first in the alphabet."""
        texts = [text for predicate in _NAMES for text in self.texts(subject, predicate)]
        return {text.language or "": text.value for text in reversed(texts)}

    def concept(self, iri: NamedNode, language: str) -> tuple[str, str]:
        """A concept's label for a reader and its language; its code where it has none."""
        text, tag = reader_label(self.labels(iri), (language,))
        return (text, tag) if text else (iri.value.rstrip("/").rsplit("/", 1)[-1], "")

    def is_concept(self, node: NamedNode) -> bool:
        """Whether a node is a concept of a code list."""
        return SKOS["Concept"] in self.nodes(node, RDF["type"])

    def _kind(self, subject: NamedNode) -> str:
        """What kind of thing this is (``organisation``, ``solution`` …), or nothing where it is none of ours."""
        known = kinds()
        found = [known[node.value][0] for node in self.nodes(subject, RDF["type"]) if node.value in known]
        return next((kind for kind in found if kind != "organisation"), found[0] if found else "")

    def _countries(self, subject: NamedNode) -> tuple[NamedNode, ...]:
        """The countries in which a thing is or acts, also those of its regions and municipalities."""
        places = (*self.nodes(subject, TK["designatedFor"]), *self.nodes(subject, DCT["spatial"]))
        found = (self._country_of(place) for place in places)
        return tuple(dict.fromkeys(country for country in found if country))

    def _country_of(self, place: NamedNode, levels: int = _LEVELS_UP) -> NamedNode | None:
        """The country of a place: itself, or the one above it."""
        if place.value.startswith(COUNTRY):
            return place
        above = self.node(place, SKOS["broader"]) if levels > 1 else None
        return self._country_of(above, levels - 1) if above else None

    def periods(self, subject: NamedNode) -> list[Period]:
        """All periods of a thing, the earliest first."""
        return sorted(self.period_at(node) for node in self.nodes(subject, DCT["temporal"]))

    def period_at(self, node: NamedNode) -> Period:
        """The period that a node stands for."""
        return self.period_of(self.said_of(node, MERGED))

    @staticmethod
    def period_of(said: dict[NamedNode, list[Term]]) -> Period:
        """Start and end as written (a year, a month or a day), each empty where unknown."""
        return first_text(said.get(DCAT["startDate"])), first_text(said.get(DCAT["endDate"]))

    def views(self, canonical: NamedNode) -> list[NamedNode]:
        """The sources' own entities that were joined to this one."""
        return self.subjects(TK["viewOf"], canonical, self.identity)

    def canonical(self, entity: NamedNode) -> NamedNode | None:
        """The joined thing that a source's entity is a view of."""
        return self.node(entity, TK["viewOf"], self.identity)

    def replacement(self, old: NamedNode) -> NamedNode | None:
        """What a replaced id stands for now, at the end of the chain."""
        seen = [old]
        while (following := self.node(seen[-1], DCT["isReplacedBy"], self.identity)) and following not in seen:
            seen.append(following)
        return seen[-1] if len(seen) > 1 else None

    def recorded(self, subject: NamedNode) -> list[Quad]:
        """What records say of a source's entity, each statement with its record graph."""
        graphs = f"{self.base}graph/"
        quads = [(quad, quad.graph_name) for quad in self.store.quads_for_pattern(subject, None, None, None)]
        others = (self.identity, self.provenance)
        return [
            quad
            for quad, graph in quads
            if isinstance(graph, NamedNode) and graph.value.startswith(graphs) and graph not in others
        ]

    @cached_property
    def schemes(self) -> dict[str, NamedNode]:
        """The code lists by their path below ``voc/``."""
        found = self.subjects(RDF["type"], SKOS["ConceptScheme"])
        return {node.value.removeprefix(VOC): node for node in found if node.value.startswith(VOC)}

    @cached_property
    def countries_by_code(self) -> dict[str, NamedNode]:
        """The countries by each of their codes, of two letters and of three."""
        nodes = reversed(self.subjects(SKOS["inScheme"], VOC["country"]))
        return {text.value: node for node in nodes for text in self.texts(node, SKOS["notation"])}
