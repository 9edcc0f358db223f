"""The search index: names in any spelling and case are found, and lists are in alphabetical order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from talkoot.graph.labels import main_label, reader_label
from talkoot.graph.search_index import SearchIndex

if TYPE_CHECKING:
    from tests.graph.conftest import Home

ACTORS = ("organisation", "centre", "network")


@pytest.fixture
def index(demo: Home) -> Iterator[SearchIndex]:
    opened = SearchIndex(demo.current / "search.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("terveyden", "Terveyden ja hyvinvoinnin laitos"),
        ("THL", "Terveyden ja hyvinvoinnin laitos"),
        ("hyvinvoinnin TERVEYDEN", "Terveyden ja hyvinvoinnin laitos"),
        ("Sosiaali", "Suomen sosiaali ja terveys SOSTE ry"),
        ("Kuntaliitto", "Suomen Kuntaliitto"),
        ("kuntoutussaatio", "Kuntoutussäätiö"),
        ("KUNTOUTUSSÄÄTIÖ", "Kuntoutussäätiö"),
        ("lappeenr", "LUT-yliopisto"),
    ],
)
def test_a_search_finds_the_name(index: SearchIndex, text: str, name: str) -> None:
    assert name in {label for hit in index.search(text) for label in hit.labels.values()}


@pytest.mark.parametrize(
    "text", ["", " ", "'", '"', "*", "a* OR b", "NEAR(", "x" * 10_000, "-", "\x00", "%", "terveyden -laitos"]
)
def test_no_text_makes_a_search_fail(index: SearchIndex, text: str) -> None:
    assert isinstance(index.search(text), list)


def test_what_is_found_is_in_the_release(index: SearchIndex, demo: Home) -> None:
    (hit, *_) = index.search("Terveyden ja hyvinvoinnin laitos")
    assert demo.ask(f"SELECT ?name WHERE {{ <https://w3id.org/talkoot/{hit.path}> skos:prefLabel ?name }}")
    assert (hit.kind, hit.countries) == ("organisation", ("FIN",))
    assert hit.parts > 2


def test_lists_hold_every_thing_once(index: SearchIndex, demo: Home) -> None:
    assert index.counts() == demo.manifest["kinds"]
    listed = [hit.path for start in range(0, 2000, 100) for hit in index.things(ACTORS, start=start)]
    assert len(listed) == len(set(listed)) == index.count(ACTORS)
    by_country = index.countries(ACTORS)
    assert by_country["FIN"] == index.count(ACTORS, "FIN") == len(index.things(ACTORS, "FIN", limit=1000))
    assert index.count(ACTORS, "none") + len({p for c in by_country for p in paths(index, c)}) == index.count(ACTORS)


def paths(index: SearchIndex, country: str) -> set[str]:
    return {hit.path for hit in index.things(ACTORS, country, limit=10_000)}


def test_a_name_is_chosen_by_the_readers_languages() -> None:
    labels = {"fi": "Laitos", "en": "Institute", "": "THL"}
    assert main_label(labels) == ("Laitos", "fi")
    assert main_label({"en": "Institute", "": "THL"}) == ("THL", "")
    assert main_label({}) == ("", "")
    assert reader_label(labels, ["sv", "fi"]) == ("Laitos", "fi")
    assert reader_label(labels, ["sv"]) == ("Institute", "en")
    assert reader_label({"pl": "Instytut"}, ["sv"]) == ("Instytut", "pl")
