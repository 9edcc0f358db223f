"""What is declared in code as the tables of ``docs/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

from talkoot.graph.issues import ISSUE_CODES
from talkoot.graph.settings import Settings, variable


def settings_table() -> str:
    """The settings as ``docs/settings.md`` has them."""
    told = ((item.name, item.default, item.metadata["meaning"]) for item in fields(Settings))
    rows = ((f"`{variable(name)}`", f"`{default}`", meaning) for name, default, meaning in told)
    return _table(("variable", "default", "meaning"), rows)


def issue_table() -> str:
    """The issue codes as ``docs/issues.md`` has them."""
    rows = (
        (f"`{code}`", kind.severity, "yes" if kind.sets_aside else "no", kind.meaning)
        for code, kind in ISSUE_CODES.items()
    )
    return _table(("code", "severity", "record set aside", "meaning"), rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |\n" for row in (columns, *rows)]
    return "".join([lines[0], "|" + "---|" * len(columns) + "\n", *lines[1:]])
