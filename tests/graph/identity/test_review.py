"""A steward's desk: what it asks, what it writes, and that every judgement can be taken back."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talkoot.cli import main
from talkoot.graph.identity import explain
from talkoot.graph.identity.clusters import Contradiction
from talkoot.graph.identity.decisions import JUDGEMENTS, decide, in_force, read_decisions, write_decisions
from talkoot.graph.identity.ledger import read_ledger
from talkoot.graph.identity.review import Desk, JudgedMeanwhile, ReviewError
from talkoot.graph.locks import HomeInUse, writing
from talkoot.graph.settings import SettingError, read_settings
from talkoot.ontology.namespaces import ORG, TALKOOT, TK
from tests.review_home import MadeUp, ReviewHome, alike, name

LEFT, RIGHT = "src/left/actor/l000", "src/right/actor/r000"


@pytest.fixture
def home(tmp_path: Path) -> ReviewHome:
    """A home with three pairs to judge."""
    made = ReviewHome(tmp_path / "home")
    alike(made, 3)
    return made


def talkoot(home: ReviewHome, *words: str, exit_code: int = 0, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(
        main, [*words, "--home", str(home.path)], input=stdin, env={"TALKOOT_STEWARD": home.steward}
    )
    assert result.exit_code == exit_code, result.output
    return result


def clusters(desk: Desk) -> set[frozenset[str]]:
    return {frozenset(desk.joined.members(one)) for one in desk.entities}


# What is asked


def test_pairs_that_no_rule_decides_are_asked_the_greatest_doubt_first(home: ReviewHome) -> None:
    desk = home.desk()
    assert {(ask.one[-3:], ask.other[-3:]) for ask in desk.queue} == {("000", "000"), ("001", "001"), ("002", "002")}
    assert [ask.doubt for ask in desk.queue] == sorted((ask.doubt for ask in desk.queue), reverse=True)
    assert not home.decisions.exists()


def test_a_pair_shows_who_says_what_and_what_agrees_and_differs(home: ReviewHome) -> None:
    home.keep(
        "left", MadeUp("l000", [name(0), "Shared Short"], site="https://one-made-up.fi/fi",
                       number=("PIC", "999999999"), page="https://left.example/0"),
    )  # fmt: skip
    home.keep(
        "right", MadeUp("r000", [name(0, 200), "Shared short ry"], "", site="https://two-made-up.fi",
                        number=("PIC", "not one")),
    )  # fmt: skip
    told = explain.view(home.desk(), LEFT, RIGHT)
    assert [side["records"] for side in told["sides"]] == [
        [{"source": "Register left", "page": "https://left.example/0", "as_of": "2026-11",
          "licence": "made up for a test"}],
        [{"source": "Register right", "page": "https://source.example/page", "as_of": "2026-11",
          "licence": "made up for a test"}],
    ]  # fmt: skip
    assert {(text, verdict) for text, _, verdict in told["facts"]["name"][0]} == {
        (name(0), "differs"), ("Shared Short", "agrees"),
    }  # fmt: skip
    assert told["facts"]["country"] == ([("Finland", [1], "")], [])
    assert told["facts"]["site"] == ([("one-made-up.fi", [1], "differs")], [("two-made-up.fi", [1], "differs")])
    assert told["facts"]["PIC"][1] == [("not one (not a right number)", [1], "differs")]
    assert told["decision"] is None


# What is written


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_a_judgement_is_a_row_that_travels_to_the_next_desk(home: ReviewHome, judgement: str) -> None:
    desk = home.desk()
    row = desk.judge(RIGHT, LEFT, judgement, "steward-1", "the same board\tand\nseat")
    (kept,) = read_decisions(home.decisions)
    assert kept == row
    assert (kept.pair, kept.judgement, kept.author_id) == ((LEFT, RIGHT), judgement, "steward-1")
    assert kept.evidence.startswith("the same board and seat; ")
    assert (f"; part={RIGHT}; fields=" in kept.evidence) == (judgement == "part of")
    for one in (desk, home.desk()):
        assert (LEFT, RIGHT) not in [ask[:2] for ask in one.queue]
        assert (one.joined.find(LEFT) == one.joined.find(RIGHT)) == (judgement == "same")


def test_a_second_judgement_supersedes_the_first_and_deletes_nothing(home: ReviewHome) -> None:
    desk = home.desk()
    first = desk.judge(LEFT, RIGHT, "same", "steward-1")
    second = desk.judge(LEFT, RIGHT, "same", "steward-2", seen=first.id)
    third = desk.judge(LEFT, RIGHT, "different", "steward-1", seen=second.id)
    assert {row.id: row.superseded_by for row in read_decisions(home.decisions)} == {
        first.id: second.id, second.id: third.id, third.id: "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("author", "judgement", "why", "other"),
    [
        ("Some One", "same", "", RIGHT), ("automatic", "same", "", RIGHT), ("steward-1", "equal", "", RIGHT),
        ("steward-1", "same", "asked info@example.org", RIGHT), ("steward-1", "same", "", LEFT),
        ("steward-1", "same", "", "src/right/actor/none"),
    ],
)  # fmt: skip
def test_what_is_no_judgement_is_refused_with_a_sentence(
    home: ReviewHome, author: str, judgement: str, why: str, other: str
) -> None:
    with pytest.raises(ReviewError, match="expected"):
        home.desk().judge(LEFT, other, judgement, author, why)
    assert not home.decisions.exists()


def test_a_steward_s_id_is_no_name() -> None:
    with pytest.raises(SettingError, match="TALKOOT_STEWARD is 'Some One': expected an agent's id"):
        read_settings({"TALKOOT_STEWARD": "Some One"})


# Two stewards


def test_of_two_stewards_the_second_is_told_and_overwrites_nothing(home: ReviewHome) -> None:
    one, other = home.desk(), home.desk()
    first = one.judge(LEFT, RIGHT, "different", "steward-1")
    before = home.decisions.read_bytes()
    with pytest.raises(JudgedMeanwhile, match="steward-1 judged them 'different' meanwhile"):
        other.judge(LEFT, RIGHT, "same", "steward-2")
    assert home.decisions.read_bytes() == before
    other.judge(LEFT, RIGHT, "same", "steward-2", seen=first.id)
    with pytest.raises(JudgedMeanwhile, match="steward-2 judged them 'same' meanwhile"):
        one.undo(first.id, "steward-1")
    other.undo(other.in_force[LEFT, RIGHT].id, "steward-2")
    with pytest.raises(JudgedMeanwhile, match="steward-1 judged them 'different' meanwhile"):
        one.judge(LEFT, RIGHT, "unsure", "steward-1", seen="0123456789ab")


def test_judgements_of_another_steward_are_there_after_a_refresh(home: ReviewHome) -> None:
    one, other = home.desk(), home.desk()
    one.judge(LEFT, RIGHT, "same", "steward-1")
    assert (LEFT, RIGHT) not in other.in_force
    other.refresh()
    assert other.in_force == one.in_force
    assert len(other.queue) == 2


def test_many_stewards_at_once_lose_no_judgement(home: ReviewHome) -> None:
    alike(home, 12)
    desks, refused = [home.desk() for _ in range(6)], []

    def work(desk: Desk, number: int) -> None:
        for at in range(12):
            pair = f"src/left/actor/l{at:03}", f"src/right/actor/r{at:03}"
            try:
                desk.judge(*pair, "same" if at % 2 else "different", f"steward-{number}")
            except JudgedMeanwhile:
                refused.append(pair)

    threads = [threading.Thread(target=work, args=(desk, number)) for number, desk in enumerate(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = read_decisions(home.decisions)
    assert len({row.pair for row in rows}) == len(rows) == 12
    assert len(refused) == 5 * 12


def test_a_desk_waits_for_another_writer_and_gives_up_with_a_sentence(home: ReviewHome) -> None:
    desk = home.desk()
    with writing(home.path), pytest.raises(HomeInUse, match="is writing to"):
        desk.judge(LEFT, RIGHT, "same", "steward-1")
    assert not home.decisions.exists()


# Contradictions


def test_a_same_against_a_negative_within_its_cluster_is_refused_with_the_chain(home: ReviewHome) -> None:
    desk, third = home.desk(), "src/right/actor/r001"
    desk.judge(LEFT, RIGHT, "same", "steward-1")
    desk.judge(RIGHT, third, "different", "steward-1")
    before, state = home.decisions.read_bytes(), desk.in_force
    with pytest.raises(Contradiction, match=f"joins them: {RIGHT} = {LEFT} = {third}"):
        desk.judge(LEFT, third, "same", "steward-2")
    assert home.decisions.read_bytes() == before
    assert desk.in_force == state


def test_a_different_between_two_that_a_chain_joins_is_refused_with_the_chain(home: ReviewHome) -> None:
    desk, third = home.desk(), "src/right/actor/r001"
    desk.judge(LEFT, RIGHT, "same", "steward-1")
    desk.judge(LEFT, third, "same", "steward-1")
    with pytest.raises(Contradiction, match="a chain of positive rows joins them"):
        desk.judge(RIGHT, third, "different", "steward-1")
    assert len(read_decisions(home.decisions)) == 2


# Taking back


def test_taking_back_restores_what_was_in_force_and_keeps_every_row(home: ReviewHome) -> None:
    desk = home.desk()
    start = desk.in_force, clusters(desk), desk.queue
    first = desk.judge(LEFT, RIGHT, "same", "steward-1")
    middle = desk.in_force, clusters(desk), desk.queue
    second = desk.judge(LEFT, RIGHT, "different", "steward-2", seen=first.id)
    for _ in range(2):
        desk.undo(second.id, "steward-1")
        assert (desk.in_force, clusters(desk), desk.queue) == middle
        second = desk.judge(LEFT, RIGHT, "unsure", "steward-2", seen=first.id)
    desk.undo(second.id, "steward-2")
    desk.undo(first.id, "steward-2")
    assert (desk.in_force, clusters(desk), desk.queue) == start
    again = home.desk()
    assert (again.in_force, clusters(again), again.queue) == start
    rows = read_decisions(home.decisions)
    assert len(rows) == 8
    assert all(row.superseded_by for row in rows)


def test_taking_back_restores_a_rule_s_decision_and_the_product_s(home: ReviewHome) -> None:
    home.keep("third", MadeUp("t", [name(0)]))
    (home.path / "product").mkdir()
    given = decide("src/left/actor/l001", "src/right/actor/r001", "same", "curated", "known", "talkoot", "2026-01-01")
    write_decisions(home.path / "product" / "decisions.tsv", [given])
    desk = home.desk()
    before, joined = desk.in_force, clusters(desk)
    assert {row.author_id for row in before.values()} == {"automatic", "talkoot"}
    made = [desk.judge(*row.pair, "different", "steward-1", seen=row.id) for row in before.values()]
    assert clusters(home.desk()) == {frozenset((one,)) for one in desk.entities}
    for row in made:
        desk.undo(row.id, "steward-1")
    for one in (desk, home.desk()):
        assert (one.in_force, clusters(one)) == (before, joined)


STEPS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(JUDGEMENTS)), max_size=8)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_judgements_taken_back_in_reverse_leave_what_was_there(home: ReviewHome, steps: list) -> None:
    desk = home.desk()
    before, made = (desk.in_force, clusters(desk), desk.queue), []
    for left, right, judgement in steps:
        pair = f"src/left/actor/l00{left}", f"src/right/actor/r00{right}"
        known = desk.in_force.get(pair)
        try:
            made.append(desk.judge(*pair, judgement, "steward-1", seen=known.id if known else ""))
        except Contradiction:
            continue
    for row in reversed(made):
        desk.undo(row.id, "steward-1")
    assert (desk.in_force, clusters(desk), desk.queue) == before
    assert in_force(read_decisions(home.decisions)) == before[0]


def test_what_cannot_be_taken_back_is_refused(home: ReviewHome) -> None:
    home.keep("third", MadeUp("t", [name(0)]))
    desk = home.desk()
    (rule,) = desk.in_force.values()
    for one in ("", "0123456789ab", rule.id):
        with pytest.raises(ReviewError, match="nothing was taken back"):
            desk.undo(one, "steward-1")
    row = desk.judge(LEFT, RIGHT, "same", "steward-1")
    desk.undo(row.id, "steward-1")
    with pytest.raises(JudgedMeanwhile, match="a judgement was taken back meanwhile"):
        desk.undo(row.id, "steward-1")


def test_taking_back_gives_every_actor_the_id_that_it_had(home: ReviewHome) -> None:
    def ids() -> dict[str, str]:
        ledger = read_ledger([home.path / "identifiers.tsv"]).values()
        return {row.entity_id: row.canonical_id for row in ledger if row.status == "active"}

    talkoot(home, "match")
    before = ids()
    talkoot(home, "review", stdin="s\nq\n")
    talkoot(home, "match")
    assert len(set(ids().values())) == len(set(before.values())) - 1
    row = next(row for row in read_decisions(home.decisions) if not row.superseded_by)
    home.desk().undo(row.id, "steward-1")
    talkoot(home, "match")
    assert ids() == before


# Facts that change


def test_a_judgement_on_facts_that_changed_is_asked_again_and_stays_in_force(home: ReviewHome) -> None:
    desk = home.desk()
    row = desk.judge(LEFT, RIGHT, "same", "steward-1")
    home.keep("right", MadeUp("r000", [name(0, 201)]))
    desk.refresh()
    (ask,) = [ask for ask in desk.queue if ask[:2] == (LEFT, RIGHT)]
    assert (ask.reason, ask.suggestion) == ("facts changed", "same")
    assert desk.in_force[LEFT, RIGHT] == row
    assert desk.joined.find(LEFT) == desk.joined.find(RIGHT)
    desk.judge(LEFT, RIGHT, "same", "steward-1", seen=row.id)
    assert [ask for ask in desk.queue if ask[:2] == (LEFT, RIGHT)] == []


def test_while_a_run_writes_a_desk_keeps_the_records_that_it_has(home: ReviewHome) -> None:
    desk = home.desk()
    home.keep("third", MadeUp("t", ["New Here"]))
    with writing(home.path):
        desk.refresh()
    assert "src/third/actor/t" not in desk.entities
    desk.refresh()
    assert "src/third/actor/t" in desk.entities


def test_a_table_that_contradicts_itself_is_told_until_it_is_mended(home: ReviewHome) -> None:
    desk, third = home.desk(), "src/right/actor/r001"
    desk.judge(LEFT, RIGHT, "same", "steward-1")
    desk.judge(LEFT, third, "same", "steward-1")
    good, before = read_decisions(home.decisions), desk.in_force
    write_decisions(home.decisions, [*good, decide(RIGHT, third, "different", "curated", "", "by-hand", "2026-11-26")])
    for _ in range(2):
        with pytest.raises(Contradiction, match="a chain of positive rows joins them"):
            desk.refresh()
    write_decisions(home.decisions, good)
    desk.refresh()
    assert desk.in_force == before


# Clusters and reasons


def test_the_weakest_link_of_a_cluster_comes_first(home: ReviewHome) -> None:
    home.keep("third", MadeUp("t", [name(0)], number=("PIC", "999999999")))
    home.keep("fourth", MadeUp("f", ["Quite Another"], number=("PIC", "999999999")))
    desk = home.desk()
    desk.judge(LEFT, RIGHT, "same", "steward-1")
    members, links = explain.cluster(desk, "src/fourth/actor/f")
    assert {side["id"] for side in members} == {LEFT, RIGHT, "src/third/actor/t", "src/fourth/actor/f"}
    assert [row.mapping_justification for row, _ in links] == ["exact-name", "registered-id", "curated"]


def test_why_tells_the_chain_from_canonical_and_local_names(home: ReviewHome) -> None:
    home.keep("third", MadeUp("t", [name(0)]))
    home.desk().judge(LEFT, RIGHT, "same", "steward-1", "seen")
    talkoot(home, "match")
    rows = json.loads(talkoot(home, "why", f"{TALKOOT}id/src/third/actor/t", RIGHT, "--json").stdout)
    assert [(row["mapping_justification"], row["author_id"]) for row in rows["chain"]] == [
        ("exact-name", "automatic"), ("curated", "steward-1"),
    ]  # fmt: skip
    assert rows["same"]
    canonical = {row.entity_id: row.canonical_id for row in read_ledger([home.path / "identifiers.tsv"]).values()}
    told = talkoot(home, "why", f"{TALKOOT}id/{canonical[LEFT]}", "src/third/actor/t").stdout
    assert "exact-name" in told
    assert "one entity" in talkoot(home, "why", LEFT, LEFT).stdout


def test_why_not_tells_the_negative_the_veto_and_the_queue(home: ReviewHome) -> None:
    home.keep("centres", MadeUp("c", ["Some Centre"], classes=[ORG["Organization"], TK["CompetenceCentre"]]))
    desk = home.desk()
    desk.judge("src/left/actor/l001", "src/right/actor/r001", "different", "steward-1", "two seats")
    asked = talkoot(home, "why", LEFT, RIGHT).stdout
    assert "no chain of decisions joins them" in asked
    assert "wait in the review queue: The names are alike" in asked
    negative = talkoot(home, "why", "src/left/actor/l001", "src/right/actor/r001").stdout
    assert "judged different by steward-1" in negative
    assert "two seats" in negative
    assert "under a veto: a centre or network is" in talkoot(home, "why", LEFT, "src/centres/actor/c").stdout


def test_why_of_nothing_known_is_wrong_use(home: ReviewHome) -> None:
    assert "Nothing is known as actor/none" in talkoot(home, "why", LEFT, "actor/none", exit_code=2).stderr


# The command


def test_the_terminal_takes_a_line_for_each_key(home: ReviewHome) -> None:
    said = talkoot(home, "review", stdin="s\nz\nr\nseen on both pages\nd\nk\nP\n").stdout
    assert "2 judged, 1 waiting." in said
    rows = [row for row in read_decisions(home.decisions) if not row.superseded_by]
    assert sorted(row.judgement for row in rows) == ["different", "part of"]
    told = {row.judgement: row for row in rows}
    assert told["different"].evidence.startswith("seen on both pages; fields=")
    assert f"part={told['part of'].object_id}; " in told["part of"].evidence


def test_on_a_terminal_one_key_is_enough(home: ReviewHome) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "talkoot", "review", "--home", str(home.path)]
    environment = {**os.environ, "TALKOOT_STEWARD": "steward-7", "COLUMNS": "100", "TERM": "xterm"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as asking:
        os.close(theirs)
        try:
            for key in ("d", "u", "q"):
                said, late = "", time.monotonic() + 20
                while "q quit" not in said or termios.tcgetattr(ours)[3] & termios.ICANON:  # not yet waiting for a key
                    assert time.monotonic() < late, said
                    if select.select([ours], [], [], 0.05)[0]:
                        said += os.read(ours, 4096).decode(errors="replace")
                os.write(ours, key.encode())
            assert asking.wait(timeout=20) == 0
        finally:
            asking.kill()
    os.close(ours)
    told = {row.judgement: row.author_id for row in read_decisions(home.decisions)}
    assert told == {"different": "steward-7", "unsure": "steward-7"}


def test_the_command_prints_the_queue_as_json_and_keeps_to_a_limit(home: ReviewHome) -> None:
    asked = json.loads(talkoot(home, "review", "--json", "--limit", "2").stdout)
    assert [set(row) for row in asked] == [{"one", "other", "suggestion", "evidence", "reason", "score", "doubt"}] * 2
    assert "1 judged, 2 waiting." in talkoot(home, "review", "--limit", "1", stdin="u\nu\n").stdout


def test_a_refusal_in_the_terminal_is_a_sentence_and_the_pair_is_shown_again(home: ReviewHome) -> None:
    desk = home.desk()
    desk.judge(LEFT, "src/right/actor/r001", "same", "steward-1")
    desk.judge(RIGHT, "src/right/actor/r001", "different", "steward-1")
    result = talkoot(home, "review", stdin="k\nk\nq\n" if desk.queue[0].one != LEFT else "s\nq\n")
    place = [ask.one for ask in desk.queue].index(LEFT)
    result = talkoot(home, "review", stdin="k\n" * place + "s\nq\n")
    assert "a chain of positive rows joins them" in result.stderr
    assert "0 judged" in result.stdout


def test_a_home_without_records_or_in_use_is_told(home: ReviewHome, tmp_path: Path) -> None:
    empty = replace(home, path=tmp_path / "empty")
    assert "There is no workbench" in talkoot(empty, "review", exit_code=1).stderr
    with writing(home.path):
        assert "is writing to" in talkoot(home, "review", exit_code=1).stderr
