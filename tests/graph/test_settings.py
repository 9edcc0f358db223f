"""Settings: each from its environment variable, with a sentence where a value cannot be used."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from talkoot.graph.settings import SettingError, Settings, read_settings, variable
from tests.documented import settings_table


def test_every_setting_is_read_from_its_variable() -> None:
    values = {"home": "/srv/talkoot", "base": "https://a.example/", "port": "9", "query_seconds": "1.5", "host": "::1"}
    settings = read_settings({variable(name): value for name, value in values.items()})
    assert settings.home == Path("/srv/talkoot")
    assert (settings.base, settings.port, settings.query_seconds, settings.host) == (
        "https://a.example/",
        9,
        1.5,
        "::1",
    )
    assert settings.workers == Settings().workers


def test_what_the_command_line_says_lies_over_the_environment() -> None:
    assert read_settings({"TALKOOT_PORT": "1"}, port=2, host=None).port == 2


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "eighty", "a whole number"),
        ("PORT", "8.5", "a whole number"),
        ("PORT", "-1", "not negative"),
        ("LOSS_SHARE", "ten percent", "a number"),
        ("LOSS_SHARE", "nan", "a number"),
        ("QUERY_SECONDS", "inf", "a number"),
        ("BASE", "example.org/", "ends in a slash"),
        ("PUBLISHER_PAGE", "thl.fi", "an http address"),
        ("REPORT_TO", "javascript:alert(1)", "a mail or an http address"),
        ("REPORT_TO", "a@b.example?bcc=c@d.example", "a mail or an http address"),
    ],
)
def test_a_value_that_cannot_be_used_names_variable_value_and_expectation(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({f"TALKOOT_{name}": value})
    assert f"TALKOOT_{name} is {value!r}" in str(caught.value)
    assert expected in str(caught.value)


def test_every_setting_has_its_row_in_the_table() -> None:
    table = settings_table()
    for item in fields(Settings):
        assert f"| `{variable(item.name)}` | `{item.default}` |" in table
        assert item.metadata["meaning"].endswith(".")
