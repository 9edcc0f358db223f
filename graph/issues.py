"""Issues: what was wrong with a record or a run, each with a code that is documented and kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

MAIL_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+")
"""A mail address within a text: it may be a person's, and is never kept."""


class Severity(StrEnum):
    """How bad an issue is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class IssueCode:
    """A kind of issue: its severity, whether the record is set aside for it, and what it means."""

    severity: Severity
    sets_aside: bool
    meaning: str


ISSUE_CODES: dict[str, IssueCode] = {
    "file-missing": IssueCode(Severity.ERROR, True, "The source's file is not where its definition says."),
    "file-empty": IssueCode(Severity.ERROR, True, "The source's file holds no record; its last good state stays."),
    "file-not-utf-8": IssueCode(Severity.ERROR, True, "A line, or a whole document, is not UTF-8."),
    "byte-order-mark": IssueCode(Severity.INFO, False, "The file starts with a byte order mark, which is skipped."),
    "line-too-long": IssueCode(Severity.ERROR, True, "A line is longer than TALKOOT_MAX_LINE_BYTES."),
    "not-json": IssueCode(Severity.ERROR, True, "A line or document is not JSON, or repeats a key."),
    "not-csv": IssueCode(Severity.ERROR, True, "A row has more or fewer cells than the header, or a quote is open."),
    "not-an-object": IssueCode(Severity.ERROR, True, "A record is JSON, but not an object."),
    "not-a-table": IssueCode(Severity.ERROR, True, "A workbook, its sheet or its header cannot be read."),
    "not-rdf": IssueCode(Severity.ERROR, True, "A file is not RDF of the form that was expected; none of it is taken."),
    "not-xml": IssueCode(Severity.ERROR, True, "A document is not well-formed XML from the given line on."),
    "unknown-id": IssueCode(Severity.INFO, False, "The source has no record of an id that it was asked for."),
    "blank-node": IssueCode(Severity.WARNING, False, "Statements about a thing without an address were left out."),
    "unknown-label": IssueCode(
        Severity.INFO, False, "The source has a label, a column or a name that no field and no drop knows."
    ),
    "listing-incomplete": IssueCode(
        Severity.ERROR, True, "A listing may lack records: endless or cut paging, fewer than announced, a source's cap."
    ),
    "unknown-field": IssueCode(Severity.ERROR, True, "A record has a field that the definition does not declare."),
    "missing-key": IssueCode(Severity.ERROR, True, "A record has no value in a field that its key is made of."),
    "missing-field": IssueCode(Severity.ERROR, True, "A record has no value in a required field."),
    "wrong-type": IssueCode(Severity.ERROR, True, "A field's value is not of the declared type."),
    "duplicate-key": IssueCode(Severity.ERROR, True, "Two records have the same key; the first one stays."),
    "http-status": IssueCode(Severity.ERROR, True, "A page answered with another status than 200; 404 and 410: gone."),
    "timeout": IssueCode(
        Severity.ERROR, True, "An answer was silent for too long, or took longer than its time limit."
    ),
    "connection": IssueCode(Severity.ERROR, True, "An address cannot be asked, or its server not be reached."),
    "tls": IssueCode(Severity.ERROR, True, "A server's certificate or encryption is not sound."),
    "cut-short": IssueCode(Severity.ERROR, True, "A body is damaged, or ends before its end."),
    "too-large": IssueCode(Severity.ERROR, True, "A body is longer than its limit, as sent or unzipped."),
    "media-type": IssueCode(Severity.ERROR, True, "Something else came than was asked for, such as HTML for JSON."),
    "redirect": IssueCode(Severity.ERROR, True, "Redirects are too many, or lead from https to http or nowhere."),
    "private-address": IssueCode(Severity.ERROR, True, "An address or a redirect leads into a private network."),
    "robots": IssueCode(Severity.ERROR, True, "The site's robots.txt forbids a page, or cannot be read."),
    "postponed": IssueCode(Severity.ERROR, True, "A host asks for a long pause; it is asked again in the next run."),
    "not-in-archive": IssueCode(Severity.ERROR, True, "A replay wants a page that its run did not fetch or keep."),
    "unknown-layout": IssueCode(
        Severity.ERROR, True, "A page has nothing that was expected: a new layout, or a page for maintenance."
    ),
    "damaged-text": IssueCode(Severity.ERROR, True, "A value holds characters that the wrong encoding has damaged."),
    "wrong-encoding": IssueCode(Severity.WARNING, False, "A page names two encodings, or one that it is not in."),
    "page-gone": IssueCode(Severity.INFO, False, "A listed page is not there (404, 410): its record is gone."),
    "rest-closed": IssueCode(Severity.INFO, False, "A WordPress site opens no REST: its sitemap's pages are read."),
    "thin-field": IssueCode(
        Severity.ERROR, True, "Too few records have a field: the layout has changed; the last good state stays."
    ),
    "bounds": IssueCode(Severity.ERROR, False, "The source has fewer or more records than its definition expects."),
    "shape": IssueCode(Severity.ERROR, True, "The mapped record breaks a shape of the publish gate."),
    "personal-data": IssueCode(Severity.WARNING, False, "A value that looks like a person's address was left out."),
    "lead-left-out": IssueCode(Severity.INFO, False, "The lead is a private person and is left out."),
    "unknown-country": IssueCode(Severity.WARNING, False, "No code list knows this country; it is left out."),
    "unknown-language": IssueCode(Severity.WARNING, False, "No code list knows this language; it is left out."),
    "unknown-role": IssueCode(Severity.WARNING, False, "The role table does not know these words; role: participant."),
    "unknown-status": IssueCode(Severity.WARNING, False, "No code list knows this status; taken as unknown."),
    "unknown-concept": IssueCode(Severity.WARNING, False, "No code list knows this target group, kind …; left out."),
    "unknown-date": IssueCode(Severity.WARNING, False, "Words hold no year, month or day that can be; left out."),
    "not-a-number": IssueCode(Severity.WARNING, False, "What should be a register's number is none; it is left out."),
    "prose": IssueCode(Severity.WARNING, False, "Sentences stand where names of organisations should; left out."),
    "not-an-address": IssueCode(Severity.WARNING, False, "What should be a home page is no web address; left out."),
    "unknown-funder": IssueCode(Severity.WARNING, False, "The funder table does not know this value; it is left out."),
    "unknown-region": IssueCode(Severity.WARNING, False, "No code list knows this region; it is left out."),
    "unknown-page-type": IssueCode(Severity.WARNING, False, "The source has a kind of page that no rule maps."),
    "not-an-actor": IssueCode(Severity.INFO, False, "The page stands for no actor, project or solution: no entity."),
    "no-actor-known": IssueCode(Severity.INFO, False, "The source knows of this centre, but neither name nor host."),
    "unnamed-centre": IssueCode(Severity.INFO, False, "The centre's own name is not known; a general one is shown."),
    "several-organisations": IssueCode(
        Severity.WARNING, False, "A text seems to hold several organisations and no list allows to cut it."
    ),
    "generic-group": IssueCode(Severity.INFO, False, "A group of people or bodies in general is no actor; left out."),
}
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
    def severity(self) -> Severity:
        """The severity of the issue's code."""
        return ISSUE_CODES[self.code].severity

    @property
    def sets_aside(self) -> bool:
        """Whether the record is set aside for it."""
        return ISSUE_CODES[self.code].sets_aside

    def where(self) -> str:
        """File, line and field in one text, as far as they are known."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ", ".join(part for part in (place, f"field {self.field}" if self.field else "") if part)


def issue_table() -> str:
    """The issue codes as a Markdown table, for ``docs/issues.md``."""
    rows = ["| code | severity | record set aside | meaning |", "|---|---|---|---|"]
    for code, kind in ISSUE_CODES.items():
        rows.append(f"| `{code}` | {kind.severity} | {'yes' if kind.sets_aside else 'no'} | {kind.meaning} |")
    return "\n".join(rows) + "\n"
