"""The merged view: canonical entities and what all records together say of them (ontology.md 7.4).

Derived from record graphs alone, by stated precedence of sources, so it can always be rebuilt.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from talkoot.graph.labels import ALTERNATIVES
from talkoot.graph.records import graph_iri
from talkoot.graph.workbench import KeptRecord
from talkoot.ontology.namespaces import DCAT, DCT, PROV, RDF, SKOS, TK, VOC

_PARTICIPANT = VOC["role/participant"]
_INFERRED = VOC["basis/inferred"]
_OWN_NODES = (TK["Involvement"], DCT["PeriodOfTime"])


_FIRSTS = {other: name for name, other in ALTERNATIVES.items()}
_Period = tuple[Literal | None, ...]
"""First and last day of a period; empty where a part has none at all."""
_Nodes = Mapping[Any, Sequence[Quad]]
"""What a record says, by subject."""


@dataclass(slots=True)
class _Part:
    """What some records say of an actor's part in a thing."""

    inferred: bool = True
    notes: set[Literal] = field(default_factory=set)
    graphs: set[NamedNode] = field(default_factory=set)


def merge(
    records: Iterable[tuple[KeptRecord, Sequence[Quad]]], canonical: Mapping[str, str], base: str
) -> list[Triple]:
    """The triples of the default graph. Records come in the order of their sources' precedence.

    What a source merely claims (``tk:SocialInnovation``) is not repeated here; only ``tk:Solution`` is. Nor are
    remarks on a record (``skos:editorialNote``).
    """
    merged = _Merge(canonical)
    for record, quads in records:
        merged.add(graph_iri(base, record.source, record.key), quads)
    return merged.triples()


class _Merge:
    def __init__(self, canonical: Mapping[str, str]) -> None:
        self._canonical = {iri: NamedNode(target) for iri, target in canonical.items()}
        self._plain: dict[Triple, None] = {}
        self._labels: dict[tuple[NamedNode, NamedNode], tuple[list[Literal], list[Literal]]]
        self._labels = defaultdict(lambda: ([], []))  # by thing and property, main ones and others
        self._periods: dict[tuple[NamedNode, _Period], None] = {}
        self._parts: dict[tuple[NamedNode, NamedNode], dict[tuple[NamedNode, _Period], _Part]]
        self._parts = defaultdict(lambda: defaultdict(_Part))  # by actor and thing, then by role and period

    def add(self, graph: NamedNode, quads: Sequence[Quad]) -> None:
        """Add what one record says."""
        nodes: dict[NamedNode, list[Quad]] = defaultdict(list)
        own: set[NamedNode] = set()
        for quad in quads:
            if isinstance(quad.subject, NamedNode):
                nodes[quad.subject].append(quad)
                if quad.predicate == RDF["type"] and quad.object in _OWN_NODES:
                    own.add(quad.subject)
        for subject, said in nodes.items():
            if subject in own:
                self._add_part(graph, said, nodes)
            elif subject.value in self._canonical:
                self._add_entity(graph, self._canonical[subject.value], said, nodes)
            else:
                self._add_own_node(subject, said, nodes)

    def _target(self, value: Any) -> Any:
        """The canonical thing of a source's own one; anything else as it is."""
        return self._canonical.get(value.value, value) if isinstance(value, NamedNode) else value

    def _add_own_node(self, subject: NamedNode, said: Sequence[Quad], nodes: _Nodes) -> None:
        """Add a node of its own, such as an identifier, a grant or a membership, with links to canonical things."""
        for quad in said:
            if quad.predicate == DCT["temporal"]:
                self._plain.update(dict.fromkeys(period.triple for period in nodes.get(quad.object, ())))
            self._plain[Triple(subject, quad.predicate, self._target(quad.object))] = None

    def _add_entity(self, graph: NamedNode, entity: NamedNode, said: Sequence[Quad], nodes: _Nodes) -> None:
        self._plain[Triple(entity, DCT["source"], graph)] = None
        for quad in said:
            predicate, value = quad.predicate, quad.object
            if predicate in ALTERNATIVES and isinstance(value, Literal):
                self._labels[entity, predicate][0].append(value)
            elif predicate in _FIRSTS and isinstance(value, Literal):
                self._labels[entity, _FIRSTS[predicate]][1].append(value)
            elif predicate == DCT["temporal"] and isinstance(value, NamedNode):
                self._periods[entity, _period(nodes.get(value, ()))] = None
            elif predicate != SKOS["editorialNote"] and (predicate, value) != (RDF["type"], TK["SocialInnovation"]):
                self._plain[Triple(entity, predicate, self._target(value))] = None

    def _add_part(self, graph: NamedNode, said: Sequence[Quad], nodes: _Nodes) -> None:
        values = {quad.predicate: quad.object for quad in said if isinstance(quad.object, NamedNode)}
        if values.get(RDF["type"]) != TK["Involvement"]:
            return  # a period; told with what it belongs to
        agent, thing = self._target(values[PROV["agent"]]), self._target(values[TK["involvedIn"]])
        period = _period(nodes.get(values[DCT["temporal"]], ())) if DCT["temporal"] in values else ()
        part = self._parts[agent, thing][values[TK["hasRole"]], period]
        part.inferred = part.inferred and values.get(DCT["type"]) == _INFERRED
        part.notes.update(
            quad.object for quad in said if quad.predicate == SKOS["note"] and isinstance(quad.object, Literal)
        )
        part.graphs.add(graph)

    def triples(self) -> list[Triple]:
        """All that was added, with labels chosen and parts folded."""
        found = list(self._plain)
        for (entity, predicate), (labels, others) in self._labels.items():
            found += _label_triples(entity, predicate, dict.fromkeys(labels), others)
        for entity, period in self._periods:
            found += _period_triples(entity, period)
        for (agent, thing), parts in self._parts.items():
            # One whose page names no role yields to those that name one.
            named = {key: part for key, part in parts.items() if key[0] != _PARTICIPANT}
            unnamed = {graph for key, part in parts.items() if key[0] == _PARTICIPANT for graph in part.graphs}
            for (role, period), part in (named or parts).items():
                part.graphs |= unnamed if named else set()
                found += _part_triples(agent, thing, role, period, part)
        return found


def _label_triples(
    entity: NamedNode, predicate: NamedNode, labels: Iterable[Literal], others: Iterable[Literal]
) -> Iterator[Triple]:
    """One label a language, the first by precedence; the rest, and untagged ones beside it, are others."""
    chosen: dict[str, Literal] = {}
    for label in labels:
        chosen.setdefault(label.language or "", label)
    if len(chosen) > 1:
        chosen.pop("", None)
    texts = {label.value for label in chosen.values()}
    rest = [label for label in dict.fromkeys([*labels, *others]) if label.value not in texts]
    spoken = {label.value for label in rest if label.language}
    yield from (Triple(entity, predicate, label) for label in chosen.values())
    for label in rest:
        if label.language or label.value not in spoken:
            yield Triple(entity, ALTERNATIVES[predicate], label)


def _period(said: Sequence[Quad]) -> _Period:
    days = {quad.predicate: quad.object for quad in reversed(said) if isinstance(quad.object, Literal)}
    return days.get(DCAT["startDate"]), days.get(DCAT["endDate"])


def _period_triples(subject: NamedNode, period: _Period) -> Iterator[Triple]:
    digest = hashlib.sha256("/".join(_texts(period)).encode()).hexdigest()[:8]
    node = NamedNode(f"{subject.value}{'-' if '#' in subject.value else '#'}period-{digest}")
    yield Triple(subject, DCT["temporal"], node)
    yield Triple(node, RDF["type"], DCT["PeriodOfTime"])
    for predicate, day in zip((DCAT["startDate"], DCAT["endDate"]), period, strict=True):
        if day:
            yield Triple(node, predicate, day)


def _part_triples(
    agent: NamedNode, thing: NamedNode, role: NamedNode, period: _Period, part: _Part
) -> Iterator[Triple]:
    text = " ".join((agent.value, role.value, *_texts(period)))
    node = NamedNode(f"{thing.value}#part-{hashlib.sha256(text.encode()).hexdigest()[:12]}")
    yield Triple(node, RDF["type"], TK["Involvement"])
    yield Triple(node, PROV["agent"], agent)
    yield Triple(node, TK["involvedIn"], thing)
    yield Triple(node, TK["hasRole"], role)
    if part.inferred:
        yield Triple(node, DCT["type"], _INFERRED)
    if any(period):
        yield from _period_triples(node, period)
    yield from (Triple(node, SKOS["note"], note) for note in part.notes)
    yield from (Triple(node, DCT["source"], graph) for graph in part.graphs)


def _texts(period: _Period) -> Iterator[str]:
    return (str(day) if day else "" for day in period)
