"""The network: who works with whom around an actor or within a country, as a table, a drawing and data for a script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, islice
from math import cos, pi, sin

from flask import Blueprint, Response, abort, render_template, request
from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import COUNTRY, PROV, TK
from talkoot.web.browse import LISTS, sort_key
from talkoot.web.documents import node_at
from talkoot.web.entity_parts import HOST
from talkoot.web.facts import Facts
from talkoot.web.language import address
from talkoot.web.names import Ref
from talkoot.web.responses import page, page_at
from talkoot.web.site import namer, release

blueprint = Blueprint("network", __name__)

ACTORS = (*LISTS["actors"], "centre")
MOST_ACTORS = 30
"""More cannot be told apart in a drawing; the page says how many are left out."""
MOST_THINGS = 500
_INNER, _ONE_RING = 10, 16
_SHEET = 1000

Pair = tuple[NamedNode, NamedNode]


@dataclass
class Network:
    """Actors, the one in the middle first, and what each two of them have in common."""

    actors: list[NamedNode]
    shared: dict[Pair, set[NamedNode]]
    left_out: int = 0
    cut: bool = False
    middle: NamedNode | None = None


def _agents(facts: Facts, thing: NamedNode) -> set[NamedNode]:
    """Who takes part in a thing; a centre or a network is itself an actor among those who carry it."""
    found: set[NamedNode] = set()
    for part in facts.subjects(TK["involvedIn"], thing):
        found.update(facts.nodes(part, PROV["agent"]))
    return found | ({thing} if facts.kind(thing) in ACTORS else set())


def _things(facts: Facts, actor: NamedNode) -> set[NamedNode]:
    """What an actor takes part in; a centre or a network is also itself such a thing."""
    parts = facts.subjects(PROV["agent"], actor)
    found = {thing for part in islice(parts, MOST_THINGS) for thing in facts.nodes(part, TK["involvedIn"])}
    return found | ({actor} if facts.kind(actor) in ACTORS[1:] else set())


def _hosted(facts: Facts, actor: NamedNode) -> list[NamedNode]:
    """The centres that an actor hosts, whose partners are its own at one remove."""
    parts = [part for part in facts.subjects(PROV["agent"], actor) if HOST in facts.nodes(part, TK["hasRole"])]
    return [thing for part in parts for thing in facts.nodes(part, TK["involvedIn"]) if facts.kind(thing) == "centre"]


def around(facts: Facts, actor: NamedNode) -> Network:
    """An actor with those who have most in common with it or its centre, and what they have with one another."""
    things = set().union(*(_things(facts, one) for one in (actor, *_hosted(facts, actor))))
    together: dict[NamedNode, int] = defaultdict(int)
    for thing in things:
        for other in _agents(facts, thing) - {actor}:
            together[other] += 1
    ranked = sorted(together, key=lambda other: (-together[other], other.value))
    kept = [actor, *ranked[: MOST_ACTORS - 1]]
    cut = len(facts.subjects(PROV["agent"], actor)) > MOST_THINGS
    return Network(kept, in_common(facts, kept), len(ranked) + 1 - len(kept), cut, actor)


def in_common(facts: Facts, actors: Iterable[NamedNode]) -> dict[Pair, set[NamedNode]]:
    """What each two of some actors both take part in."""
    by_thing: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for actor in actors:
        for thing in _things(facts, actor):
            by_thing[thing].append(actor)
    shared: dict[Pair, set[NamedNode]] = defaultdict(set)
    for thing, agents in by_thing.items():
        for pair in combinations(agents, 2):
            shared[pair].add(thing)
    return shared


def within(facts: Facts, candidates: list[NamedNode], total: int) -> Network:
    """Of the actors of a country, those who have most in common with others there."""
    shared = in_common(facts, candidates)
    weight: dict[NamedNode, int] = defaultdict(int)
    for pair, things in shared.items():
        for actor in pair:
            weight[actor] += len(things)
    kept = sorted(weight, key=lambda actor: (-weight[actor], actor.value))[:MOST_ACTORS]
    pairs = {pair: things for pair, things in shared.items() if set(pair) <= set(kept)}
    return Network(kept, pairs, len(weight) - len(kept), total > len(candidates))


def positions(network: Network) -> list[tuple[float, float]]:
    """Where each actor stands: the one in the middle, those nearest to it around, the others outside."""
    found = [(0.5, 0.4)] if network.middle else []
    rest = len(network.actors) - len(found)
    inner = _INNER if network.middle and rest > _ONE_RING else 0
    for count, (wide, high) in ((inner, (0.24, 0.19)), (rest - inner, (0.45, 0.36))):
        turns = (2 * pi * number / count - pi / 2 for number in range(count))
        found += [(0.5 + wide * cos(turn), 0.4 + high * sin(turn)) for turn in turns]
    return [(round(x * _SHEET, 1), round(y * _SHEET, 1)) for x, y in found]


def network_address(of: str) -> str:
    """The address of the network of an actor, by its path below ``id/``, or of a country, by its code."""
    return address("/network", [("of", of)])


@page_at(blueprint, "/network")
def shown_network() -> Response:
    """The network of what ``?of=`` names; without it, where to begin."""
    view, names, of = release(), namer(), request.args.get("of", "")
    by_country = view.index.countries(ACTORS)
    if not of:
        places = [(names.country(code), count, network_address(code)) for code, count in by_country.items()]
        busiest = [
            (names.ref(NamedNode(view.base + hit.path)), hit.parts, network_address(hit.path.removeprefix("id/")))
            for hit in view.index.busiest(ACTORS)
        ]
        return page("networks_of.html", places=sorted(places, key=lambda row: sort_key(row[0])), busiest=busiest)
    if of in by_country:
        hits = view.index.busiest(ACTORS, of, 4 * MOST_ACTORS)
        found = within(view, [NamedNode(view.base + hit.path) for hit in hits], by_country[of])
        middle = names.ref(NamedNode(COUNTRY + of))
    else:
        node = node_at(f"{view.base}id/", of)
        node = node and (view.replacement(node) or node)
        if node is None or view.kind(node) not in ACTORS:
            abort(404)
        found, middle = around(view, node), names.ref(node)
    actors = [names.ref(actor) for actor in found.actors]
    if found.middle is None:  # all are of one country, which need not be said again
        actors = [actor._replace(places=()) for actor in actors]
    number = {actor: place for place, actor in enumerate(found.actors)}
    at = positions(found)
    links = sorted(
        ((number[one], number[other], names.refs(things)) for (one, other), things in found.shared.items()),
        key=lambda link: (min(link[0], link[1]), -len(link[2]), max(link[0], link[1])),
    )
    return page(
        "network.html",
        middle=middle,
        network=found,
        actors=actors,
        links=links,
        at=at,
        hrefs=[network_address(actor.value.removeprefix(f"{view.base}id/")) for actor in found.actors],
        query=render_template("queries/network.rq", iri=middle.iri, actor=found.middle is not None),
        graph=_for_script(actors, links, at),
    )


def _for_script(
    actors: list[Ref], links: list[tuple[int, int, list[Ref]]], at: list[tuple[float, float]]
) -> dict[str, object]:
    """The network as the script draws it."""
    nodes = [
        {"name": actor.text, "href": actor.href, "kind": actor.kind, "places": actor.places[:2]} for actor in actors
    ]
    return {"nodes": nodes, "links": [(one, other, len(things)) for one, other, things in links]}
