"""Social Innovation Match: its index by ``?page=N`` counted from 0, and case studies as definition lists."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.replicas.innokyla import render, text
from tests.replicas.server import Reply

INDEX = "/en/social-innovation-match/case-study"
FORMS = ("one string", "elements")
MARKUPS = ("dl", "table", "headings")


def leads(fact: dict[str, Any], form: str) -> list[str]:
    """The organisations as the page has them: one text as printed, or (where the site marks them so) elements."""
    printed = [fact["organisation"]] if "organisation" in fact else []
    return printed if form == "one string" else [part.strip() for each in printed for part in each.split(",")]


def site(facts: Sequence[dict[str, Any]], form: str = "one string", markup: str = "dl", each: int = 10) -> Any:
    """The index and the case studies."""
    by_path = {urlsplit(fact["url"]).path: fact for fact in facts}

    def answer(path: str) -> Reply | None:
        parts = urlsplit(path)
        if parts.path == INDEX:
            number = int(parse_qs(parts.query).get("page", ["0"])[0])
            return Reply(index(facts[number * each : (number + 1) * each], len(facts), number, -(-len(facts) // each)))
        fact = by_path.get(parts.path)
        return Reply(case_study(fact, form, markup)) if fact else None

    return answer


def index(facts: Sequence[dict[str, Any]], total: int, number: int, pages: int) -> str:
    """One page of the index; beyond the last it says that there is nothing."""
    items = "".join(f"<li><a href='{urlsplit(each['url']).path}'>{escape(each['title'])}</a></li>" for each in facts)
    onward = f"<a rel='next' href='?page={number + 1}'>Next<span aria-hidden='true'> ›</span></a>"
    return _page(
        "Case studies", f"<p>Showing results 1 to 10 (<b>{total:,}</b> case studies)</p>"
        f"<ul>{items}</ul>{onward if number + 1 < pages else ''}",
    )  # fmt: skip


def case_study(fact: dict[str, Any], form: str, markup: str) -> str:
    """A case study: headline, facts, sections of prose."""
    older = markup != "dl"
    groups = fact.get("target_groups", [])
    fields = [
        ("Lead organisation" if older else "Lead organisation and partners", leads(fact, form)),
        ("Countries", fact["countries"]),
        *([("Level of action", ["National"]), ("Budget", ["1,34 million Euro."])] if older else []),
        *([("Target groups", groups)] if groups else []),
        ("Themes", ["Active inclusion and employability"]),
    ]
    sections = "".join(f"<h2>{name}</h2><p>Made up.</p>" for name in ("Problem addressed", "Innovative solution"))
    return _page(fact["title"], f"{render(fields, 'middle', markup)}{sections}")


def _page(title: str, body: str) -> str:
    return (
        f"<!-- made up -->\n<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        "</head><body class='ecl-body'><header><a href='/en/about'>About</a></header><main><header><p>SIM case study"
        f"</p><h1>{text(title)}</h1></header>{body}</main></body></html>"
    )
