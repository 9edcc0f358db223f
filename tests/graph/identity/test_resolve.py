"""Identity in a home folder: its own tables lie over the product's, and every change can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from talkoot.graph.identity.decisions import Decision, decide, read_decisions, write_decisions
from talkoot.graph.identity.ledger import read_ledger

if TYPE_CHECKING:
    from tests.graph.conftest import Home

VIEWS = "SELECT ?local ?canonical WHERE { GRAPH ?graph { ?local tk:viewOf ?canonical } } ORDER BY ?local"


def judged(home: Home, *rows: Decision) -> None:
    """Add rows to the home folder's decisions."""
    path = home.path / "decisions.tsv"
    write_decisions(path, [*read_decisions(path), *rows])


def a_join(home: Home) -> Decision:
    """An automatic join of two entities that nothing else joins."""
    rows = read_decisions(home.path / "decisions.tsv")
    for row in rows:
        if (
            sum(row.subject_id in other.pair or row.object_id in other.pair for other in rows) == 1
            and row.judgement == "same"
        ):
            return row
    raise AssertionError("no such join")


def test_matching_again_changes_nothing(home: Home) -> None:
    before = (home.path / "decisions.tsv").read_bytes()
    assert "0 decisions added, 0 withdrawn, 0 identifiers minted." in home.talkoot("match").stdout
    assert (home.path / "decisions.tsv").read_bytes() == before


@pytest.mark.parametrize("engine", ["sqlite", "duckdb"])
def test_another_engine_decides_the_same(home: Home, engine: str) -> None:
    before = (home.path / "decisions.tsv").read_bytes()
    for name in ("decisions.tsv", "matching.sqlite"):
        (home.path / name).unlink()
    assert "pairs are near" in home.talkoot("match", "--engine", engine).stdout
    assert (home.path / "decisions.tsv").read_bytes() == before


def test_an_unknown_engine_is_told_in_a_sentence(home: Home) -> None:
    assert "expected sqlite, duckdb, spark://" in home.talkoot("match", "--engine", "fast", exit_code=1).stderr


def test_a_persons_different_parts_two_actors_and_taking_it_back_restores_the_graph(home: Home) -> None:
    before, text = home.ask(VIEWS), (home.path / "decisions.tsv").read_bytes()
    join = a_join(home)
    judged(home, decide(*join.pair, "different", "curated", "seen on their pages", "steward-1", "2026-11-26"))
    home.talkoot("publish")
    parted = home.ask(VIEWS)
    canonical = dict(parted)
    base = "https://w3id.org/talkoot/id/"
    assert canonical[base + join.subject_id] != canonical[base + join.object_id]
    assert len([pair for pair in before if pair not in parted]) == 1  # one of the two keeps its id
    two = {canonical[base + join.subject_id], canonical[base + join.object_id]}
    told = home.ask("SELECT ?one ?other WHERE { GRAPH ?graph { ?one owl:differentFrom ?other } }")
    assert {frozenset(row) for row in told} == {frozenset(two)}
    (home.path / "decisions.tsv").write_bytes(text)
    home.talkoot("publish")
    assert home.ask(VIEWS) == before
    assert home.ask("SELECT ?one WHERE { GRAPH ?graph { ?one owl:differentFrom ?other } }") == []
    statuses = {entry.status for entry in read_ledger([home.path / "identifiers.tsv"]).values()}
    assert statuses <= {"active", "merged", "split"}


def test_a_merged_id_is_deprecated_and_leads_on(home: Home) -> None:
    join = a_join(home)
    text = (home.path / "decisions.tsv").read_bytes()
    judged(home, decide(*join.pair, "different", "curated", "", "steward-1", "2026-11-26"))
    home.talkoot("publish")
    minted = set(home.ask(VIEWS))
    (home.path / "decisions.tsv").write_bytes(text)
    home.talkoot("publish")
    rows = home.ask("SELECT ?old ?new WHERE { GRAPH ?g { ?old owl:deprecated true ; dct:isReplacedBy ?new } }")
    assert len(rows) == 1
    assert rows[0][0] in {canonical for _, canonical in minted}
    assert rows[0][1] in {canonical for _, canonical in home.ask(VIEWS)}


def test_a_negative_within_a_chain_fails_with_the_chain_and_leaves_the_release(home: Home) -> None:
    rows = read_decisions(home.path / "decisions.tsv")
    chained = next(
        (one, other)
        for one in rows
        for other in rows
        if one.id != other.id and one.subject_id == other.subject_id and one.object_id < other.object_id
    )
    judged(
        home, decide(chained[0].object_id, chained[1].object_id, "different", "curated", "", "steward-1", "2026-11-26")
    )
    result = home.talkoot("publish", exit_code=1)
    assert "a chain of positive rows joins them" in result.stderr
    assert f"{chained[0].object_id} = " in result.stderr
    assert home.manifest["number"] == 1


def test_an_automatic_join_is_withdrawn_and_made_again_as_facts_change(home: Home) -> None:
    before = home.ask(VIEWS)
    canonical = dict(before)
    old, new = '"name": "Kuntoutussäätiö",', '"name": "Aivan Toinen Nimi",'
    joined = {row.id for row in read_decisions(home.path / "decisions.tsv")}
    for one, other in ((old, new), (new, old), (old, new), (new, old)):
        home.change("seed_project.json", one, other)
        home.talkoot("harvest", "seed-project")
        home.talkoot("match")
    home.talkoot("publish")
    assert dict(home.ask(VIEWS)) == canonical
    assert joined <= {row.id for row in read_decisions(home.path / "decisions.tsv")}


def test_the_homes_names_lie_over_the_products(home: Home) -> None:
    rows = home.ask("SELECT ?name ?actor WHERE { ?actor a org:Organization ; skos:prefLabel ?name } ORDER BY ?name")
    swedish = home.ask(
        "SELECT ?name WHERE { ?actor a org:Organization ; skos:prefLabel ?name ; dct:spatial country:SWE } "
        "ORDER BY ?name LIMIT 2"
    )
    (one,), (other,) = swedish
    (home.path / "names.csv").write_text(f'alias,name,country,source\n"{one}","{other}",SE,a test\n', encoding="utf-8")
    home.talkoot("publish")
    after = home.ask("SELECT ?name ?actor WHERE { ?actor a org:Organization ; skos:prefLabel ?name } ORDER BY ?name")
    assert len(after) < len(rows)


TABLES = {
    "names.csv": (b"alias,name,country,source\n,B,,x\n", "names.csv:2: expected alias, name, country, source"),
    "decisions.tsv": (b"id\tsubject\n", "decisions.tsv:1: expected the columns id, subject_id"),
    "identifiers.tsv": (b"canonical_id\n", "identifiers.tsv:1: expected the columns canonical_id, entity_id"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_cannot_be_used_is_told_by_file_and_row(home: Home, name: str) -> None:
    content, sentence = TABLES[name]
    (home.path / name).write_bytes(content)
    assert sentence in home.talkoot("publish", exit_code=1).stderr
    assert sentence in home.talkoot("check", exit_code=1).stdout
    (home.path / name).write_bytes(content + b"\xe4\xf6\n")
    assert f"{name}:{content.count(10) + 1}: not UTF-8" in home.talkoot("publish", exit_code=1).stderr
    assert home.manifest["number"] == 1


def test_a_table_that_a_spreadsheet_saved_is_read_all_the_same(home: Home) -> None:
    text = (home.path / "decisions.tsv").read_bytes()
    (home.path / "decisions.tsv").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert "0 decisions added" in home.talkoot("match").stdout
