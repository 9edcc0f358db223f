"""The ledger: the oldest id of a cluster wins, none is used again, and what parts gets back what it had."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.graph.identity.ledger import (
    COLUMNS,
    Entry,
    LedgerError,
    assign,
    mint,
    read_ledger,
    redirects,
    write_ledger,
)

Ledger = dict[tuple[str, str], Entry]
NAMES = "abcdefg"
SEGMENTS = dict.fromkeys(NAMES, "actor")


class Steward:
    """A ledger over some days, with ids that count up."""

    def __init__(self) -> None:
        self.ledger: Ledger = {}
        self.day = count(1)
        self.number = count(1)
        self.minted: list[str] = []

    def cluster(self, *groups: str) -> dict[str, str]:
        """Assign ids to groups of one-letter entities; the rest of the alphabet stands alone."""
        rest = [name for name in NAMES if not any(name in group for group in groups)]
        clusters = sorted([sorted(group) for group in groups] + [[name] for name in rest])
        found, changed = assign(clusters, SEGMENTS, self.ledger, f"2026-01-{next(self.day):02}", self.new_id)
        self.ledger |= changed
        return found

    def new_id(self, segment: str) -> str:
        self.minted.append(f"{segment}/{next(self.number):03}")
        return self.minted[-1]


def test_every_cluster_has_one_id_and_every_entity_its_clusters() -> None:
    found = Steward().cluster("ab", "cd")
    assert found["a"] == found["b"] != found["c"] == found["d"]
    assert len(set(found.values())) == 5


def test_the_same_again_changes_nothing() -> None:
    steward = Steward()
    before = steward.cluster("ab")
    _, changed = assign([["a", "b"], *([name] for name in "cdefg")], SEGMENTS, steward.ledger, "2027-01-01")
    assert changed == {}
    assert steward.cluster("ab") == before


def test_of_two_ids_that_become_one_the_older_stays_and_the_younger_leads_to_it() -> None:
    steward = Steward()
    clusters = [["a"], ["b"]]
    early = assign(clusters[1:], SEGMENTS, {}, "2025-01-01", steward.new_id)[1]
    late = assign(clusters[:1], SEGMENTS, {}, "2026-01-01", steward.new_id)[1]
    found, changed = assign([["a", "b"]], SEGMENTS, early | late, "2026-02-01", steward.new_id)
    assert found == {"a": "actor/001", "b": "actor/001"}
    assert redirects((early | late | changed).values()) == {"actor/002": "actor/001"}


def test_of_what_parts_the_larger_part_keeps_the_id_and_the_other_gets_a_new_one() -> None:
    steward = Steward()
    whole = steward.cluster("abc")
    parted = steward.cluster("bc")
    assert parted["b"] == parted["c"] == whole["a"]
    assert parted["a"] not in whole.values()
    assert steward.ledger[whole["a"], "a"].status == "split"


def test_what_was_joined_and_parts_again_has_its_ids_back() -> None:
    for first in "ab":  # whichever of the two had the older id
        steward = Steward()
        steward.ledger |= assign([[first]], SEGMENTS, {}, "2025-01-01", steward.new_id)[1]
        before = steward.cluster()
        steward.cluster("ab")
        assert steward.cluster() == before
        assert redirects(steward.ledger.values()) == {}


def test_an_entity_that_comes_back_has_its_id_back() -> None:
    steward = Steward()
    before = steward.cluster("ab")
    found, changed = assign([["c"]], SEGMENTS, steward.ledger, "2027-01-01", steward.new_id)
    steward.ledger |= changed
    assert found["c"] == before["c"]
    assert steward.cluster("ab") == before


def test_a_chain_of_merges_leads_to_the_last_id() -> None:
    ledger = [
        Entry("actor/1", "a", "2026", "active"),
        Entry("actor/2", "a", "2026", "merged", "actor/1"),
        Entry("actor/3", "a", "2026", "merged", "actor/2"),
    ]
    assert redirects(ledger) == {"actor/2": "actor/1", "actor/3": "actor/1"}


partitions = st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES)).map(
    lambda marks: [
        "".join(name for name, mark in zip(NAMES, marks, strict=True) if mark == m) for m in sorted(set(marks))
    ]
)


@given(st.lists(partitions, min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_is_joined_and_parted_no_id_ever_means_two_things_at_once(history: list[list[str]]) -> None:
    steward = Steward()
    known: dict[str, set[str]] = {}
    for groups in history:
        found = steward.cluster(*groups)
        for group in groups:
            assert len({found[name] for name in group}) == 1
        assert len(set(found.values())) == len(groups)
        for name, canonical in found.items():
            members = known.setdefault(canonical, set())
            group = next(group for group in groups if name in group)
            assert not members or members & set(group), f"{canonical} is used again for strangers"
        for name, canonical in found.items():
            known[canonical].add(name)
            assert steward.ledger[canonical, name].status == "active"
    assert len(steward.minted) == len(set(steward.minted))
    gone = redirects(steward.ledger.values())
    assert not set(gone) & set(found.values())
    assert set(gone.values()) <= set(found.values())


@given(partitions, st.data())
@settings(max_examples=150, deadline=None)
def test_joining_two_clusters_and_taking_it_back_restores_every_id(groups: list[str], data: st.DataObject) -> None:
    steward = Steward()
    order = data.draw(st.permutations(groups))
    for number, group in enumerate(order):  # each cluster was minted on a day of its own
        steward.ledger |= assign([sorted(group)], SEGMENTS, {}, f"2025-01-{number + 1:02}", steward.new_id)[1]
    before = steward.cluster(*groups)
    picked = data.draw(st.lists(st.sampled_from(groups), unique=True, min_size=1))
    joined = [group for group in groups if group not in picked] + ["".join(picked)]
    steward.cluster(*joined)
    assert steward.cluster(*groups) == before


def test_ids_are_short_opaque_and_of_a_coarse_type() -> None:
    found = {mint("actor") for _ in range(200)}
    assert len(found) == 200
    assert all(len(name) == len("actor/") + 10 and name.islower() for name in found)
    assert not any(set(name.removeprefix("actor/")) & set("ilou") for name in found)


def test_a_ledger_that_is_written_reads_back_and_a_later_file_lies_over_an_earlier(tmp_path: Path) -> None:
    one, other = Entry("actor/1", "a", "2026-01-01"), Entry("actor/2", "b", "2026-01-01")
    moved = Entry("actor/2", "b", "2026-01-01", "merged", "actor/1")
    write_ledger(tmp_path / "product.tsv", [other, one])
    write_ledger(tmp_path / "home.tsv", [moved])
    found = read_ledger([tmp_path / "product.tsv", tmp_path / "home.tsv", tmp_path / "none.tsv"])
    assert list(found.values()) == [one, moved]


BROKEN: Mapping[str, tuple[str, str]] = {
    "no header": ("actor/1\ta\t2026\tactive\t\n", "1: expected the columns canonical_id, entity_id"),
    "a cell is missing": ("\t".join(COLUMNS) + "\nactor/1\ta\n", "2: expected 5 cells"),
    "an unknown status": ("\t".join(COLUMNS) + "\nactor/1\ta\t2026\tgone\t\n", "2: expected 5 cells, status"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_ledger_that_cannot_be_used_is_refused_with_file_and_row(tmp_path: Path, case: str) -> None:
    text, sentence = BROKEN[case]
    path = tmp_path / "identifiers.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LedgerError) as caught:
        read_ledger([path])
    assert str(caught.value).startswith(f"identifiers.tsv:{sentence}")
