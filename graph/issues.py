"""Issues: what was wrong with a record or a run, each with a code that is documented and kept."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.table_files import table_rows

MAIL_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+")
"""A mail address within a text: it may be a person's, and is never kept."""


class IssueCode(NamedTuple):
    """A kind of issue: its severity (error, warning, info), whether the record is set aside for it, its meaning."""

    severity: str
    sets_aside: bool
    meaning: str


ISSUE_CODES = {
    row["code"]: IssueCode(row["severity"], row["sets aside"] == "yes", row["meaning"])
    for _, row in table_rows(Path(__file__).resolve().parent / "issue_codes.tsv")
}
"""Every issue code with its severity and meaning, which ``docs/issues.md`` repeats."""


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
