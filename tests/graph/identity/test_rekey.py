"""A source that changes its keys: canonical ids and judgements stay, and nothing counts as lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from talkoot.graph.identity.decisions import decide
from talkoot.graph.identity.ledger import Entry
from talkoot.graph.identity.rekey import Rekeyed
from talkoot.graph.table_files import TableError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.graph.conftest import Home

DEFINITION = """# Made up.
title = "Example projects"
publisher = "Example Centre"
publisher_page = "https://example.org/"
country = "FI"
licence = "unknown"
terms = "none"
frequency = "once"
personal_data = false
obtained = "dump"
as_of = "2026-11"
precedence = 95
reader = "csv"
entry = "projects.csv"
mapping = "things"
keys = ["number"]

[defaults]
thing = "project"

[fields]
number = { type = "text", required = true }
title = { type = "text", required = true, means = "name" }
lead = { type = "text", means = "role:lead" }
"""
VIEWS = """SELECT ?name ?one WHERE { GRAPH ?graph { ?local dct:title|skos:prefLabel ?name }
GRAPH ?identity { ?local tk:viewOf ?one }
FILTER(STRSTARTS(STR(?graph), "https://w3id.org/talkoot/graph/projects/")) }"""


def harvested(home: Home, prefix: str) -> str:
    """Harvest thirty made-up projects whose keys begin with a prefix; says what the command tells."""
    rows = "".join(f"{prefix}{n},Example Project {n},Example Lead {n} ry\n" for n in range(30))
    (home.path / "sources" / "projects.csv").write_text(f"number,title,lead\n{rows}", encoding="utf-8")
    (home.path / "sources" / "projects.toml").write_text(DEFINITION, encoding="utf-8")
    return home.talkoot("harvest", "projects").output


def test_records_under_new_keys_keep_their_ids_and_are_no_loss(home: Home) -> None:
    harvested(home, "a")
    home.talkoot("publish")
    before = sorted(home.ask(VIEWS))
    assert len(before) == 60
    assert "see talkoot rekey" in harvested(home, "b")
    assert "30 of the 30 records of projects are gone" in home.talkoot("publish", exit_code=3).output
    for number in range(30):
        home.talkoot("rekey", "projects", f"a{number}", f"b{number}")
    home.talkoot("publish")
    assert sorted(home.ask(VIEWS)) == before
    harvested(home, "c")
    for number in range(30):
        home.talkoot("rekey", "projects", f"b{number}", f"c{number}")
    home.talkoot("publish")
    assert sorted(home.ask(VIEWS)) == before


def test_an_unknown_source_is_refused(home: Home) -> None:
    assert "There is no source nobody" in home.talkoot("rekey", "nobody", "a", "b", exit_code=2).output


def test_entities_decisions_and_the_ledger_follow_a_key(tmp_path: Path) -> None:
    rekeyed = Rekeyed(tmp_path)
    rekeyed.add("s", "old", "mid", "2026-11-28")
    rekeyed.add("s", "mid", "new key", "2026-11-28")
    rekeyed = Rekeyed(tmp_path)
    assert rekeyed.entity("src/s/solution/old") == "src/s/solution/new%20key"
    assert rekeyed.entity("src/s/actor/old.0123456789") == "src/s/actor/new%20key.0123456789"
    assert rekeyed.entity("src/s/actor/older.0123456789") == "src/s/actor/older.0123456789"
    assert rekeyed.entity("src/t/solution/old") == "src/t/solution/old"
    (decision,) = rekeyed.decisions([decide("src/s/actor/old", "src/a/b/c", "same", "curated", "", "me", "2026-01-01")])
    assert decision.pair == ("src/a/b/c", "src/s/actor/new%20key")
    entry = Entry("actor/x", "src/s/actor/old", "2026-01-01")
    ledger = rekeyed.ledger({("actor/x", "src/s/actor/old"): entry})
    assert ledger["actor/x", "src/s/actor/new%20key"].minted == "2026-01-01"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source,old,new,date\ns,a,,2026-11-28\n", "rekeyed.csv:2: expected source, old, new, date"),
        ("source,old,new,date\ns,a,b,d\ns,a,c,d\n", "rekeyed.csv:3: 'a' of s stands twice"),
        ("source,old,new,date\ns,a,b,d\ns,b,a,d\n", "rekeyed.csv:3: the keys 'b' and 'a' of s lead to one another"),
    ],
)
def test_a_wrong_table_is_told_by_its_row(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "rekeyed.csv").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=told.replace("(", r"\(")):
        Rekeyed(tmp_path)
