"""Things like this one, and what they have in common: what few have counts for more than what many have."""

from __future__ import annotations

from collections import defaultdict
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
_SHOWN, _CANDIDATES = 5, 60
_LOOKED_AT = 20
_ACTORS = ("organisation", "network")


class Similar(NamedTuple):
    """A thing like another one, and what the two have in common."""

    ref: Ref
    common: list[Ref]


def _holders(facts: Facts, value: NamedNode) -> frozenset[NamedNode]:
    """The things of which a value is told, and those in which it takes part; none where there are too many."""
    found: set[NamedNode] = set()
    for predicate in _TELLING:
        quads = islice(facts.store.quads_for_pattern(None, predicate, value, MERGED), _TOO_MANY + 1)
        found.update(quad.subject for quad in quads if isinstance(quad.subject, NamedNode))
    return frozenset(found if len(found) <= _TOO_MANY else ())


def _acting(facts: Facts, value: NamedNode) -> frozenset[NamedNode]:
    """The actors in the solutions of which a value is told."""
    things = (thing for thing in facts.held(_holders, value) if facts.kind(thing) in SOLUTIONS)
    return frozenset(part.agent for thing in things for part in parts_in(facts, thing))


def similar(notes: Notes, thing: NamedNode) -> list[Similar]:
    """The likest things of the same kind that share no project with it already, the likest first."""
    facts, kind = notes.view, notes.view.kind(thing)
    by_work = kind in _ACTORS
    own = links(facts, thing).played[:_LOOKED_AT]
    described = [part.thing for part in own if facts.kind(part.thing) in SOLUTIONS] if by_work else [thing]
    values = {value for node in described for predicate in _TELLING for value in facts.nodes(node, predicate)}
    places = {place for node in described for place in facts.nodes(node, DCT["spatial"])}  # too little by itself
    holders: dict[NamedNode, frozenset[NamedNode]] = {
        value: facts.held(_acting if by_work else _holders, value) for value in values
    }
    likeness: dict[NamedNode, float] = defaultdict(float)
    for value in sorted(values, key=str):
        for other in holders[value]:
            likeness[other] += 1 / log2(2 + len(holders[value]))
    left_out = {thing, *(part.agent for mine in own for part in parts_in(facts, mine.thing))}
    found: list[Similar] = []
    for other in nlargest(_CANDIDATES, likeness, key=lambda node: (likeness[node], node.value)):
        common = {value for value in values if other in holders[value]}
        if other not in left_out and facts.kind(other) == kind and common - places and len(found) < _SHOWN:
            found.append(Similar(notes.ref(other), [notes.ref(value) for value in sorted(common, key=str)]))
    return found
