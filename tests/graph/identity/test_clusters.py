"""Clusters: connected components of the positive decisions, whatever their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.graph.identity.clusters import Components, Contradiction, components
from talkoot.graph.identity.decisions import Decision, decide, in_force

NAMES = [f"src/x/actor/{letter}" for letter in "abcdefgh"]


def judge(one: str, other: str, judgement: str = "same") -> Decision:
    return decide(f"src/x/actor/{one}", f"src/x/actor/{other}", judgement, "curated", "", "steward-1", "2026-01-01")


def partition(found: Components) -> set[frozenset[str]]:
    return {frozenset(found.members(name)) for name in NAMES}


pairs = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).filter(lambda p: p[0] != p[1]), max_size=10
)


@given(pairs, st.randoms())
def test_the_order_of_decisions_and_entities_does_not_matter(links: list[tuple[str, str]], chance) -> None:  # noqa: ANN001
    rows = [judge(*link) for link in links]
    before = components(in_force(rows), NAMES)
    names = list(NAMES)
    chance.shuffle(rows)
    chance.shuffle(names)
    after = components(in_force(rows), names)
    assert partition(after) == partition(before)
    assert [after.find(name) for name in NAMES] == [before.find(name) for name in NAMES]


@given(pairs)
def test_a_cluster_is_what_can_be_reached(links: list[tuple[str, str]]) -> None:
    found = components(in_force([judge(*link) for link in links]), NAMES)
    for one, other in links:
        assert found.find(f"src/x/actor/{one}") == found.find(f"src/x/actor/{other}")
    assert len(partition(found)) >= len(NAMES) - len({frozenset(link) for link in links})
    for name in NAMES:
        assert found.find(name) == min(found.members(name))


@given(pairs, st.data())
def test_taking_a_decision_back_restores_the_clusters_before_it(
    links: list[tuple[str, str]], data: st.DataObject
) -> None:
    rows = [judge(*link) for link in links]
    before = partition(components(in_force(rows), NAMES))
    extra = data.draw(pairs.filter(bool))[0]
    components(in_force([*rows, judge(*extra)]), NAMES)
    assert partition(components(in_force(rows), NAMES)) == before


@pytest.mark.parametrize("judgement", ["different", "part of"])
def test_a_negative_inside_a_cluster_fails_and_prints_the_chain(judgement: str) -> None:
    rows = [judge("a", "b"), judge("b", "c"), judge("c", "d"), judge("a", "d", judgement)]
    with pytest.raises(Contradiction) as caught:
        components(in_force(rows), NAMES)
    chain = " = ".join(f"src/x/actor/{letter}" for letter in "abcd")
    assert str(caught.value).endswith(f"a chain of positive rows joins them: {chain}")
    assert rows[3].id in str(caught.value)
    assert repr(judgement) in str(caught.value)


def test_unsure_neither_joins_nor_forbids() -> None:
    found = components(in_force([judge("a", "b"), judge("b", "c"), judge("a", "c", "unsure")]), NAMES)
    assert found.members(NAMES[0]) == NAMES[:3]


def test_entities_that_are_gone_join_nothing() -> None:
    found = components(in_force([judge("a", "b"), judge("b", "c")]), [NAMES[0], NAMES[2]])
    assert found.find(NAMES[0]) != found.find(NAMES[2])
