"""A home in which a definition, written in TOML, is read from a replica over the network as a run reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import Definition, read_definition
from talkoot.harvesters.readers import READERS, Reading, Row
from tests.harvesters.fetching.conftest import Bench

TOLD = """
title = "A site"
publisher = "Somebody"
publisher_page = "https://example.org/"
country = "FI"
licence = "unknown"
terms = "none"
frequency = "weekly"
personal_data = true
obtained = "page"
as_of = "2026-11"
precedence = 90
evidence = "documented"
mapping = "innokyla"
"""


def definition(folder: Path, reader: str, entry: str, rest: str, name: str = "site") -> Definition:
    """A definition with what every one has, its reader, its entry, and the rest in TOML."""
    path = folder / f"{name}.toml"
    path.write_text(f'{TOLD}reader = "{reader}"\nentry = "{entry}"\n{rest}', encoding="utf-8")
    return read_definition(path)


class ReplicaBench:
    """Runs over one home; its hosts are sent to one replica."""

    def __init__(self, home: Path, server: Any, *hosts: str) -> None:
        self.bench = Bench(home, server, {"fetch_seconds": 0.0})
        self.server = server
        self.bench.new_network(*hosts)
        self.fetcher: Any = None

    def read(self, definition: Definition, since: str = "") -> tuple[list[Row], list[Issue]]:
        """What a run reads: rows and issues."""
        self.fetcher = self.bench.begin()
        items = list(READERS[definition.reader](definition, Reading(100_000, self.fetcher.fetch, since)))
        self.fetcher.close()
        return [item for item in items if isinstance(item, Row)], [item for item in items if isinstance(item, Issue)]

    def records(self, definition: Definition) -> tuple[dict[str, SourceRecord], list[Issue]]:
        """What a run reads and checks: records by key, and issues."""
        rows, issues = self.read(definition)
        records: dict[str, SourceRecord] = {}
        for row in rows:
            checked = check_row(definition, row)
            if isinstance(checked, SourceRecord):
                assert checked.key not in records
                records[checked.key] = checked
            else:
                issues += checked
        return records, issues

    def replay(self, definition: Definition) -> list[Row | Issue]:
        """What the last run's archive alone brings."""
        return list(READERS[definition.reader](definition, Reading(100_000, self.bench.replay().fetch)))

    def close(self) -> None:
        """Close the home."""
        self.bench.log.close()
        self.bench.workbench.connection.close()


@contextmanager
def benched(home: Path, server: Any, *hosts: str) -> Iterator[ReplicaBench]:
    """A bench, closed at the end with its server."""
    bench = ReplicaBench(home, server, *hosts)
    try:
        yield bench
    finally:
        bench.close()
        server.close()
