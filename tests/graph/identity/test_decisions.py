"""Decisions: one sorted table that loses nothing, and the judgement in force on each pair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.graph.identity.decisions import (
    AUTOMATIC,
    COLUMNS,
    JUDGEMENTS,
    Decision,
    DecisionError,
    decide,
    in_force,
    read_decisions,
    supersede,
    write_decisions,
)

words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=8)
decisions = st.builds(
    decide,
    st.sampled_from(["src/a/actor/1", "src/b/actor/2", "src/c/actor/3"]),
    st.sampled_from(["src/d/actor/4", "src/e/actor/5", "src/f/actor/6"]),
    st.sampled_from(JUDGEMENTS),
    words,
    words,
    st.sampled_from([AUTOMATIC, "steward-1"]),
    st.sampled_from(["2026-01-01", "2026-05-05"]),
)


def same(author: str = AUTOMATIC, judgement: str = "same", date: str = "2026-01-01") -> Decision:
    return decide("src/a/actor/1", "src/b/actor/2", judgement, "exact-name", "name=x", author, date)


@given(st.lists(decisions, max_size=6, unique_by=lambda d: d.id))
@settings(max_examples=50, deadline=None)
def test_a_table_that_is_written_reads_back_sorted(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Decision]
) -> None:
    path = tmp_path_factory.getbasetemp() / "decisions.tsv"
    write_decisions(path, rows)
    assert read_decisions(path) == sorted(rows, key=lambda d: tuple(getattr(d, name) for name in COLUMNS))
    again = path.read_bytes()
    write_decisions(path, reversed(rows))
    assert path.read_bytes() == again


def test_a_decision_puts_the_smaller_id_first() -> None:
    decision = decide("src/b/x", "src/a/y", "same", "curated", "", "steward-1", "2026-01-01")
    assert decision.pair == ("src/a/y", "src/b/x")


def test_later_decisions_of_a_rule_on_one_pair_have_ids_of_their_own() -> None:
    ids = {decide("a", "b", "same", "exact-name", "", AUTOMATIC, "2026-01-01", earlier).id for earlier in range(4)}
    assert len(ids) == 4


@pytest.mark.parametrize("author", [AUTOMATIC, "steward-1"])
def test_a_person_beats_a_rule_whatever_the_order(author: str) -> None:
    rule = same(date="2026-12-31")
    person = same("steward-1", "different", "2026-01-01")
    for rows in ([rule, person], [person, rule]):
        assert in_force(rows) == {rule.pair: person}


def test_the_later_of_two_persons_counts() -> None:
    first, second = same("steward-1", "different", "2026-01-01"), same("steward-2", "same", "2026-02-01")
    assert in_force([second, first]) == {first.pair: second}


def test_a_superseded_decision_is_kept_but_not_in_force() -> None:
    old, new = same(), same("steward-1", "different")
    assert in_force([supersede(old, new)]) == {}
    assert supersede(old, new) == replace(old, superseded_by=new.id)


BROKEN = {
    "columns in another order": ("\t".join(reversed(COLUMNS)) + "\n", "1: expected the columns id, subject_id"),
    "a cell is missing": ("x\ta\tb\tsame\n", "2: expected 10 cells"),
    "a cell too many": ("x\ta\tb\tsame\tr\te\tw\t2026\t\t\t\n", "2: expected 10 cells"),
    "an unknown judgement": ("x\ta\tb\tperhaps\tr\te\tw\t2026\t\t\n", "2: the judgement is 'perhaps': expected same"),
    "the larger id first": (
        "x\tb\ta\tsame\tr\te\tw\t2026\t\t\n",
        "2: expected two different ids, the smaller one first",
    ),
    "a thing and itself": ("x\ta\ta\tsame\tr\te\tw\t2026\t\t\n", "2: expected two different ids"),
    "an id twice": ("x\ta\tb\tsame\tr\te\tw\t2026\t\t\n" * 2, "3: the id 'x' stands twice"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_table_that_cannot_be_used_is_refused_with_file_and_row(tmp_path: Path, case: str) -> None:
    text, sentence = BROKEN[case]
    head = "" if case.startswith("columns") else "\t".join(COLUMNS) + "\n"
    path = tmp_path / "decisions.tsv"
    path.write_text(head + text, encoding="utf-8")
    with pytest.raises(DecisionError) as caught:
        read_decisions(path)
    assert str(caught.value).startswith(f"decisions.tsv:{sentence}")


def test_no_table_is_no_decision(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "decisions.tsv") == []
