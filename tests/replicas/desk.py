"""A home with a definition of a test's own, read over HTTP from a data server under a site's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.issues import Issue
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import Workbench
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import Definition, read_definition
from talkoot.harvesters.fetching.archive import Fetcher, ReplayFetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.readers import READERS, Reading
from tests.replicas.data_server import Answering, Asked, DataServer, Given

HOST = "data.example"
SITE = f"http://{HOST}"
_TOLD = """
title = "Made up"
publisher = "P"
publisher_page = "https://example.org/"
country = "FI"
licence = "unknown"
terms = "T"
frequency = "once"
personal_data = false
obtained = "service"
as_of = "2026"
precedence = 1
mapping = "consortia"
evidence = "guessed"
"""


class Desk:
    """Reads sources over HTTP: every request passes robots.txt, the pace, the archive and the log."""

    def __init__(self, home: Path, *hosts: str) -> None:
        self.home, self.server = home, DataServer()
        self.workbench = Workbench(home / "workbench.sqlite", Settings().base)
        self.log = FetchLog(home / "workbench.sqlite")
        settings = Settings(home=home, fetch_seconds=0.0, retry_seconds=0.0)
        self.network = Network(settings, self.log, dict.fromkeys((HOST, *hosts), f"http://{self.server.address}"))
        self.issues: list[Issue] = []
        self.checked: list[SourceRecord] = []
        self.run = 0

    def close(self) -> None:
        """Close what is open."""
        self.server.close()
        self.log.close()
        self.workbench.connection.close()

    def serve(self, path: str, body: bytes | str | Answering, media_type: str = "text/csv") -> str:
        """Put an answer at a path of the site; gives its address."""
        if callable(body):
            self.server.answers[path] = body
        else:
            given = Given(body if isinstance(body, bytes) else body.encode(), media_type)
            self.server.answers[path] = lambda asked: given
        return SITE + path

    def define(self, reader: str, entry: str, text: str) -> Definition:
        """A definition; ``text`` has its keys, and its tables ``[reading]`` and ``[fields]``."""
        folder = self.home / "sources"
        folder.mkdir(exist_ok=True)
        path = folder / "made-up.toml"
        path.write_text(f'{_TOLD}reader = "{reader}"\nentry = "{entry}"\n{text}', encoding="utf-8")
        return read_definition(path)

    def read(self, definition: Definition, longest: int = 1_048_576, replay: int = 0) -> list[dict[str, Any]]:
        """The values of the records that a run brings; ``issues`` has what it reports."""
        self.issues, self.checked = [], []
        if replay:
            records = self._records(
                definition, Reading(longest, ReplayFetcher("made-up", replay, self.log, self.network.root).fetch)
            )
        else:
            if self.run:
                self.workbench.finish_run(self.run, "made-up", "complete")
            self.run = self.workbench.begin_run(definition, "1")
            fetcher = Fetcher(self.network, "made-up", self.run)
            records = self._records(definition, Reading(longest, fetcher.fetch))
            fetcher.close()
        return records

    def _records(self, definition: Definition, reading: Reading) -> list[dict[str, Any]]:
        records = []
        for item in READERS[definition.reader](definition, reading):
            checked = [item] if isinstance(item, Issue) else check_row(definition, item)
            if isinstance(checked, list):
                self.issues += checked
            else:
                self.checked.append(checked)
                records.append(dict(checked.values))
        return records

    @property
    def codes(self) -> list[str]:
        """The codes of the issues."""
        return [issue.code for issue in self.issues]

    @property
    def asked(self) -> list[Asked]:
        """What the site was asked."""
        return self.server.asked
