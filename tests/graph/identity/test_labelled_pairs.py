"""The hand-labelled pairs are what their README says: real, read at a place that holds the names, and cut in halves."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from talkoot.ontology.folding import fold

ROOT = Path(__file__).resolve().parents[3]
LABELLED = Path(__file__).resolve().parent / "labelled" / "pairs.csv"
COLUMNS = (
    "pair half judgement origin left_source left_names left_website left_country left_ids right_source right_names "
    "right_website right_country right_ids languages scripts reason read_at"
).split()
SIDES = ("left", "right")
HALVES = ("tuning", "test")


@lru_cache(maxsize=1)
def pairs() -> list[dict[str, str]]:
    with LABELLED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bundled() -> list[dict[str, str]]:
    return [pair for pair in pairs() if pair["origin"] == "bundled"]


def names(pair: dict[str, str], side: str) -> list[str]:
    return pair[f"{side}_names"].split(" | ")


def words(pairs_: list[dict[str, str]], column: str) -> set[str]:
    return {word for pair in pairs_ for word in pair[column].split()}


@lru_cache(maxsize=16)
def records(file: str) -> list[dict[str, Any]]:
    path = ROOT / file
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".csv":
            return list(csv.DictReader(lines))
        return list(json.load(lines)) if path.suffix == ".json" else [json.loads(line) for line in lines]


def holds(record: dict[str, Any], field: str, value: str) -> bool:
    return record[field] == value or (field == "url" and record[field].endswith(f"/{value}"))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def texts(place: str) -> list[str]:
    """All texts of the records at a place: ``file#field=value``, in the centres file of its hosts or the centre."""
    file, _, key = place.partition("#")
    key, _, part = key.partition("&at=")
    field, _, value = key.partition("=")
    found: Any = [record for record in records(file) if holds(record, field, value)]
    if part == "hosts":
        found = [record["hosts"] for record in found]
    elif part == "centre":
        found = [{name: text for name, text in record.items() if name != "hosts"} for record in found]
    return list(strings(found))


def test_the_table_has_its_columns_and_no_pair_twice() -> None:
    assert all(list(pair) == COLUMNS and None not in pair.values() for pair in pairs())
    assert max(Counter(pair["pair"] for pair in pairs()).values()) == 1
    sides = [(*sorted(json.dumps([pair[f"{side}_{what}"] for what in ("source", "names", "country", "ids")])
              for side in SIDES), pair["read_at"]) for pair in pairs()]  # fmt: skip
    assert max(Counter(sides).values()) == 1


def test_every_value_is_one_of_its_column() -> None:
    for column, allowed in (("half", HALVES), ("judgement", ("same", "different")), ("origin", ("bundled", "made-up"))):
        assert {pair[column] for pair in pairs()} == set(allowed)
    assert words(pairs(), "scripts") == {"Latn", "Grek", "Cyrl"}
    assert all(len(code) == 2 and code.islower() for code in words(pairs(), "languages"))
    for pair in pairs():
        assert all(pair[column] for column in ("left_names", "right_names", "languages", "scripts"))
        assert all(len(pair[f"{side}_country"]) in (0, 2) for side in SIDES)
        assert all(" " not in pair[f"{side}_website"] and "@" not in pair[f"{side}_website"] for side in SIDES)


def test_the_set_is_large_and_wide_enough() -> None:
    assert len(bundled()) >= 300
    assert len(pairs()) - len(bundled()) >= 60
    assert len(words(bundled(), "languages")) >= 5
    assert len(words(bundled(), "scripts")) >= 3


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("judgement", ["same", "different"])
@pytest.mark.parametrize("origin", ["bundled", "made-up"])
def test_each_half_holds_both_kinds(half: str, judgement: str, origin: str) -> None:
    kinds = Counter((pair["half"], pair["judgement"], pair["origin"]) for pair in pairs())
    assert kinds[half, judgement, origin] >= 10


def test_the_halves_share_no_organisation_name() -> None:
    told = {
        half: {
            fold(name) for pair in pairs() if pair["half"] == half for name in chain(*(names(pair, s) for s in SIDES))
        }
        for half in HALVES
    }
    assert not told["tuning"] & told["test"]


def test_every_pair_has_a_reason_and_a_place() -> None:
    for pair in pairs():
        assert pair["reason"].endswith("."), pair["pair"]
        assert (pair["read_at"] == "made up") == (pair["origin"] == "made-up"), pair["pair"]


def test_what_a_pair_says_stands_at_its_place() -> None:
    for pair in bundled():
        places = pair["read_at"].split(" | ")
        assert len(places) >= 2, pair["pair"]
        for place in places:
            assert (ROOT / place.partition("#")[0]).is_file(), place
            assert texts(place), place
        for side, place in zip(SIDES, places, strict=False):
            there = texts(place)
            for name in names(pair, side):
                assert any(name in text for text in there), f"{pair['pair']}: {place} does not name {name}"
            assert not pair[f"{side}_website"] or pair[f"{side}_website"] in there, pair["pair"]
