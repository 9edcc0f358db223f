"""Sources: who publishes what, on what terms, how the last run went and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort

from talkoot.graph.issues import ISSUE_CODES
from talkoot.ontology.namespaces import COUNTRY
from talkoot.web.language import reader_language
from talkoot.web.listing import PAGE_LENGTH, pager
from talkoot.web.names import Namer, site_path, web_link
from talkoot.web.notes import licence_link
from talkoot.web.responses import html_page, page
from talkoot.web.site import release

blueprint = Blueprint("sources", __name__)

_TWO_LETTERS = {"EU": "EUR", "GB": "GBR", "UK": "GBR"}


def shown_sources() -> list[dict[str, Any]]:
    """Every source of this release, in the order of their precedence."""
    return [_shown(source) for source in release().sources]


@blueprint.get("/sources")
@html_page
def sources() -> Response:
    """Every source."""
    return page("sources.html", rows=shown_sources())


@blueprint.get("/sources/<name>")
@html_page
def source(name: str) -> Response:
    """One source, with its issues and a page of its records."""
    view = release()
    found = view.source(name) or abort(404)
    keys = view.record_keys.get(name, ())
    current = pager(f"/sources/{name}", len(keys))
    shown = keys[current.first_row - 1 : current.first_row - 1 + PAGE_LENGTH]
    records = [(key, site_path(f"{view.base}graph/{name}/{key}", view.base)) for key in shown]
    codes = Counter(issue["code"] for issue in found["issues"])
    groups = [
        (code, ISSUE_CODES[code].meaning if code in ISSUE_CODES else "",
         [issue for issue in found["issues"] if issue["code"] == code])
        for code, _count in codes.most_common()
    ]  # fmt: skip
    return page("source.html", shown=_shown(found), groups=groups, records=records, pager=current)


def _shown(source: Mapping[str, Any]) -> dict[str, Any]:
    """A source as its release describes it, with links and the name of its country in place of addresses and code."""
    facts = release().facts
    code = _TWO_LETTERS.get(source["country"], source["country"])
    place = (facts.countries_by_code.get(code) or [COUNTRY[code]])[0]
    return {
        **source,
        "publisher": web_link(source["publisher_page"], source["publisher"]),
        "licence": licence_link(source["licence"]),
        "place": Namer(facts, reader_language()).concept(place).text,
    }
