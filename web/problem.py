"""Problem details: every refusal and failure as something that a program or a terminal can read.

Source: RFC 9457.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from talkoot.graph.table_files import table_rows
from talkoot.web.negotiation import PROBLEM, TEXT, negotiate


class ProblemType(NamedTuple):
    """The status that every problem of one type has, and its title by language."""

    status: int
    titles: Mapping[str, str]

    @property
    def title(self) -> str:
        """The title in English."""
        return self.titles["en"]


@lru_cache(maxsize=1)
def problem_types() -> Mapping[str, ProblemType]:
    """Every problem type: the last part of its address ``/problems/…``, its status and its title by language."""
    rows = table_rows(Path(__file__).with_name("problem_types.csv"))
    return {row.pop("slug"): ProblemType(int(row.pop("status")), row) for _, row in rows}


def problem_response(
    slug: str,
    detail: str,
    *,
    accept: str | None = None,
    languages: str | None = None,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> Response:
    """A problem of a type from :func:`problem_types`, as JSON, or as text where `accept` prefers that.

    Its title is in the language that `languages`, an Accept-Language header, likes best of those there are. The
    response is a WSGI application and can be returned from a Flask view; `members` become extension members of the
    problem. Raises KeyError for a type that the table does not have.
    """
    status, titles = problem_types()[slug]
    wishes = (wish.partition("-")[0].lower() for wish in parse_accept_header(languages, LanguageAccept).values())
    language = next((wish for wish in wishes if wish in titles), "en")
    title = titles[language]
    choice = negotiate(accept, (PROBLEM, TEXT))
    if choice is not None and choice.format is TEXT:
        body, content_type = _as_text(status, title, detail, members), choice.content_type
    else:
        fields = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail} | members
        body, content_type = json.dumps(fields, ensure_ascii=False) + "\n", PROBLEM.media
    response = Response(body, status=status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Language"] = language
    response.headers.update(headers or {})
    return response


def _as_text(status: int, title: str, detail: str, members: Mapping[str, object]) -> str:
    parts = [f"{title} ({status}).", detail]
    for name, value in members.items():
        text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        parts.append(f"{name}:\n{text}" if "\n" in text else f"{name}: {text}")
    return "\n\n".join(parts) + "\n"
