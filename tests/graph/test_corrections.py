"""A steward's corrections: they go before what sources say, in graphs of their own, and what is hidden is gone."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.graph.conftest import Home

COLUMNS = ("subject", "field", "old", "new", "agent", "why", "date")
THL = "Terveyden ja hyvinvoinnin laitos"


def correct(home: Home, *rows: tuple[str, ...]) -> None:
    with (home.path / "curated.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


@pytest.fixture
def actor(home: Home) -> str:
    """The path of THL as one of its sources has it."""
    home.talkoot("publish")
    ((iri, *_), *_) = home.ask(
        f'SELECT ?s WHERE {{ GRAPH ?g {{ ?s skos:prefLabel "{THL}"@fi }} FILTER CONTAINS(STR(?s), "/id/src/") }}'
    )
    return iri.partition("/id/")[2]


def names(home: Home) -> set[str]:
    return {name for (name,) in home.ask("SELECT ?n WHERE { ?s a org:Organization ; skos:prefLabel|skos:altLabel ?n }")}


def test_a_correction_goes_before_the_source_which_keeps_its_own_words(home: Home, actor: str) -> None:
    page = "https://thl.example/new"
    correct(home, (actor, "foaf:page", "", page, "curator-1", "It moved", "2026-11-25"),
            (actor, "skos:altLabel", "", "THL (Example)@fi", "curator-1", "Seen on its page", ""))  # fmt: skip
    home.talkoot("publish")
    assert home.ask(f"SELECT ?s WHERE {{ ?s foaf:page <{page}> }}")
    ((graph,),) = home.ask(f"SELECT ?g WHERE {{ GRAPH ?g {{ ?s foaf:page <{page}> }} }}")
    assert "/graph/curated/" in graph
    assert home.ask(f"SELECT ?p WHERE {{ GRAPH ?p {{ <{graph}> a prov:Bundle ; dct:issued ?day }} }}")
    assert "THL (Example)" in names(home)
    assert home.ask(
        f'SELECT ?n WHERE {{ GRAPH <{graph}> {{ ?s skos:editorialNote ?n }} FILTER CONTAINS(?n, "It moved") }}'
    )


def test_an_old_value_is_replaced_in_the_merged_view_alone(home: Home, actor: str) -> None:
    correct(home, (actor, "skos:prefLabel", f"{THL}@fi", "Esimerkkilaitos@fi", "curator-1", "Renamed", ""))
    output = home.talkoot("publish").output
    assert "no longer has" not in output
    assert "Esimerkkilaitos" in names(home)
    assert home.ask(f'SELECT ?g WHERE {{ GRAPH ?g {{ ?s skos:prefLabel "{THL}"@fi }} }}')


def test_a_correction_whose_old_value_is_gone_is_told(home: Home, actor: str) -> None:
    correct(home, (actor, "skos:prefLabel", "Never so@fi", "", "curator-1", "Wrong", ""))
    assert "no longer has skos:prefLabel 'Never so@fi'" in home.talkoot("publish").output


def test_a_hidden_organisation_and_the_parts_it_plays_are_out_of_the_merged_view(home: Home, actor: str) -> None:
    count = "SELECT ?p WHERE { ?p a tk:Involvement }"
    before = len(home.ask(count))
    correct(home, (actor, "hide", "", "", "curator-1", "It asked for it", "2026-11-25"))
    home.talkoot("publish")
    assert len(home.ask(count)) < before
    assert THL not in names(home)


def test_an_actor_can_be_added_by_hand_and_taken_away_again(home: Home) -> None:
    new = "src/curated/actor/example-foundation"
    correct(home, (new, "rdf:type", "", "org:Organization", "curator-1", "Asked to be listed", ""),
            (new, "skos:prefLabel", "", "Esimerkkisäätiö@fi", "curator-1", "Asked to be listed", ""),
            (new, "dct:spatial", "", "country:FIN", "curator-1", "Asked to be listed", ""))  # fmt: skip
    home.talkoot("publish")
    assert "Esimerkkisäätiö" in names(home)
    correct(home)
    home.talkoot("publish")
    assert "Esimerkkisäätiö" not in names(home)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("src/x/actor/1", "title", "a", "b", "c", "d", ""), "curated.csv:2: field is 'title': expected a property"),
        (("actor/1", "dct:title", "a", "b", "c", "d", ""), "curated.csv:2: expected a subject such as src/sim/actor/"),
        (("src/x/actor/1", "dct:title", "a", "b", "c", "", ""), "curated.csv:2: expected a subject"),
        (("src/x/actor/1", "dct:title", "", "", "c", "d", ""), "curated.csv:2: expected an old value, a new one"),
        (("src/x/actor/1", "dct:title"), "curated.csv:2: expected 7 cells"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_named(home: Home, row: tuple[str, ...], message: str) -> None:
    correct(home, row)
    assert message in home.talkoot("check", exit_code=1).output
    assert message in home.talkoot("publish", exit_code=1).output
