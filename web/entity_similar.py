"""Things like this one, and what they have in common: what few have counts for more than what many have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Set
from heapq import nlargest
from itertools import islice
from math import log2
from typing import NamedTuple

from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import DCT, TK
from talkoot.web.entity_parts import SOLUTIONS, links, parts_in
from talkoot.web.facts import MERGED, Facts
from talkoot.web.names import Ref
from talkoot.web.notes import Notes

_TELLING = (TK["hasTargetGroup"], TK["addressesNeed"], TK["hasForm"], TK["fundedUnder"], TK["developedIn"],
            DCT["isPartOf"], DCT["spatial"])  # fmt: skip
_TOO_MANY = 400
"""What more things than this have tells nothing about any of them."""
_SHOWN = 5
_LOOKED_AT = 20
_ACTORS = ("organisation", "network")

Holders = tuple[float, Mapping[str, Set[NamedNode]]]
"""What having a value in common counts for, and the things that have it, by kind."""


class Similar(NamedTuple):
    """A thing like another one, and what the two have in common."""

    ref: Ref
    common: list[Ref]


def _holders(facts: Facts, value: NamedNode) -> list[NamedNode]:
    """The things of which a value is told, and those in which it takes part; none where there are too many."""
    found: set[NamedNode] = set()
    for predicate in _TELLING:
        quads = islice(facts.store.quads_for_pattern(None, predicate, value, MERGED), _TOO_MANY + 1)
        found.update(quad.subject for quad in quads if isinstance(quad.subject, NamedNode))
    return list(found) if len(found) <= _TOO_MANY else []


def _acting(facts: Facts, value: NamedNode) -> Holders:
    """The actors in the solutions of which a value is told, by kind."""
    things = (thing for thing in facts.held(_holders, value) if facts.kind(thing) in SOLUTIONS)
    return _by_kind(facts, {part.agent for thing in things for part in parts_in(facts, thing)})


def _told(facts: Facts, value: NamedNode) -> Holders:
    """The things of which a value is told, by kind."""
    return _by_kind(facts, facts.held(_holders, value))


def _by_kind(facts: Facts, nodes: Collection[NamedNode]) -> Holders:
    kinds: dict[str, set[NamedNode]] = defaultdict(set)
    for node in nodes:
        kinds[facts.kind(node)].add(node)
    return 1 / log2(2 + len(nodes)), kinds


def similar(notes: Notes, thing: NamedNode) -> list[Similar]:
    """The likest things of the same kind that share no project with it already, the likest first."""
    facts, kind = notes.view, notes.view.kind(thing)
    by_work = kind in _ACTORS
    own = links(facts, thing).played[:_LOOKED_AT]
    described = [part.thing for part in own if facts.kind(part.thing) in SOLUTIONS] if by_work else [thing]
    values = {value for node in described for predicate in _TELLING for value in facts.nodes(node, predicate)}
    places = {place for node in described for place in facts.nodes(node, DCT["spatial"])}  # too little by itself
    holders: dict[NamedNode, Set[NamedNode]] = {}
    likeness: dict[NamedNode, float] = defaultdict(float)
    for value in (*sorted(values - places, key=str), *sorted(places, key=str)):
        weight, by_kind = facts.held(_acting if by_work else _told, value)
        holders[value] = by_kind.get(kind, frozenset())
        for other in likeness.keys() & holders[value] if value in places else holders[value]:
            likeness[other] += weight
    for known in (thing, *(part.agent for mine in own for part in parts_in(facts, mine.thing))):
        likeness.pop(known, None)
    likest = nlargest(_SHOWN, likeness, key=lambda node: (likeness[node], node.value))
    common = ([value for value in sorted(values, key=str) if other in holders[value]] for other in likest)
    return [Similar(notes.ref(other), [notes.ref(value) for value in shared])
            for other, shared in zip(likest, common, strict=True)]  # fmt: skip
