"""Evaluation: what is counted, what is left out, and how a wrong file is told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from talkoot.cli import main
from talkoot.graph.identity.evaluation import Evaluation, Labelled, Share, evaluate
from talkoot.graph.identity.names import NameTable
from talkoot.ontology import load_code_lists

RECORDS = [
    {"id": "a1", "source": "a", "names": ["Example House ry"], "website": "", "country": "FI", "cluster": "1"},
    {"id": "b1", "source": "b", "names": ["EXAMPLE HOUSE"], "country": "FI", "cluster": "1"},
    {"id": "b2", "source": "b", "names": ["Example House"], "country": "FIN", "cluster": "1"},
    {"id": "a2", "source": "a", "names": ["Lumen Foundation"], "website": "https://lumen-example.org", "cluster": "2"},
    {"id": "b3", "source": "b", "names": ["Fundacja Lumen"], "website": "lumen-example.org/pl/", "cluster": "2"},
    {"id": "a3", "source": "a", "names": ["Alpha Harbour Works"], "country": "SE", "cluster": "3"},
    {"id": "b4", "source": "b", "names": ["Alpha Harbor Works"], "country": "SE", "cluster": "3"},
    {"id": "b5", "source": "b", "names": ["Lumen Foundation"], "website": "https://other-example.org", "cluster": ""},
]


def measured(records: Iterable[dict[str, Any]], *, cross_source: bool = False) -> Evaluation:
    rows = [Labelled(**record) for record in records]
    return evaluate(rows, load_code_lists(), NameTable(), cross_source=cross_source)


def test_pairs_are_counted_within_known_clusters_only() -> None:
    found = measured(RECORDS)
    assert (found.precision.hits, found.precision.total) == (4, 4)
    assert (found.recall.hits, found.recall.total) == (4, 5)
    assert found.queue_recall.hits == 5, "Harbour and Harbor stand in the queue"
    assert (found.wrong, found.missed) == ([], [])


def test_across_sources_pairs_of_one_source_do_not_count() -> None:
    found = measured(RECORDS, cross_source=True)
    assert (found.recall.hits, found.recall.total) == (3, 4)


def test_wrong_and_missed_pairs_are_listed() -> None:
    records = [dict(record) for record in RECORDS]
    records[1]["cluster"] = "another"
    found = measured(records)
    assert found.wrong == [("a1", "b1"), ("b1", "b2")]


@given(st.permutations(RECORDS))
def test_the_order_of_records_changes_nothing(records: list[dict[str, Any]]) -> None:
    assert measured(records) == measured(RECORDS)


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    share = Share(hits, hits + more)
    if share.value is None or share.interval is None:
        assert hits + more == 0
    else:
        low, high = share.interval
        assert -1e-9 <= low <= share.value + 1e-9 <= high + 2e-9 <= 1 + 3e-9


def test_the_interval_is_wilsons() -> None:
    low, high = Share(98, 100).interval or (0.0, 0.0)
    assert (round(low, 3), round(high, 3)) == (0.930, 0.994)


def run(folder: Path, text: str, *options: str) -> tuple[int, str]:
    path = folder / "records.jsonl"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["evaluate", str(path), "--home", str(folder), *options])
    return result.exit_code, result.output


def test_the_command_prints_the_figures_and_json_under_the_documented_names(tmp_path: Path) -> None:
    text = "".join(json.dumps(record) + "\n" for record in RECORDS)
    code, output = run(tmp_path, text, "--json", "--cross-source")
    told = json.loads(output)
    assert code == 0
    assert told["automatic"]["precision"] == 1.0
    assert told["automatic"]["recall"] == 0.75
    assert told["queue"]["recall"] == 1.0
    assert 0 < told["queue"]["per_record"] <= 3
    assert told["wrong"] == []
    code, output = run(tmp_path, text)
    assert code == 0
    assert "recall, automatic: 0.800 (" in output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "records.jsonl:2: expected one JSON object a line"),
        ("[1]", "records.jsonl:2: expected a JSON object"),
        ('{"id": "x", "source": "a"}', "records.jsonl:2: names: expected a list of texts"),
        ('{"id": "x", "source": "a", "names": [""]}', "records.jsonl:2: names: expected a text in the list"),
        ('{"id": 1, "source": "a", "names": ["A"]}', "records.jsonl:2: id: expected a text"),
        ('{"id": "a1", "source": "a", "names": ["A"]}', "records.jsonl:2: id: 'a1' stands twice"),
    ],
)
def test_a_wrong_line_is_told_by_file_line_and_field(tmp_path: Path, line: str, told: str) -> None:
    code, output = run(tmp_path, f"{json.dumps(RECORDS[0])}\n{line}\n")
    assert code == 1
    assert told in output


def test_an_empty_file_says_that_there_is_nothing(tmp_path: Path) -> None:
    code, output = run(tmp_path, "")
    assert code == 0
    assert "precision, automatic: none" in output
