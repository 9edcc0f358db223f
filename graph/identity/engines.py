"""Other engines for the matching text, each an extra: DuckDB on one machine, Apache Spark on many."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import reduce
from importlib import import_module
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from talkoot.graph.identity.tables import INPUT, Row, SQLiteTables, Step, Tables
from talkoot.graph.table_files import TableError

_SPARK = re.compile(r"spark://\S+|local(-cluster)?\[[\d*, ]+\]")
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}
_HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_BATCH = 200_000
"""Rows that go to Spark at once."""


class EngineError(TableError):
    """An engine cannot be used; the message says what was expected."""


@contextmanager
def open_tables(engine: str) -> Iterator[Tables]:
    """An engine by its name: ``sqlite``, ``duckdb``, or the address of a Spark master.

    Raises :class:`EngineError` for another name, and where the extra that brings the engine is not installed.
    """
    if engine == "sqlite":
        with TemporaryDirectory(prefix="talkoot-") as folder:
            yield SQLiteTables(f"{folder}/tables.sqlite")
    elif engine == "duckdb" or _SPARK.fullmatch(engine):
        with closing(DuckDBTables() if engine == "duckdb" else SparkTables(engine)) as tables:
            yield tables
    else:
        raise EngineError(f"There is no engine {engine!r}: expected sqlite, duckdb, spark://HOST:PORT or local[2].")


class DuckDBTables:
    """DuckDB on a file in a temporary folder, under a limit of memory."""

    def __init__(self, memory: str = "1GB") -> None:
        """Raises :class:`EngineError` where the extra is not installed."""
        duckdb = _module("duckdb", "duckdb")
        self._opened = ExitStack()
        self._folder = Path(self._opened.enter_context(TemporaryDirectory(prefix="talkoot-")))
        limits = {"memory_limit": memory, "temp_directory": str(self._folder), "preserve_insertion_order": "false"}
        self._connection = duckdb.connect(str(self._folder / "tables.duckdb"), config=limits)
        self._opened.callback(self._connection.close)
        for name, columns in INPUT.items():
            self._connection.execute(f"CREATE TABLE {name} ({_typed(columns, 'VARCHAR')})")

    def close(self) -> None:
        """Close the file and remove the folder."""
        self._opened.close()

    def load(self, name: str, rows: Iterable[Row]) -> None:
        """Add rows by way of a file: texts stand in quotes there, NULL is nothing between two commas."""
        path = self._folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(",".join(map(_quoted, row)) + "\n" for row in rows)
        self._connection.execute(
            f"COPY {name} FROM '{path}' (FORMAT csv, AUTO_DETECT false, HEADER false, DELIMITER ',', QUOTE '\"', "
            "ESCAPE '\"', NULLSTR '', ALLOW_QUOTED_NULLS false)"
        )
        path.unlink()

    def keep(self, step: Step) -> None:
        """Run a step into a table."""
        self._connection.execute(f"CREATE OR REPLACE TABLE {step.name} AS {step.select}")

    def rows(self, select: str) -> Iterator[Sequence[Any]]:
        """Rows as they come."""
        cursor = self._connection.execute(select)
        while batch := cursor.fetchmany(10_000):
            yield from batch


class SparkTables:
    """Apache Spark: each step is computed once and stays with the workers, no shared disk is needed."""

    def __init__(self, master: str) -> None:
        """Raises :class:`EngineError` where the extra is not installed."""
        sql = _module("pyspark.sql", "spark")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        here = re.search(r"^local|//(localhost|127\.)", master)
        if here:  # or Spark looks the machine's own name up, which not every network knows
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = sql.SparkSession.builder.master(master).appName("talkoot match")
        for name, value in (_SETTINGS | _HERE if here else _SETTINGS).items():
            builder = builder.config(name, value)
        self._spark = builder.getOrCreate()
        self._parts: dict[str, list[Any]] = {name: [] for name in INPUT}

    def close(self) -> None:
        """Let go of the workers."""
        self._spark.stop()

    def load(self, name: str, rows: Iterable[Row]) -> None:
        """Add rows, some at a time."""
        batches, schema = iter(rows), _typed(INPUT[name], "string")
        while batch := list(islice(batches, _BATCH)):
            self._parts[name].append(self._spark.createDataFrame(batch, schema).localCheckpoint())
        whole = self._parts[name] or [self._spark.createDataFrame([], schema)]
        reduce(lambda one, other: one.unionAll(other), whole).createOrReplaceTempView(name)

    def keep(self, step: Step) -> None:
        """Run a step, at once, into a view of its rows."""
        self._spark.sql(step.select).localCheckpoint().createOrReplaceTempView(step.name)

    def rows(self, select: str) -> Iterator[Sequence[Any]]:
        """Rows, one part at a time."""
        return iter(self._spark.sql(select).toLocalIterator())


def _module(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise EngineError(f"This engine is not installed: pip install 'talkoot[{extra}]' brings it.") from error


def _typed(columns: Sequence[str], text: str) -> str:
    return ", ".join(f"{name} {'bigint' if name == 'rid' else text}" for name in columns)


def _quoted(value: str | int | None) -> str:
    return f'"{value.replace(chr(34), chr(34) * 2)}"' if isinstance(value, str) else "" if value is None else str(value)
