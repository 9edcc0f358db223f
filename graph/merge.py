"""The merged view: canonical entities and what all records together say of them (ontology.md 7.4).

Derived from record graphs alone, by stated precedence of sources, so it can always be rebuilt.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, Triple

from talkoot.graph.labels import ALTERNATIVES
from talkoot.graph.records import graph_iri
from talkoot.graph.workbench import KeptRecord
from talkoot.ontology.namespaces import DCAT, DCT, PROV, RDF, SKOS, TK, VOC

_PARTICIPANT = VOC["role/participant"]
_INFERRED = VOC["basis/inferred"]
_OWN_NODES = (TK["Involvement"], DCT["PeriodOfTime"])


@dataclass(slots=True)
class _Part:
    """An actor's part in a thing, as some records say it."""

    agent: NamedNode
    thing: NamedNode
    role: NamedNode
    period: tuple[str, ...]
    inferred: bool
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
        self._labels: dict[tuple[NamedNode, NamedNode], list[Literal]] = defaultdict(list)
        self._others: dict[tuple[NamedNode, NamedNode], list[Literal]] = defaultdict(list)
        self._periods: dict[NamedNode, dict[tuple[str, ...], list[Triple]]] = defaultdict(dict)
        self._parts: dict[tuple[NamedNode, NamedNode, NamedNode, tuple[str, ...]], _Part] = {}

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

    def _add_own_node(
        self, subject: NamedNode, said: Sequence[Quad], nodes: Mapping[NamedNode, Sequence[Quad]]
    ) -> None:
        """Add a node of its own, such as an identifier, a grant or a membership, with links to canonical things."""
        for quad in said:
            value = quad.object
            if isinstance(value, NamedNode):
                value = self._canonical.get(value.value, value)
                if quad.predicate == DCT["temporal"]:
                    self._plain.update(dict.fromkeys(period.triple for period in nodes.get(value, ())))
            self._plain[Triple(subject, quad.predicate, value)] = None

    def _add_entity(
        self, graph: NamedNode, entity: NamedNode, said: Sequence[Quad], nodes: Mapping[NamedNode, Sequence[Quad]]
    ) -> None:
        self._plain[Triple(entity, DCT["source"], graph)] = None
        for quad in said:
            predicate, value = quad.predicate, quad.object
            if predicate in ALTERNATIVES and isinstance(value, Literal):
                self._labels[entity, predicate].append(value)
            elif predicate in ALTERNATIVES.values() and isinstance(value, Literal):
                self._others[entity, predicate].append(value)
            elif predicate == DCT["temporal"] and isinstance(value, NamedNode):
                period = _read_period(nodes.get(value, ()))
                self._periods[entity].setdefault(period, [q.triple for q in nodes.get(value, ())])
            elif predicate != SKOS["editorialNote"] and (predicate, value) != (RDF["type"], TK["SocialInnovation"]):
                target = self._canonical.get(value.value, value) if isinstance(value, NamedNode) else value
                self._plain[Triple(entity, predicate, target)] = None

    def _add_part(self, graph: NamedNode, said: Sequence[Quad], nodes: Mapping[NamedNode, Sequence[Quad]]) -> None:
        values: dict[NamedNode, NamedNode] = {}
        notes = set()
        for quad in said:
            if isinstance(quad.object, NamedNode):
                values[quad.predicate] = quad.object
            elif isinstance(quad.object, Literal) and quad.predicate == SKOS["note"]:
                notes.add(quad.object)
        if values.get(RDF["type"]) != TK["Involvement"]:
            return  # a period; told with what it belongs to
        agent, thing = values[PROV["agent"]], values[TK["involvedIn"]]
        agent, thing = self._canonical.get(agent.value, agent), self._canonical.get(thing.value, thing)
        role = values[TK["hasRole"]]
        period = _read_period(nodes.get(values[DCT["temporal"]], ())) if DCT["temporal"] in values else ()
        inferred = values.get(DCT["type"]) == _INFERRED
        part = self._parts.setdefault((agent, thing, role, period), _Part(agent, thing, role, period, inferred))
        part.inferred = part.inferred and inferred
        part.notes |= notes
        part.graphs.add(graph)

    def triples(self) -> list[Triple]:
        """All that was added, with labels chosen and parts folded."""
        found = list(self._plain)
        firsts = {other: name for name, other in ALTERNATIVES.items()}
        of_others = {(entity, firsts[other]) for entity, other in self._others}
        for key in self._labels.keys() | of_others:
            found += self._label_triples(*key)
        for entity, periods in self._periods.items():
            for period in periods:
                found += _period_triples(entity, period)
        for part in self._fold():
            found += _part_triples(part)
        return found

    def _label_triples(self, entity: NamedNode, predicate: NamedNode) -> list[Triple]:
        """One label a language, the first by precedence; the rest, and untagged ones beside it, are others."""
        labels = list(dict.fromkeys(self._labels.get((entity, predicate), ())))
        chosen: dict[str, Literal] = {}
        for label in labels:
            chosen.setdefault(label.language or "", label)
        if len(chosen) > 1:
            chosen.pop("", None)
        texts = {label.value for label in chosen.values()}
        others = [
            label
            for label in dict.fromkeys([*labels, *self._others.get((entity, ALTERNATIVES[predicate]), ())])
            if label not in chosen.values() and label.value not in texts
        ]
        spoken = {label.value for label in others if label.language}
        return [
            *(Triple(entity, predicate, label) for label in chosen.values()),
            *(
                Triple(entity, ALTERNATIVES[predicate], label)
                for label in others
                if label.language or label.value not in spoken
            ),
        ]

    def _fold(self) -> list[_Part]:
        """Parts, where one whose page names no role yields to one of the same actor and thing with a role."""
        by_pair: dict[tuple[NamedNode, NamedNode], list[_Part]] = defaultdict(list)
        for part in self._parts.values():
            by_pair[part.agent, part.thing].append(part)
        kept = []
        for parts in by_pair.values():
            named = [part for part in parts if part.role != _PARTICIPANT]
            for part in named or parts:
                if named:
                    for other in parts:
                        if other.role == _PARTICIPANT:
                            part.graphs |= other.graphs
                kept.append(part)
        return kept


def _read_period(said: Sequence[Quad]) -> tuple[str, ...]:
    start = next((str(quad.object) for quad in said if quad.predicate == DCAT["startDate"]), "")
    end = next((str(quad.object) for quad in said if quad.predicate == DCAT["endDate"]), "")
    return start, end


def _period_triples(subject: NamedNode, period: tuple[str, ...]) -> list[Triple]:
    digest = hashlib.sha256("/".join(period).encode()).hexdigest()[:8]
    node = NamedNode(f"{subject.value}{'-' if '#' in subject.value else '#'}period-{digest}")
    found = [Triple(subject, DCT["temporal"], node), Triple(node, RDF["type"], DCT["PeriodOfTime"])]
    for predicate, text in zip((DCAT["startDate"], DCAT["endDate"]), period, strict=True):
        if text:
            value, _, datatype = text.rpartition("^^")
            found.append(Triple(node, predicate, Literal(value.strip('"'), datatype=NamedNode(datatype.strip("<>")))))
    return found


def _part_triples(part: _Part) -> list[Triple]:
    text = " ".join((part.agent.value, part.role.value, *part.period))
    node = NamedNode(f"{part.thing.value}#part-{hashlib.sha256(text.encode()).hexdigest()[:12]}")
    found = [
        Triple(node, RDF["type"], TK["Involvement"]),
        Triple(node, PROV["agent"], part.agent),
        Triple(node, TK["involvedIn"], part.thing),
        Triple(node, TK["hasRole"], part.role),
    ]
    if part.inferred:
        found.append(Triple(node, DCT["type"], _INFERRED))
    if any(part.period):
        found += _period_triples(node, part.period)
    found += [Triple(node, SKOS["note"], note) for note in part.notes]
    found += [Triple(node, DCT["source"], graph) for graph in part.graphs]
    return found
