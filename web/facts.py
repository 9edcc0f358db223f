"""Reading a release's store for pages: the merged view, the records behind it, and who is who.

Every look-up is a pattern match, which costs microseconds and cannot run away as a query can.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from talkoot.graph.identity.features import KINDS
from talkoot.graph.labels import main_label, reader_label
from talkoot.graph.provenance import identity_graph, provenance_graph
from talkoot.ontology.namespaces import COUNTRY, DCAT, DCT, RDF, SKOS, TK, VOC

MERGED = DefaultGraph()
Term = NamedNode | BlankNode | Literal | Triple

_NAMES = (SKOS["prefLabel"], DCT["title"])
_LEVELS_UP = 4
_REMEMBERED = 20_000


class Facts:
    """The facts of one release."""

    def __init__(self, store: Store, base: str) -> None:
        self.store = store
        self.base = base
        self.identity = identity_graph(base)
        self.provenance = provenance_graph(base)
        # Names, kinds and countries are asked for on every page, and a release never changes.
        self.labels = lru_cache(maxsize=_REMEMBERED)(self._labels)
        self.kind = lru_cache(maxsize=_REMEMBERED)(self._kind)
        self.countries = lru_cache(maxsize=_REMEMBERED)(self._countries)

    def about(self, subject: NamedNode) -> Iterator[Quad]:
        """All that the merged view says of a thing."""
        return self.store.quads_for_pattern(subject, None, None, MERGED)

    def values(self, subject: NamedNode, predicate: NamedNode) -> list[Term]:
        """The values of a property in the merged view."""
        return [quad.object for quad in self.store.quads_for_pattern(subject, predicate, None, MERGED)]

    def nodes(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """The values of a property that are things, in the order of their IRIs."""
        found = (value for value in self.values(subject, predicate) if isinstance(value, NamedNode))
        return sorted(found, key=lambda node: node.value)

    def node(self, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
        """The first thing that a property leads to, if there is one."""
        return next(iter(self.nodes(subject, predicate)), None)

    def texts(self, subject: NamedNode, predicate: NamedNode) -> list[Literal]:
        """The values of a property that are texts, sorted."""
        found = (value for value in self.values(subject, predicate) if isinstance(value, Literal))
        return sorted(found, key=lambda text: (text.value, text.language or ""))

    def subjects(self, predicate: NamedNode, value: NamedNode) -> list[NamedNode]:
        """The things whose property has this value."""
        quads = self.store.quads_for_pattern(None, predicate, value, MERGED)
        found = (quad.subject for quad in quads if isinstance(quad.subject, NamedNode))
        return sorted(found, key=lambda node: node.value)

    def exists(self, subject: NamedNode) -> bool:
        """Whether the merged view says anything of a thing."""
        return next(self.about(subject), None) is not None

    def _labels(self, subject: NamedNode) -> dict[str, str]:
        """The names of a thing by language; of two in one language, the first in the alphabet."""
        found: dict[str, str] = {}
        for predicate in _NAMES:
            for text in self.texts(subject, predicate):
                found.setdefault(text.language or "", text.value)
        return found

    def main_name(self, subject: NamedNode) -> tuple[str, str]:
        """The main name of a thing and its language."""
        return main_label(self.labels(subject))

    def concept(self, iri: NamedNode, language: str) -> tuple[str, str]:
        """A concept's label for a reader and its language; its code where it has none."""
        text, tag = reader_label(self.labels(iri), (language,))
        return (text, tag) if text else (iri.value.rstrip("/").rsplit("/", 1)[-1], "")

    def is_concept(self, node: NamedNode) -> bool:
        """Whether a node is a concept of a code list."""
        return SKOS["Concept"] in self.nodes(node, RDF["type"])

    def _kind(self, subject: NamedNode) -> str:
        """What kind of thing this is (``organisation``, ``solution`` …), or nothing where it is none of ours."""
        kinds = [KINDS[node.value][0] for node in self.nodes(subject, RDF["type"]) if node.value in KINDS]
        return next((kind for kind in kinds if kind != "organisation"), kinds[0] if kinds else "")

    def _countries(self, subject: NamedNode) -> tuple[NamedNode, ...]:
        """The countries in which a thing is or acts, also those of its regions and municipalities."""
        found: dict[NamedNode, None] = {}
        for place in (*self.nodes(subject, TK["designatedFor"]), *self.nodes(subject, DCT["spatial"])):
            country = self.country_of(place)
            if country is not None:
                found[country] = None
        return tuple(found)

    def country_of(self, place: NamedNode) -> NamedNode | None:
        """The country of a place: itself, or the one above it."""
        for _ in range(_LEVELS_UP):
            if place.value.startswith(COUNTRY):
                return place
            above = self.node(place, SKOS["broader"])
            if above is None:
                return None
            place = above
        return None

    def period(self, subject: NamedNode) -> tuple[str, str]:
        """Start and end as written (a year, a month or a day), each empty where unknown."""
        periods = self.periods(subject)
        return periods[0] if periods else ("", "")

    def periods(self, subject: NamedNode) -> list[tuple[str, str]]:
        """All periods of a thing, the earliest first."""
        return sorted(
            (self._moment(node, DCAT["startDate"]), self._moment(node, DCAT["endDate"]))
            for node in self.nodes(subject, DCT["temporal"])
        )

    def _moment(self, node: NamedNode, predicate: NamedNode) -> str:
        return next((text.value for text in self.texts(node, predicate)), "")

    def views(self, canonical: NamedNode) -> list[NamedNode]:
        """The sources' own entities that were joined to this one."""
        quads = self.store.quads_for_pattern(None, TK["viewOf"], canonical, self.identity)
        found = (quad.subject for quad in quads if isinstance(quad.subject, NamedNode))
        return sorted(found, key=lambda node: node.value)

    def canonical(self, entity: NamedNode) -> NamedNode | None:
        """The joined thing that a source's entity is a view of."""
        for quad in self.store.quads_for_pattern(entity, TK["viewOf"], None, self.identity):
            if isinstance(quad.object, NamedNode):
                return quad.object
        return None

    def replacement(self, old: NamedNode) -> NamedNode | None:
        """What a replaced id stands for now, at the end of the chain."""
        seen = {old.value}
        current = old
        while True:
            quads = self.store.quads_for_pattern(current, DCT["isReplacedBy"], None, self.identity)
            following = next((quad.object for quad in quads if isinstance(quad.object, NamedNode)), None)
            if following is None or following.value in seen:
                return current if current != old else None
            seen.add(following.value)
            current = following

    def recorded(self, subject: NamedNode) -> list[Quad]:
        """What records say of a source's entity, each statement with its record graph."""
        graphs = f"{self.base}graph/"
        return [
            quad
            for quad in self.store.quads_for_pattern(subject, None, None, None)
            if isinstance(quad.graph_name, NamedNode)
            and quad.graph_name.value.startswith(graphs)
            and quad.graph_name not in (self.identity, self.provenance)
        ]

    def origin(self, graph: NamedNode) -> dict[NamedNode, list[Term]]:
        """What is known of where a record graph, or a source, comes from."""
        found: dict[NamedNode, list[Term]] = {}
        for quad in self.store.quads_for_pattern(graph, None, None, self.provenance):
            found.setdefault(quad.predicate, []).append(quad.object)
        return found

    @cached_property
    def schemes(self) -> dict[str, NamedNode]:
        """The code lists by their path below ``voc/``."""
        quads = self.store.quads_for_pattern(None, RDF["type"], SKOS["ConceptScheme"], MERGED)
        found = (quad.subject for quad in quads if isinstance(quad.subject, NamedNode))
        named = [node for node in found if node.value.startswith(VOC)]
        return {node.value.removeprefix(VOC): node for node in sorted(named, key=lambda node: node.value)}

    @cached_property
    def countries_by_code(self) -> dict[str, list[NamedNode]]:
        """The countries by each of their codes, of two letters and of three."""
        found: dict[str, list[NamedNode]] = {}
        for node in self.subjects(SKOS["inScheme"], VOC["country"]):
            for text in self.texts(node, SKOS["notation"]):
                found.setdefault(text.value, []).append(node)
        return found
