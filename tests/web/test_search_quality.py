"""How well search finds what is meant: two hundred queries with their right answers, and every miss written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from talkoot.graph.search_index import SearchIndex
from talkoot.graph.settings import Settings
from tests.web.search_queries import BY_HAND, EACH, MADE, MISSES, made, misses, ranks, read, read_things


@pytest.fixture
def index(demo_settings: Settings) -> Iterator[SearchIndex]:
    opened = SearchIndex(demo_settings.current / "search.sqlite")
    yield opened
    opened.close()


def test_the_made_queries_are_what_the_seed_makes_of_the_demo(demo_settings: Settings):
    assert list(made(read_things(demo_settings.current.resolve() / "search.sqlite"))) == read(MADE)


def test_there_are_two_hundred_queries_and_each_right_answer_is_a_name_here(demo_settings: Settings):
    queries = [*read(MADE), *read(BY_HAND)]
    names = {name for thing in read_things(demo_settings.current.resolve() / "search.sqlite") for name in thing.labels}

    ways = dict.fromkeys(("alias", "part", "typo", "alphabet", "inflected"), EACH)
    assert Counter(query.way for query in queries) == ways | {"by hand": 50}
    assert {query.right for query in queries} <= names


def test_the_right_answer_is_first_in_nine_of_ten_and_in_the_first_five_in_98_of_100(index: SearchIndex):
    found = ranks(index, [*read(MADE), *read(BY_HAND)])

    assert sum(rank == 1 for rank in found) >= 0.90 * len(found)
    assert sum(rank > 0 for rank in found) >= 0.98 * len(found)


def test_every_miss_is_written_down(index: SearchIndex):
    queries = [*read(MADE), *read(BY_HAND)]
    written = [tuple(line.split("\t")) for line in MISSES.read_text(encoding="utf-8").splitlines()[1:]]

    assert misses(queries, ranks(index, queries)) == written
