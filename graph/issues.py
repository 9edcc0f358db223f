"""Issues: what was wrong with a record or a run, each with a code that is documented and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

MAIL_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+")
"""A mail address within a text: it may be a person's, and is never kept."""


class IssueCode(NamedTuple):
    """A kind of issue: its severity (error, warning, info), whether the record is set aside for it, its meaning."""

    severity: str
    sets_aside: bool
    meaning: str


def _codes() -> Iterator[tuple[str, IssueCode]]:
    lines = (Path(__file__).resolve().parent / "issue_codes.tsv").read_text(encoding="utf-8").splitlines()
    for code, severity, sets_aside, meaning in (line.split("\t") for line in lines[1:]):
        yield code, IssueCode(severity, sets_aside == "yes", meaning)


ISSUE_CODES = dict(_codes())
"""Every issue code with its severity and meaning: the source of ``docs/issues.md``."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with one record (or with a run, then without key), and where it stands.

    Issues are kept and shown, so mail addresses are left out of what they quote.
    """

    code: str
    source: str
    message: str
    key: str = ""
    file: str = ""
    line: int = 0
    field: str = ""
    value: str = ""
    expected: str = ""

    def __post_init__(self) -> None:
        for name in ("message", "value"):
            object.__setattr__(self, name, MAIL_ADDRESS.sub("…@…", getattr(self, name)))

    @property
    def severity(self) -> str:
        """The severity of the issue's code."""
        return ISSUE_CODES[self.code].severity

    @property
    def sets_aside(self) -> bool:
        """Whether the record is set aside for it."""
        return ISSUE_CODES[self.code].sets_aside


def issue_table() -> str:
    """The issue codes as a Markdown table, for ``docs/issues.md``."""
    rows = ["| code | severity | record set aside | meaning |", "|---|---|---|---|"]
    for code, kind in ISSUE_CODES.items():
        rows.append(f"| `{code}` | {kind.severity} | {'yes' if kind.sets_aside else 'no'} | {kind.meaning} |")
    return "\n".join(rows) + "\n"
