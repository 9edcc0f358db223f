"""Home folders that hold releases: the whole demo, made once and only read, and a small one that a test may change."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import QuerySolutions, Store

from talkoot.cli import main
from talkoot.harvesters import FACTS
from talkoot.harvesters.definition import BUNDLED
from talkoot.ontology.namespaces import PREFIXES

SMALL = ("seed-project", "centres", "consortia")


@dataclass
class Home:
    """A home folder and what a steward does with it."""

    path: Path

    def talkoot(self, *words: str, exit_code: int = 0, stdin: str | None = None) -> Result:
        """Run a command on this home and hold its exit code to the one expected."""
        result = CliRunner().invoke(main, [*words, "--home", str(self.path)], input=stdin)
        assert result.exit_code == exit_code, result.output
        return result

    def json(self, *words: str) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.talkoot(*words, "--json").stdout)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the workbench."""
        connection = sqlite3.connect(self.path / "workbench.sqlite")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def execute(self, statement: str, *values: Any) -> None:
        """Change the workbench behind Talkoot's back."""
        connection = sqlite3.connect(self.path / "workbench.sqlite")
        with connection:
            connection.execute(statement, values)
        connection.close()

    @property
    def current(self) -> Path:
        """The folder of the current release."""
        return (self.path / "current").resolve()

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the current release."""
        found: dict[str, Any] = json.loads((self.current / "manifest.json").read_text(encoding="utf-8"))
        return found

    def quads(self, number: int | None = None) -> bytes:
        """The quads of a release, or of the current one."""
        folder = self.path / "releases" / str(number) if number else self.current
        return gzip.decompress((folder / "graph.nq.gz").read_bytes())

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """Rows of a query over the current release, as texts."""
        found = Store.read_only(str(self.current / "store")).query(query, prefixes=PREFIXES)
        assert isinstance(found, QuerySolutions)
        return [tuple("" if value is None else str(getattr(value, "value", value)) for value in row) for row in found]

    def facts(self, name: str) -> Path:
        """A fact file of this home."""
        return self.path / "facts" / name

    def keep_lines(self, name: str, count: int) -> None:
        """Leave only the first lines of a fact file."""
        lines = self.facts(name).read_text(encoding="utf-8").splitlines(keepends=True)
        self.facts(name).write_text("".join(lines[:count]), encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Change a text of a fact file that stands in it once."""
        text = self.facts(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.facts(name).write_text(text.replace(old, new), encoding="utf-8")


def is_complete(release: Path) -> bool:
    """Whether a release holds every file of its manifest as it was written."""
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    for name, told in manifest["files"].items():
        content = (release / name).read_bytes()
        if (len(content), hashlib.sha256(content).hexdigest()) != (told["bytes"], told["sha256"]):
            return False
    return len(Store.read_only(str(release / "store"))) == manifest["quads"]


@pytest.fixture
def complete() -> Any:
    """The check of a release against its manifest."""
    return is_complete


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demo's home folder, only to be read."""
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    home.talkoot("demo", "--no-serve")
    return home


@pytest.fixture(scope="session")
def small_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sources, harvested from copies of their facts and published once."""
    home = Home(tmp_path_factory.mktemp("small") / "home")
    shutil.copytree(BUNDLED, home.path / "sources")
    shutil.copytree(FACTS, home.path / "facts")
    home.talkoot("harvest", *SMALL)
    home.talkoot("publish")
    return home.path


@pytest.fixture
def home(small_master: Path, tmp_path: Path) -> Home:
    """A copy of the small home folder, for a test to change; its facts lie in ``facts``."""
    shutil.copytree(small_master, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


@pytest.fixture(autouse=True)
def interrupts_as_before() -> Iterator[None]:
    """A query on the command line lets Ctrl-C end its process; the tests' process gets its handler back."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)
