"""A source that claims to be somebody, ten thousand times over: told to the steward, and nobody is touched."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from talkoot.graph.identity.clusters import components
from talkoot.graph.identity.decisions import in_force
from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.matching import Matching, match
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import Pairs
from talkoot.ontology import load_code_lists

BASE = "https://w3id.org/talkoot/"
CLAIMS = 10_000
NAME, SITE, NUMBER = "Terveyden ja hyvinvoinnin laitos", ("thl.fi", "thl.fi"), ("YTJ", "22295006")


def actor(source: str, key: str, name: str, *, site: bool = False, number: bool = False) -> Entity:
    entity = Entity(f"{BASE}id/src/{source}/actor/{key}", source, "organisation", "actor", [name])
    entity.countries, entity.sites = {"FIN"}, {SITE} if site else set()
    entity.identifiers = {NUMBER} if number else set()
    return entity


def real() -> list[Entity]:
    """One actor by three sources, and two others that are not it."""
    return [
        actor("one", "thl", NAME, site=True, number=True),
        actor("two", "thl", f"{NAME} (THL)", site=True),
        actor("three", "thl", "Institute for Health and Welfare", number=True),
        actor("one", "syke", "Suomen ympäristökeskus"),
        actor("two", "city", "Esimerkkilän kaupunki"),
    ]


def poison(what: str) -> Iterator[Entity]:
    for count in range(CLAIMS):
        own = f"Väite {count} {'abcdefghij'[count % 10]}"
        yield actor(
            "poison", f"{count:05d}", NAME if what in ("name", "all") else own,
            site=what in ("web site", "all"), number=what in ("number", "all"),
        )  # fmt: skip


def matched(actors: list[Entity], found: Matching | None = None, pairs: Pairs | None = None) -> Matching:
    decisions = found.decisions if found else []
    return match(actors, decisions, NameTable(), load_code_lists(), BASE, "2026-01-01", pairs or Pairs())


def clusters(found: Matching, actors: list[Entity]) -> set[frozenset[str]]:
    names = [one.iri.removeprefix(f"{BASE}id/") for one in actors]
    joined = components(in_force(found.decisions), names)
    return {frozenset(joined.members(name)) for name in names}


@pytest.mark.parametrize("known_before", [True, False])
@pytest.mark.parametrize("what", ["number", "web site", "name", "all"])
def test_ten_thousand_claims_change_no_actor_and_are_told(what: str, known_before: bool) -> None:
    actors, claims, pairs = real(), list(poison(what)), Pairs()
    alone = matched(actors, pairs=pairs)
    before = clusters(alone, actors)
    assert len(before) == 3
    start = time.process_time()
    found = matched([*actors, *claims], *((alone, pairs) if known_before else ()))
    assert time.process_time() - start < 30
    assert found.withdrawn == 0
    after = clusters(found, [*actors, *claims])
    assert before <= after, "an actor gained or lost members"
    assert any(excess.source == "poison" and excess.actors >= CLAIMS for excess in found.excesses)
    ours = {member for cluster in before for member in cluster}
    asked = [pair for pair in found.near if len({pair.one, pair.other} & ours) == 1]
    assert 1 <= len(asked) <= 20, "a few claims stand in the queue"
    assert not [pair for pair in found.near if {pair.one, pair.other} <= ours]
    gone = matched(actors, found, pairs if known_before else None)
    assert clusters(gone, actors) == before
