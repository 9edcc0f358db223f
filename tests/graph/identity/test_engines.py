"""Every engine says the same: SQLite, DuckDB and plain dicts, byte for byte in the file of decisions."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.artificial import comparisons, records
from talkoot.graph.identity.comparison import Comparison
from talkoot.graph.identity.decisions import write_decisions
from talkoot.graph.identity.engines import EngineError, open_tables
from talkoot.graph.identity.evaluation import entity
from talkoot.graph.identity.matching import match
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import Pair, Pairs
from talkoot.graph.identity.tables import INPUT, SQLiteTables, Tables, steps
from talkoot.ontology import load_code_lists
from tests.graph.identity.oracle import OracleTables
from tests.graph.identity.test_incremental import actors

MANY = 20_000
HARD = [
    (1, 'a"b\tc\nd', "k", None, "", "\\N", 'Κέντρο "x",y', "Център\r\nz"),
    (2, "NULL", "", "x", "=", "", "", ""),
    (3, "\\", '"', '\\"', "'", '","', "a\x00b", "\u2028"),
    (4, " led and trailed ", "1", "01", "true", "é", "🜁", "-- step"),
]


def decided(tables: Tables, folder: Path, count: int = MANY) -> bytes:
    """The file of decisions that matching so many made-up records by an engine comes to."""
    codes = load_code_lists()
    made = (entity(record, codes) for record in records(count))
    found = match(made, [], NameTable(), codes, "", "2026-01-01", tables=tables)
    write_decisions(folder / "decisions.tsv", found.decisions)
    return (folder / "decisions.tsv").read_bytes()


def told(made: list[Comparison], tables: Tables) -> list[Pair]:
    with closing(Pairs()) as pairs:
        pairs.change({actor.record[0]: actor for actor in made}, tables=tables)
        return sorted(pairs)


@pytest.fixture(scope="module")
def by_dicts(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return decided(OracleTables(), tmp_path_factory.mktemp("oracle"))


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_an_engine_decides_as_plain_dicts_do(engine: str, by_dicts: bytes, tmp_path: Path) -> None:
    with open_tables(engine) as tables:
        assert decided(tables, tmp_path) == by_dicts
    assert all(by_dicts.count(rule) > 100 for rule in (b"registered-id", b"exact-name", b"web-domain"))


@settings(max_examples=150, deadline=None)
@given(st.lists(actors(), max_size=15, unique_by=lambda actor: actor.record[0]))
def test_sqlite_says_of_any_actors_what_plain_dicts_say(made: list[Comparison]) -> None:
    assert told(made, SQLiteTables()) == told(made, OracleTables())


def test_sqlite_and_duckdb_say_what_plain_dicts_say_of_every_pair(tmp_path: Path) -> None:
    made = list(comparisons(5_000, seed=2))
    expected = told(made, OracleTables())
    assert {pair.rule for pair in expected} == {"registered-id", "exact-name", "web-domain", "part", "near"}
    for engine in ("sqlite", "duckdb"):
        with open_tables(engine) as tables:
            assert told(made, tables) == expected


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_texts_and_nothing_arrive_as_they_are(engine: str) -> None:
    with open_tables(engine) as tables:
        tables.load("records", HARD)
        tables.load("records", [])
        for name in INPUT:
            tables.load(name, [])
        assert sorted(map(tuple, tables.rows("SELECT * FROM records"))) == HARD
        assert [tuple(row) for row in tables.rows("SELECT rid FROM records WHERE country IS NULL")] == [(1,)]


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_no_engine_takes_a_bad_order_of_joins(engine: str) -> None:
    """Joins that begin with the register alone took a hundred times as long at this size."""
    made = list(comparisons(50_000))
    with open_tables(engine) as tables:
        tables.load("records", ((number, *actor.record[1:]) for number, actor in enumerate(made)))
        for name in ("keys", "hints"):
            tables.load(name, (
                (number, actor.record[1], *row) for number, actor in enumerate(made) for row in getattr(actor, name)
            ))  # fmt: skip
        start = time.process_time()
        for step in (*steps("matching.sql"), *steps("candidates.sql")):
            tables.keep(step)
        assert time.process_time() - start < 15


@pytest.mark.parametrize("engine", ["sparc://localhost:7077", "spark://", "local[]", "", "postgres"])
def test_an_unknown_engine_is_told_with_those_that_are_known(engine: str) -> None:
    with pytest.raises(EngineError, match="expected sqlite, duckdb, spark://HOST:PORT"), open_tables(engine):
        pass


@pytest.mark.parametrize(("engine", "extra"), [("duckdb", "duckdb"), ("local[2]", "spark")])
def test_an_engine_that_is_not_installed_is_told_with_its_extra(
    engine: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("duckdb", "pyspark", "pyspark.sql"):
        monkeypatch.setitem(sys.modules, module, None)  # as the import system marks what cannot be found
    with pytest.raises(EngineError, match=rf"pip install 'talkoot\[{extra}\]'"), open_tables(engine):
        pass


def test_the_ordinary_program_loads_none_of_the_extras() -> None:
    code = (
        "import sys, talkoot.cli, talkoot.graph.identity.engines\n"
        "sys.exit(', '.join({'duckdb', 'pyarrow', 'pyspark', 'pandas', 'obstore'} & sys.modules.keys()) or 0)"
    )
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr == ""
