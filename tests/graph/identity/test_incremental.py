"""Pairs kept up to date change by change are those of the final state, whatever came when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.graph.identity import pairs as pairs_module
from talkoot.graph.identity import tables
from talkoot.graph.identity.comparison import Comparer, Comparison
from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import Excess, Pair, Pairs
from talkoot.graph.identity.tables import SQLiteTables
from talkoot.ontology import load_code_lists

SMALL = {"block": 4, "claims": 2, "echoes": 3, "hint": 3, "rare": 2}
WORDS = (*"Ala Beri Dun Evo Foundation Museum of 2 EU Коло Δέλτα".split(), *(f"Own{letter}" for letter in "abcdefghi"))
COMPARER = Comparer(NameTable(), load_code_lists()["country"])


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Limits so low that keys begin and cease to count all the time, and no look at all anew but for the first."""
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in SMALL.items():
            patch.setitem(tables.LIMITS, name, limit)
        patch.setattr(pairs_module, "_ANEW", 0)
        tables.steps.cache_clear()
        yield
    tables.steps.cache_clear()


@st.composite
def actors(draw: st.DrawFn) -> Comparison:
    source = draw(st.sampled_from(("one", "two", "three")))
    rid = f"src/{source}/actor/{draw(st.integers(1, 5))}"
    names = draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), max_size=2))
    entity = Entity(rid, source, draw(st.sampled_from(("organisation", "organisation", "centre"))), "actor", names)
    entity.countries = draw(st.sampled_from((set(), {"FIN"}, {"GRC"})))
    entity.sites = draw(st.sets(st.sampled_from((("a.org", "a.org"), ("a.org", "a.org/x"), ("b.org", "b.org")))))
    entity.identifiers = draw(st.sets(st.sampled_from((("PIC", "1"), ("PIC", "2"), ("ROR", "3")))))
    return COMPARER.compare(rid, entity)


def state(pairs: Pairs) -> tuple[list[Pair], list[Excess]]:
    return sorted(pairs), pairs.excesses()


def all_at_once(made: Iterable[Comparison]) -> Pairs:
    pairs = Pairs()
    pairs.update(made, SQLiteTables())
    return pairs


@settings(max_examples=150, deadline=None)
@given(batches=st.lists(st.tuples(st.lists(actors(), max_size=6), st.sets(st.integers(0, 14), max_size=2)), max_size=6))
def test_any_way_to_a_state_leads_to_the_same_pairs(batches: list[tuple[list[Comparison], set[int]]]) -> None:
    now: dict[str, Comparison] = {}
    kept = Pairs()
    for changed, gone in batches:
        now.update({actor.record[0]: actor for actor in changed})
        for rid in [rid for place, rid in enumerate(sorted(now)) if place in gone]:
            del now[rid]
        kept.update(now.values())
        anew = all_at_once(now.values())
        assert state(kept) == state(anew)
        anew.close()
    kept.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(actors(), min_size=8, max_size=15, unique_by=lambda actor: actor.record[0]), st.randoms())
def test_actors_one_by_one_in_any_order_come_to_the_pairs_of_all_at_once(
    made: list[Comparison], chance: object
) -> None:
    anew, kept = all_at_once(made), Pairs()
    chance.shuffle(made)
    for count in range(1, len(made) + 1):
        kept.update(made[:count])
    assert state(kept) == state(anew)
    before = state(kept)
    kept.update(made[: len(made) // 2])
    kept.update(made)
    assert state(kept) == before
    anew.close()
    kept.close()
