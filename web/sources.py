"""Sources: who publishes what, on what terms, how the last run went and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext

from talkoot.graph.issues import ISSUE_CODES
from talkoot.ontology.namespaces import COUNTRY
from talkoot.web.language import reader_language
from talkoot.web.listing import PAGE_LENGTH, Pager, pager
from talkoot.web.names import Namer, site_path
from talkoot.web.notes import Link, named_link
from talkoot.web.responses import html_page, page
from talkoot.web.site import release
from talkoot.web.wording import is_web_address, licence_word, moment

blueprint = Blueprint("sources", __name__)

_TWO_LETTERS = {"EU": "EUR", "GB": "GBR", "UK": "GBR"}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as lists and its own page show it."""

    id: str
    title: str
    publisher: Link
    place: str
    licence: Link | None
    terms: str
    frequency: str
    as_of: str
    records: int
    known_to_exist: int | None
    run: Mapping[str, Any]
    run_day: str
    issues: int
    mentions_persons: bool


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """The issues of one code."""

    code: str
    severity: str
    meaning: str
    issues: Sequence[Mapping[str, Any]]


def source_rows() -> list[SourceRow]:
    """Every source of this release, in the order of their precedence."""
    return [_row(source) for source in release().sources]


@blueprint.get("/sources")
@html_page
def sources() -> Response:
    """Every source."""
    return page("sources.html", rows=source_rows())


@blueprint.get("/sources/<name>")
@html_page
def source(name: str) -> Response:
    """One source, with its issues and a page of its records."""
    view = release()
    found = view.source(name)
    if found is None:
        abort(404)
    keys = view.record_keys.get(name, ())
    wanted = request.args.get("page", "1")
    current: Pager = pager(f"/sources/{name}", [], int(wanted) if wanted.isdecimal() else 1, len(keys))
    shown = keys[current.first_row - 1 : current.first_row - 1 + PAGE_LENGTH]
    records = [(key, site_path(f"{view.base}graph/{name}/{key}", view.base)) for key in shown]
    return page(
        "source.html",
        shown=_row(found),
        groups=_groups(found["issues"]),
        records=records,
        pager=current,
        run_words=_run_words(),
    )


def _run_words() -> dict[str, str]:
    """What a run's states are called."""
    return {
        "running": gettext("running"),
        "complete": gettext("complete"),
        "partial": gettext("in part"),
        "failed": gettext("failed"),
        "interrupted": gettext("interrupted"),
    }


def _row(source: Mapping[str, Any]) -> SourceRow:
    run = source.get("last_run") or {}
    licence = source["licence"]
    return SourceRow(
        source["id"], source["title"], named_link(source["publisher_page"], source["publisher"]),
        _place(source["country"]),
        Link(licence, licence_word(licence)) if is_web_address(licence) else None, source["terms"],
        source["frequency"], moment(source["as_of"]), source["records"], source["known_to_exist"],
        run, moment(run.get("ended") or run.get("started") or ""), len(source["issues"]), source["personal_data"],
    )  # fmt: skip


def _place(code: str) -> str:
    facts = release().facts
    namer = Namer(facts, reader_language())
    wanted = _TWO_LETTERS.get(code, code)
    found = facts.countries_by_code.get(wanted) or [COUNTRY[wanted]]
    return namer.concept(found[0]).text


def _groups(issues: Sequence[Mapping[str, Any]]) -> list[IssueGroup]:
    by_code = Counter(issue["code"] for issue in issues)
    found = []
    for code, _ in by_code.most_common():
        kind = ISSUE_CODES.get(code)
        found.append(
            IssueGroup(
                code,
                kind.severity.value if kind else "",
                kind.meaning if kind else "",
                [issue for issue in issues if issue["code"] == code],
            )
        )
    return found
