"""Options of readers: a mistake in ``[reading]`` is named with its place and what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from talkoot.harvesters.definition import READER_NAMES
from talkoot.harvesters.options import option_faults, options
from talkoot.harvesters.readers import READERS

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown option": ({"delimeter": ";"}, "reading.delimeter is not known: expected one of ids,"),
    "another reader's option": ({"sheet": "x"}, "reading.sheet is not known"),
    "a wrong type": ({"delimiter": 5}, "reading.delimiter is 5: expected a text"),
    "a list of numbers": ({"ids": [1]}, "reading.ids is [1]: expected a list of texts"),
    "truth for a number": ({"group": 1}, "reading.group is 1: expected true or false"),
    "an unknown rule": (
        {"select": {"some": {"a": ["b"]}}},
        "reading.select.some.a is ['b']: expected any, all or none",
    ),
    "a number for a text": ({"select": {"any": {"a": [1]}}}, "reading.select.any.a is [1]: expected any, all or none"),
    "a rule without columns": ({"select": {"any": ["b"]}}, "reading.select.any is ['b']: expected any, all or none"),
    "a text for a list": ({"select": {"any": {"a": "b"}}}, "reading.select.any.a is 'b': expected any"),
    "a broken expression": ({"select": {"any": {"a": ["~(b"]}}}, "reading.select.any.a is '~(b': expected a regular"),
    "a join without a column": ({"join": {"on": "a"}}, "reading.join has on: expected on, to"),
    "a join with more": ({"join": {"on": "a", "to": "b", "x": 1}}, "reading.join has on, to, x: expected on, to"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_mistake_is_named_with_what_was_expected(case: str) -> None:
    reading, message = FAULTS[case]
    (fault,) = option_faults("csv", reading)
    assert fault.startswith(message)


def test_what_is_right_passes() -> None:
    reading = {
        "drop": ["a"], "member": "*.csv", "group": True, "join": {"member": "b.csv", "on": "a", "to": "b"},
        "select": {"any": {"a": ["(b", "~c|d"]}, "none": {"e": ["f"]}},
    }  # fmt: skip
    assert not list(option_faults("csv", reading))


def test_every_reader_has_its_options() -> None:
    # The steward's corrections are read too, but no definition names their reader.
    assert set(READERS) - {"curated"} == set(READER_NAMES) == set(options()) - {"every"}
