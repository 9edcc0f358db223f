"""A table harvested whole, anew and again, beside the plain way: csv, one JSON text a row, SQLite. Rows are made up.

TALKOOT_ROWS says how many.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from talkoot.graph.gate import Gate
from talkoot.graph.identity.names import NameTable
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import Workbench
from talkoot.harvesters.definition import read_definition
from talkoot.harvesters.jobs import Harvest
from tests.processes import family, memory

ROWS = int(os.environ.get("TALKOOT_ROWS", "20000"))
DEFINITION = """
title = "Made up"
publisher = "Made up"
publisher_page = "https://table.example/"
country = "FI"
licence = "unknown"
terms = "Made up"
frequency = "once"
personal_data = false
obtained = "dump"
as_of = "2026-11"
precedence = 90
reader = "csv"
entry = "table.csv"
mapping = "things"
keys = ["number"]

[defaults]
thing = "project"

[fields]
number = { type = "text", required = true }
title = { type = "text", required = true, means = "name" }
country = { type = "text", means = "country" }
start = { type = "text", means = "start" }
lead = { type = "text", means = "role:lead" }
grant = { type = "amount", means = "grant:EUR" }
"""


def measure_harvest() -> None:
    """Print rows a second of a first harvest, of a second one, and of the plain way; and the memory they took."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "table.toml").write_text(DEFINITION, encoding="utf-8")
        with (home / "table.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("number", "title", "country", "start", "lead", "grant"))
            writer.writerows((n, f"Project {n}", "FI", "2024-03", f"Actor {n}", n + 0.5) for n in range(ROWS))
        start = time.perf_counter()
        plain = sqlite3.connect(home / "plain.sqlite")
        plain.execute("CREATE TABLE records (key TEXT PRIMARY KEY, text TEXT)")
        with (home / "table.csv").open(encoding="utf-8", newline="") as file, plain:
            rows = ((row["number"], json.dumps(row)) for row in csv.DictReader(file))
            plain.executemany("INSERT INTO records VALUES (?, ?)", rows)
        plain.close()
        times = {"plain csv, json and SQLite": time.perf_counter() - start}
        most, ended = [0], threading.Event()

        def watch() -> None:
            while not ended.wait(1):
                most[0] = max(most[0], memory(family(os.getpid())))

        watcher = threading.Thread(target=watch)
        watcher.start()
        settings, definition = Settings(home=home), read_definition(home / "table.toml")
        with Workbench(settings.workbench, settings.base) as workbench:
            for name in ("first harvest", "second harvest"):
                start = time.perf_counter()
                (report,) = Harvest(workbench, settings, NameTable([]), Gate()).run_all([definition])
                times[name] = time.perf_counter() - start
                assert report.status == "complete", report
        ended.set()
        watcher.join()
    for name, seconds in times.items():
        print(f"table, {name}: {ROWS / seconds:,.0f} rows/s")
    print(f"table of {ROWS:,} rows, memory of all processes together: {most[0]:,} MiB at most")
