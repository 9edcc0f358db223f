"""Declared fields: what fits is a record, what does not is an issue that names field and expectation."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from talkoot.harvesters.definition import FIELD_TYPES
from talkoot.harvesters.values import EXPECTATIONS, fits, is_address, iso_date

Read = Callable[..., Any]
SOUND = {"url": "https://example.org/a/b", "title": "A"}


def lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a number for a text": ({"title": 7}, "wrong-type", "title", "a text that is not empty"),
    "an empty text": ({"title": ""}, "wrong-type", "title", "a text that is not empty"),
    "blanks for a text": ({"title": " \t"}, "wrong-type", "title", "a text that is not empty"),
    "an endless text": (
        {"title": "x" * 20_001},
        "wrong-type",
        "title",
        "a text that is not empty, of at most 20,000 characters",
    ),
    "null": ({"title": None}, "wrong-type", "title", "a text that is not empty"),
    "a list for a text": ({"note": ["x"]}, "wrong-type", "note", "a text that is not empty"),
    "a text for a list": ({"countries": "FI"}, "wrong-type", "countries", "a list"),
    "a number within a list": ({"countries": ["FI", 3]}, "wrong-type", "countries[1]", "a text that is not empty"),
    "a text for an object": ({"hosts": ["THL"]}, "wrong-type", "hosts[0]", "an object"),
    "a wrong type deep inside": (
        {"hosts": [{"name": "a"}, {"name": ["b"]}]},
        "wrong-type",
        "hosts[1].name",
        "a text that is not empty",
    ),
    "a field that is not declared": ({"colour": "red"}, "unknown-field", "colour", "one of: url, title, organisation"),
    "one that is not declared deep inside": (
        {"hosts": [{"name": "a", "mail": "x"}]},
        "unknown-field",
        "hosts[0].mail",
        "one of: name, since",
    ),
    "a required one missing deep inside": (
        {"hosts": [{"since": "2020"}]},
        "missing-field",
        "hosts[0].name",
        "a text that is not empty",
    ),
    "a day that does not exist": ({"day": "2023-02-29"}, "wrong-type", "day", EXPECTATIONS["date"]),
    "a day in words": ({"day": "spring 2023"}, "wrong-type", "day", EXPECTATIONS["date"]),
    "a year in other digits": ({"day": "٢٠٢٣"}, "wrong-type", "day", EXPECTATIONS["date"]),
    "a Finnish day that does not exist": ({"seen": "31.4.2025"}, "wrong-type", "seen", EXPECTATIONS["finnish-date"]),
    "a language in words": ({"spoken": "suomi"}, "wrong-type", "spoken", EXPECTATIONS["language"]),
    "a text for yes or no": ({"open": "true"}, "wrong-type", "open", "true or false"),
    "an address with a space": ({"url": "https://example.org/a b"}, "wrong-type", "url", EXPECTATIONS["iri"]),
    "an address without host": ({"url": "https:///a"}, "wrong-type", "url", EXPECTATIONS["iri"]),
    "a mail address": ({"url": "mailto:a@example.org"}, "wrong-type", "url", EXPECTATIONS["iri"]),
    "a broken escape": ({"url": "https://example.org/100%"}, "wrong-type", "url", EXPECTATIONS["iri"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_record_with_a_wrong_field_is_set_aside_with_field_and_expectation(read: Read, case: str) -> None:
    change, code, name, expected = WRONG[case]
    records, issues = read("json-lines", lines(SOUND, SOUND | {"url": "https://example.org/c"} | change))
    assert [record.line for record in records] == [1]
    (issue,) = issues
    assert (issue.code, issue.file, issue.line, issue.field) == (code, "small.json-lines", 2, name)
    assert issue.expected.startswith(expected)
    assert issue.sets_aside


def test_every_fault_of_a_record_is_told_at_once(read: Read) -> None:
    _, issues = read("json-lines", lines({"url": "https://example.org/a", "colour": 1, "day": 2, "hosts": [3]}))
    assert sorted((issue.code, issue.field) for issue in issues) == [
        ("missing-field", "title"),
        ("unknown-field", "colour"),
        ("wrong-type", "day"),
        ("wrong-type", "hosts[0]"),
    ]
    assert {issue.key for issue in issues} == {"a"}


def test_a_record_without_its_key_has_one_issue_for_it(read: Read) -> None:
    records, issues = read("json-lines", lines({"title": "A"}))
    assert not records
    assert [(issue.code, issue.field, issue.key) for issue in issues] == [("missing-key", "url", "")]


def test_a_key_that_folds_to_nothing_is_no_key(read: Read) -> None:
    records, issues = read(
        "json-lines", lines(SOUND | {"url": "https://example.org/"}, SOUND | {"url": "https://example.org/%20/"})
    )
    assert [record.key for record in records] == ["20"]
    assert [(issue.code, issue.line, issue.expected) for issue in issues] == [("missing-key", 1, "letters or digits")]


def test_a_key_is_words_of_the_address_without_its_prefix(read: Read) -> None:
    records, _ = read("json-lines", lines(SOUND, SOUND | {"url": "https://example.org/Ääkköset/Ö-1/"}))
    assert [record.key for record in records] == ["a.b", "aakkoset.o-1"]


@given(
    st.one_of(st.text(), st.text(alphabet="htps:/.@[]%#?ab1é\u00a0\ud800\ufffe", max_size=20).map("http://".__add__))
)
def test_what_counts_as_an_address_can_stand_in_the_graph(text: str) -> None:
    if is_address(text):
        assert NamedNode(text).value == text
        assert text.isprintable() or max(text) >= "\u00a0"


@given(st.dates())
def test_a_finnish_date_becomes_the_same_day(day: date) -> None:
    text = f"{day.day}.{day.month}.{day.year:04}"
    assert fits("finnish-date", text)
    assert iso_date(text) == day.isoformat()
    assert fits("date", day.isoformat())


def test_every_type_says_what_it_expects() -> None:
    assert set(EXPECTATIONS) == set(FIELD_TYPES)


@given(st.sampled_from(FIELD_TYPES), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))
def test_whether_a_value_fits_can_always_be_said(kind: str, value: Any) -> None:
    assert fits(kind, value) in (True, False)
