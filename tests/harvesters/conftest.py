"""A home folder with a small source, or with copies of the bundled ones whose facts a test can change."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode

from talkoot.cli import main
from talkoot.graph.gate import Gate
from talkoot.graph.identity.names import NameTable, read_name_rows
from talkoot.graph.issues import Issue
from talkoot.harvesters import FACTS
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import BUNDLED, Definition, load_definitions, read_definition
from talkoot.harvesters.readers import READERS, Reading
from talkoot.harvesters.record_graph import RecordGraph, Tables
from talkoot.ontology import load_code_lists
from talkoot.ontology.namespaces import TALKOOT

LONGEST = 100_000

SMALL = """
title = "A small source"
publisher = "Somebody"
publisher_page = "https://example.org/"
country = "FI"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
terms = "none"
frequency = "once"
personal_data = false
obtained = "page"
as_of = "2026-01"
precedence = 90
reader = "{reader}"
entry = "../facts/{file}"
mapping = "things"
keys = ["url"]
pages = ["url"]
key_prefix = "https://example.org/"

[fields]
url = {{ type = "iri", required = true, means = "page" }}
title = {{ type = "text", required = true, means = "name" }}
organisation = {{ type = "text", means = "role:lead" }}
countries = {{ type = "list", of = "text", means = "country" }}
day = {{ type = "date" }}
seen = {{ type = "finnish-date" }}
spoken = {{ type = "language" }}
open = {{ type = "boolean" }}
note = {{ type = "text" }}

[fields.hosts]
type = "list"
of = "object"
fields = {{ name = {{ type = "text", required = true }}, since = {{ type = "date" }} }}
"""


@dataclass
class Home:
    """A home folder and what a steward does with it."""

    path: Path

    def talkoot(self, *words: str, exit_code: int = 0) -> Result:
        """Run a command on this home and hold its exit code to the one expected."""
        result = CliRunner().invoke(main, [*words, "--home", str(self.path)])
        assert result.exit_code == exit_code, result.output
        return result

    def json(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints with ``--json``."""
        found: list[dict[str, Any]] = json.loads(self.talkoot(*words, "--json").stdout)
        return found

    def rows(self, query: str = "SELECT * FROM records ORDER BY source, key") -> list[tuple[Any, ...]]:
        """Rows of the workbench."""
        connection = sqlite3.connect(self.path / "workbench.sqlite")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def keys(self, source: str) -> set[str]:
        """Keys of a source's records that are not gone."""
        return {
            key for name, key in self.rows("SELECT source, key FROM records WHERE gone_run IS NULL") if name == source
        }

    def facts(self, name: str) -> Path:
        """A fact file of this home."""
        return self.path / "facts" / name

    def change(self, name: str, old: str, new: str) -> None:
        """Change a text of a fact file that stands in it once."""
        text = self.facts(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.facts(name).write_text(text.replace(old, new), encoding="utf-8")

    def small_source(self, reader: str, content: bytes, name: str = "small") -> Definition:
        """Make or replace a small source."""
        file = f"{name}.{reader}"
        for folder in ("sources", "facts"):
            (self.path / folder).mkdir(parents=True, exist_ok=True)
        self.facts(file).write_bytes(content)
        path = self.path / "sources" / f"{name}.toml"
        path.write_text(SMALL.format(reader=reader, file=file), encoding="utf-8")
        return read_definition(path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home folder of its own, empty."""
    return Home(tmp_path / "home")


@pytest.fixture
def copied(home: Home) -> Home:
    """A home folder with copies of the bundled definitions and facts, which lie over the bundled ones."""
    shutil.copytree(BUNDLED, home.path / "sources")
    shutil.copytree(FACTS, home.path / "facts")
    return home


Read = Callable[..., tuple[list[SourceRecord], list[Issue]]]


@pytest.fixture
def read(home: Home) -> Read:
    """Read and check a small source: its records and its issues."""

    def reading(reader: str, content: bytes, longest: int = LONGEST) -> tuple[list[SourceRecord], list[Issue]]:
        return read_and_check(home.small_source(reader, content), longest)

    return reading


def read_and_check(definition: Definition, longest: int = LONGEST) -> tuple[list[SourceRecord], list[Issue]]:
    records: list[SourceRecord] = []
    issues: list[Issue] = []
    for item in READERS[definition.reader](definition, Reading(longest)):
        checked = [item] if isinstance(item, Issue) else check_row(definition, item)
        if isinstance(checked, SourceRecord):
            records.append(checked)
        else:
            issues += checked
    return records, issues


@pytest.fixture(scope="session")
def gate() -> Gate:
    """The publish gate, its shapes read once for all tests."""
    return Gate()


@pytest.fixture(scope="session")
def tables() -> Tables:
    """What mappings look up, as the product carries it."""
    return Tables(TALKOOT, load_code_lists(), NameTable(read_name_rows([FACTS / "names.csv"])))


@pytest.fixture(scope="session")
def bundled_records() -> dict[str, list[SourceRecord]]:
    """The records of every bundled source, read and checked."""
    found = {}
    for name, definition in load_definitions().items():
        if not definition.bundled:
            continue
        records, issues = read_and_check(definition, 1_048_576)
        assert not issues, issues
        found[name] = records
    return found


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Opening a file is an error from here on."""

    def refuse(*args: object, **_: object) -> None:
        raise AssertionError(f"a file is opened: {args}")

    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", refuse)
        patch.setattr("io.open", refuse)
        patch.setattr("os.open", refuse)
        yield


def objects(graph: RecordGraph, predicate: NamedNode, of: NamedNode | None = None) -> list[str]:
    """The values that a mapped record gives to a property, of one thing or of all."""
    return [
        triple.object.value
        for triple in graph.triples
        if triple.predicate == predicate
        and of in (None, triple.subject)
        and isinstance(triple.object, Literal | NamedNode)
    ]
