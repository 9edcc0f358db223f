"""Runs: what a source harvested again leaves alone, what it changes, and what a bad run never destroys."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from talkoot.graph.gate import BATCH
from talkoot.graph.settings import read_settings
from talkoot.steps import writer

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home


def lines(*numbers: int, **changes: str) -> bytes:
    return "".join(
        json.dumps({"url": f"https://example.org/{number}", "title": changes.get(f"t{number}", f"Number {number}")})
        + "\n"
        for number in numbers
    ).encode()


def test_harvested_twice_the_second_time_writes_no_record(copied: Home) -> None:
    copied.talkoot("harvest", "--bundled")
    before = copied.rows()
    assert len(before) == 1097
    time.sleep(1.1)  # so that a new reading time would show
    copied.talkoot("harvest", "--bundled")
    assert copied.rows() == before
    for run in copied.json("runs")[:6]:
        assert (run["new"], run["changed"], run["gone"], run["status"]) == (0, 0, 0, "complete"), run
        assert run["unchanged"] == run["read"]


def test_one_changed_fact_changes_one_record(copied: Home) -> None:
    copied.talkoot("harvest", "seed-project", "centres")
    before = {(row[0], row[1]): row for row in copied.rows()}
    copied.change("seed_project.json", '"name": "Kuntoutussäätiö",', '"name": "Kuntoutussäätiö rs",')
    copied.talkoot("harvest", "seed-project", "centres")
    after = {(row[0], row[1]): row for row in copied.rows()}
    assert {place for place in after if after[place] != before[place]} == {("seed-project", "pilot")}
    assert [(run["source"], run["changed"]) for run in copied.json("runs")[:2]] == [("centres", 0), ("seed-project", 1)]


def test_a_long_run_checks_in_other_processes_and_finds_a_bad_record_and_an_early_key_again(home: Home) -> None:
    count = 17 * BATCH
    bad = {f"t{count - 150}": "erkki.esimerkki@example.org"}
    home.small_source("json-lines", lines(*range(1, count + 1), **bad) + lines(1))
    home.talkoot("harvest", "small")
    issues = {(issue["code"], issue["key"]) for issue in home.json("issues")}
    assert {("shape", str(count - 150)), ("duplicate-key", "1")} <= issues
    assert len(home.keys("small")) == count - 1
    assert home.json("runs")[0]["gone"] == 0


def test_another_order_of_lines_and_keys_changes_nothing(home: Home) -> None:
    home.small_source("json-lines", lines(1, 2))
    home.talkoot("harvest", "small")
    before = home.rows()
    home.small_source("json-lines", b'{"title": "Number 2", "url": "https://example.org/2"}\n' + lines(1))
    home.talkoot("harvest", "small")
    assert home.rows() == before


def test_a_record_that_is_gone_is_marked_and_may_come_back(home: Home) -> None:
    home.small_source("json-lines", lines(1, 2))
    home.talkoot("harvest", "small")
    home.small_source("json-lines", lines(1))
    assert "1 gone" in home.talkoot("harvest", "small").stdout
    assert home.keys("small") == {"1"}
    assert home.rows("SELECT key, gone_run FROM records") == [("1", None), ("2", 2)]
    home.talkoot("harvest", "small")
    assert home.rows("SELECT key, gone_run FROM records") == [("1", None), ("2", 2)]
    home.small_source("json-lines", lines(1, 2))
    home.talkoot("harvest", "small")
    assert home.rows("SELECT key, first_run, changed_run, gone_run FROM records") == [
        ("1", 1, 1, None),
        ("2", 1, 4, None),
    ]


def test_a_record_that_is_broken_keeps_its_last_good_state(home: Home) -> None:
    home.small_source("json-lines", lines(1, 2, 3))
    home.talkoot("harvest", "small")
    before = home.rows()
    broken = b'{"url": "https://example.org/2", "title": 2}\n'
    refused = b'{"url": "https://example.org/3", "title": "erkki.esimerkki@example.org"}\n'
    home.small_source("json-lines", lines(1) + broken + refused)
    home.talkoot("harvest", "small")
    assert home.rows() == before
    assert home.json("runs")[0]["status"] == "complete"  # every record was listed


@pytest.mark.parametrize(
    "bad",
    [
        b"hello\n",
        b"\xff\n",
        b'{"title": "no key"}\n',
        b'{"url": NaN}\n',
        b'{"url": 7, "title": "A"}\n',
        b'{"url": null, "title": "A"}\n',
        b'{"url": "2", "title": "A"}\n',
    ],
)
def test_after_a_run_with_lines_that_cannot_be_read_nothing_is_taken_as_gone(home: Home, bad: bytes) -> None:
    home.small_source("json-lines", lines(1, 2))
    home.talkoot("harvest", "small")
    before = home.rows()
    home.small_source("json-lines", lines(1) + bad)
    result = home.talkoot("harvest", "small")
    assert result.stdout.startswith("small: partial, 1 records")
    assert "what is not listed is not taken as gone" in result.stdout
    assert home.rows() == before


def test_a_sound_record_counts_though_a_broken_one_has_its_key(home: Home) -> None:
    broken = b'{"url": "https://example.org/1", "title": 1}\n'
    for content in (broken + lines(1), lines(1) + broken):
        home.small_source("json-lines", content)
        home.talkoot("harvest", "small")
        assert home.keys("small") == {"1"}
        assert [issue["code"] for issue in home.json("issues")] == ["wrong-type"]


def test_after_a_run_that_brought_nothing_everything_stays(home: Home) -> None:
    home.small_source("json-lines", lines(1, 2))
    home.talkoot("harvest", "small")
    before = home.rows()
    home.small_source("json-lines", b"")
    home.talkoot("harvest", "small", exit_code=1)
    assert home.rows() == before


def test_issues_that_are_mended_are_shown_no_more(home: Home) -> None:
    home.small_source("json-lines", lines(1) + b"hello\n")
    home.talkoot("harvest", "small")
    assert [issue["code"] for issue in home.json("issues")] == ["not-json"]
    home.small_source("json-lines", lines(1))
    home.talkoot("harvest", "small")
    assert home.json("issues") == []
    assert home.talkoot("issues").stdout == "There is no issue.\n"


def test_an_issue_that_stays_keeps_the_run_that_first_met_it(home: Home) -> None:
    home.small_source("json-lines", lines(1) + b"hello\n")
    for _ in range(3):
        home.talkoot("harvest", "small")
    (issue,) = home.json("issues")
    assert (issue["first_run"], issue["last_run"]) == (1, 3)


def test_more_records_than_a_batch_are_all_kept_once(home: Home) -> None:
    numbers = range(1, 1202)
    home.small_source("json-lines", lines(*numbers) + b"hello\n" * 600 + lines(600, 1201))
    home.talkoot("harvest", "small")
    assert home.keys("small") == {str(number) for number in numbers}
    run = home.json("runs")[0]
    assert (run["read"], run["new"], run["set_aside"]) == (1201, 1201, 602)


def test_a_run_of_a_killed_process_is_marked_as_interrupted(home: Home) -> None:
    home.small_source("json-lines", lines(1))
    home.talkoot("harvest", "small")
    execute(home.path, "UPDATE runs SET status = 'running', ended = NULL")
    result = home.talkoot("harvest", "small")
    assert "run 1 was interrupted; what it had kept stays" in result.stderr
    assert [(run["id"], run["status"]) for run in home.json("runs")] == [(2, "complete"), (1, "interrupted")]


def execute(home: Path, statement: str) -> None:
    connection = sqlite3.connect(home / "workbench.sqlite")
    with connection:
        connection.execute(statement)
    connection.close()


HOLD = """
import sys, time
from pathlib import Path
from talkoot.graph.locks import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize(
    "words", [("harvest", "small"), ("publish",), ("match",), ("rollback", "1"), ("demo", "--no-serve")]
)
def test_a_second_writer_gets_a_sentence_at_once(home: Home, words: tuple[str, ...]) -> None:
    home.small_source("json-lines", lines(1))
    with subprocess.Popen([sys.executable, "-c", HOLD, str(home.path)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            begun = time.monotonic()
            result = home.talkoot(*words, exit_code=1)
            assert time.monotonic() - begun < 2
        finally:
            holder.kill()
    assert result.stderr == (
        f"Another talkoot command (process {holder.pid}) is writing to {home.path}. Try again when it has ended.\n"
    )
    home.talkoot("harvest", "small")  # the lock dies with its holder


def test_reading_goes_on_while_another_writes(home: Home) -> None:
    home.small_source("json-lines", lines(1))
    home.talkoot("harvest", "small")
    with writer(read_settings(home=home.path)) as workbench:
        workbench.connection.execute("BEGIN IMMEDIATE")
        workbench.connection.execute("DELETE FROM records")
        assert home.keys("small") == {"1"}
        assert len(home.json("runs")) == 1
        workbench.connection.execute("ROLLBACK")


def test_a_home_keeps_the_base_it_was_made_with(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.small_source("json-lines", lines(1))
    home.talkoot("harvest", "small")
    monkeypatch.setenv("TALKOOT_BASE", "https://data.example.org/")
    for words in (("harvest", "small"), ("runs",), ("publish",)):
        result = home.talkoot(*words, exit_code=1)
        assert (
            "was made with the base https://w3id.org/talkoot/, but TALKOOT_BASE is https://data.example.org/"
            in result.stderr
        )


@pytest.mark.parametrize("base", ["https://data.example.org", "ftp://a/", "nonsense"])
def test_a_base_must_be_an_address_that_ends_in_a_slash(home: Home, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_BASE", base)
    assert "expected an http address that ends in a slash" in home.talkoot("runs", exit_code=2).stderr


def test_records_of_another_base_stand_under_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_BASE", "https://data.example.org/")
    home.small_source("json-lines", lines(1))
    home.talkoot("harvest", "small")
    ((quads,),) = home.rows("SELECT quads FROM records")
    assert "<https://data.example.org/id/src/small/solution/1>" in quads
    assert "https://w3id.org/talkoot/id/" not in quads


def test_a_file_that_is_no_workbench_is_refused_with_a_sentence(home: Home) -> None:
    home.path.mkdir()
    (home.path / "workbench.sqlite").write_bytes(b"a text, long enough to be taken for a database" * 20)
    assert "is not a workbench that this version reads" in home.talkoot("harvest", "--bundled", exit_code=1).stderr


def test_a_database_of_another_program_is_left_alone(home: Home) -> None:
    home.path.mkdir()
    execute(home.path, "CREATE TABLE bookmarks (address TEXT)")
    assert "is an SQLite file of another program" in home.talkoot("harvest", "--bundled", exit_code=1).stderr
    assert home.rows("SELECT name FROM sqlite_master") == [("bookmarks",)]


def test_a_workbench_of_a_later_version_is_refused(home: Home) -> None:
    home.small_source("json-lines", lines(1))
    home.talkoot("harvest", "small")
    execute(home.path, "UPDATE meta SET value = '99' WHERE name = 'schema'")
    assert "has schema 99, this version reads 1" in home.talkoot("runs", exit_code=1).stderr


def test_commands_that_read_say_what_to_do_where_there_is_nothing(home: Home) -> None:
    for words in (("runs",), ("issues",)):
        assert "run talkoot harvest --bundled first" in home.talkoot(*words, exit_code=1).stderr


def test_sources_lists_what_is_there_before_and_after_a_run(home: Home) -> None:
    home.small_source("json-lines", lines(1))
    before: dict[str, Any] = {row["id"]: row for row in home.json("sources")}
    assert "small" in before
    assert before["small"]["status"] == "never run"
    home.talkoot("harvest", "small")
    after = {row["id"]: row for row in home.json("sources")}
    assert (after["small"]["status"], after["small"]["read"], after["small"]["as_of"]) == ("complete", 1, "2026-01")
    assert after["sim"]["status"] == "never run"
