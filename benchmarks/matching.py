"""Matching made-up records: features, the rules by each engine, and a thousand changes; plain dicts beside.

``python -m benchmarks.matching 1000000`` measures so many; with ``duckdb`` behind the number that engine alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.artificial import comparisons, records
from talkoot.graph.identity.comparison import Comparer
from talkoot.graph.identity.engines import DuckDBTables
from talkoot.graph.identity.evaluation import entity
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import Pairs
from talkoot.graph.identity.tables import SQLiteTables, Tables, steps
from talkoot.ontology import load_code_lists
from tests.graph.identity.oracle import OracleTables

FEATURES = ("records", "keys", "hints")
CHANGES = 1_000


def apart(work: Callable[..., Any], *arguments: object) -> Any:
    """What a function comes to in a process of its own, so that its memory can be told."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def peak() -> float:
    """The most memory that this process had, in GB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6


def extract(count: int, seed: int) -> float:
    """Records a second from which features are drawn: addresses, numbers and names read, nothing kept."""
    codes, made, seconds = load_code_lists(), records(count, seed), 0.0
    comparer = Comparer(NameTable(), codes["country"])
    while batch := list(islice(made, 10_000)):
        start = time.perf_counter()
        for record in batch:
            comparer.compare(record.id, entity(record, codes))
        seconds += time.perf_counter() - start
    return count / seconds


def fill(path: str, count: int) -> None:
    """Write the feature tables of so many records."""
    tables, made = SQLiteTables(path), enumerate(comparisons(count))
    tables.connection.execute("BEGIN")
    while batch := list(islice(made, 10_000)):
        tables.load("records", ((number, *actor.record[1:]) for number, actor in batch))
        for name in ("keys", "hints"):
            tables.load(name, (
                (number, actor.record[1], *row) for number, actor in batch for row in getattr(actor, name)
            ))  # fmt: skip
    tables.connection.execute("COMMIT")
    tables.index()
    tables.connection.close()


def judge(engine: str, path: str) -> list[float]:
    """Seconds and CPU seconds of loading, of the rules and of what only the queue needs; pairs; peak memory in GB."""
    with closing(SQLiteTables(path).connection) as source:
        times = [(time.perf_counter(), time.process_time())]
        tables: Tables = SQLiteTables(path)  # its tables are there
        if engine != "sqlite":
            tables = DuckDBTables() if engine == "duckdb" else OracleTables()
            for name in FEATURES:
                tables.load(name, source.execute(f"SELECT * FROM {name}"))
        times.append((time.perf_counter(), time.process_time()))
        pairs = 0
        for text, table in (("matching.sql", "verdicts"), ("candidates.sql", "candidates")):
            for step in steps(text):
                tables.keep(step)
            if engine == "dicts":
                pairs += sum(1 for _ in tables.rows(f"SELECT * FROM {table}"))
            else:
                pairs += next(iter(tables.rows(f"SELECT count(*) FROM {table}")))[0]
            times.append((time.perf_counter(), time.process_time()))
        told = [after - before for one, other in pairwise(times) for before, after in zip(one, other, strict=True)]
        if isinstance(tables, DuckDBTables):
            tables.close()
    return [*told, pairs, peak()]


def change(path: str, count: int) -> tuple[float, float, float]:
    """Seconds for all pairs at first, and seconds and CPU seconds after a thousand records changed."""
    with closing(Pairs(Path(path))) as pairs:
        start = time.perf_counter()
        pairs.change({actor.record[0]: actor for actor in comparisons(count)})
        all_of_them = time.perf_counter() - start
        ids = [record.id for record in islice(records(count), 0, None, max(1, count // CHANGES))]
        other = zip(ids, comparisons(len(ids), seed=2), strict=True)
        changed = {rid: actor._replace(record=(rid, *actor.record[1:])) for rid, actor in other}
        start, cpu = time.perf_counter(), time.process_time()
        pairs.change(changed)
        return all_of_them, time.perf_counter() - start, time.process_time() - cpu


def measure_matching(count: int = 20_000, engines: tuple[str, ...] = ("sqlite", "duckdb", "dicts")) -> None:
    """Print what each part takes, for half of the records and for all."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        rates = list(pool.map(extract, [min(count, 200_000)] * 2, (1, 2)))
    print(f"matching, features: {min(rates):,.0f} records/s by one process, {sum(rates):,.0f} by two")
    with TemporaryDirectory(prefix="talkoot-") as folder:
        for size in (count // 2, count):
            apart(fill, path := f"{folder}/{size}.sqlite", size)
            for engine in engines:
                load, load_cpu, rules, cpu, queue, queue_cpu, pairs, memory = apart(judge, engine, path)
                print(
                    f"matching, {engine}, {size:,} records, {pairs:,.0f} pairs: loaded in {load:.1f} s ({load_cpu:.1f} "
                    f"CPU), rules {rules:.1f} s ({cpu:.1f} CPU), queue {queue:.1f} s ({queue_cpu:.1f} CPU), "
                    f"{memory:.2f} GB at most",
                    flush=True,
                )
        if "sqlite" in engines:
            first, again, cpu = apart(change, f"{folder}/pairs.sqlite", count)
            told = f"{first:.1f} s; after {CHANGES:,} changes: {again:.1f} s ({cpu:.1f} CPU)"
            print(f"matching, all pairs of {count:,}: {told}", flush=True)


if __name__ == "__main__":
    measure_matching(int(sys.argv[1]), tuple(sys.argv[2:]) or ("sqlite", "duckdb", "dicts"))
