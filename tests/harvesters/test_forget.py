"""Forgetting: a name leaves records, issues, archive and releases, does not come back, and only its hash is kept."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.graph.suppression import Suppression
from talkoot.ontology.folding import fold
from tests.harvesters.test_network_runs import Site, site

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home

__all__ = ["site"]

NAME = "Maria Παράδειγμα"
ROWS = (
    f"{NAME},FI,Example Path,2023-2024,lead,https://one.example/page\n"
    f"Ateljee {NAME} tmi,Atlantis,Example Path,2023-2024,partner,https://one.example/page\n"
)


def everything(home: Path) -> str:
    """All that lies in a home folder, as one text."""
    texts = []
    for path in home.rglob("*"):
        if path.is_file() and "store" not in path.parts:
            data = path.read_bytes()
            texts.append((gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace"))
    return "\n".join(texts)


def test_a_name_leaves_everything_and_does_not_come_back(home: Home, site: Site) -> None:
    route = site.add(home, "one")
    site.tables["one.example"] += ROWS
    home.talkoot("harvest", "one", *route)
    home.talkoot("publish")
    assert NAME in everything(home.path)
    result = home.talkoot("forget", NAME.upper())
    assert "Forgotten in 2 records, 1 archives and 1 releases." in result.output
    assert NAME not in everything(home.path)
    site.tables["one.example"] = site.tables["one.example"].replace(" 0", " 10")
    home.talkoot("harvest", "one", *route)
    home.talkoot("publish")
    assert not any(NAME in quads for (quads,) in home.rows("SELECT quads FROM records"))
    assert len(home.keys("one")) == 7
    release = sorted((home.path / "releases").glob("[0-9]*"))[-1]
    assert NAME not in gzip.decompress((release / "graph.nq.gz").read_bytes()).decode()


def test_only_a_hash_is_kept(home: Home, site: Site) -> None:
    home.talkoot("harvest", "one", *site.add(home, "one"))
    home.talkoot("forget", NAME)
    (line,) = (home.path / "forgotten.tsv").read_text(encoding="utf-8").splitlines()
    assert line.startswith("2\t")
    assert "maria" not in line.lower()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (NAME, True), ("studio MARIA PARADEIGMA, Oulu", True), ("https://x.example/maria-paradeigma", True),
        ("Maria", False), ("Paradeigma Maria", False), ("Mariana Paradeigma", False), ("", False),
    ],
)  # fmt: skip
def test_words_are_found_in_any_spelling_but_not_in_other_words(tmp_path: Path, text: str, hidden: bool) -> None:
    suppression = Suppression(tmp_path)
    suppression.add(NAME)
    assert suppression.hides(text) is hidden
    assert Suppression(tmp_path).hides(text) is hidden


@given(st.text(max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_what_is_forgotten_is_hidden_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, words: str, before: str, after: str
) -> None:
    suppression = Suppression(tmp_path_factory.mktemp("home"))
    assert not suppression.hides(words)
    suppression.add(words)
    assert suppression.hides(f"{before} {words} {after}") == bool(fold(words))
