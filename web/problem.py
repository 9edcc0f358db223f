"""Problem details: every refusal and failure as something that a program or a terminal can read.

Source: RFC 9457.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from werkzeug.wrappers import Response

from talkoot.web.negotiation import PROBLEM, TEXT, negotiate


class ProblemType(NamedTuple):
    """The status and the title that every problem of one type has."""

    status: int
    title: str


PROBLEM_TYPES: dict[str, ProblemType] = {
    "bad-request": ProblemType(400, "The request cannot be understood"),
    "missing-query": ProblemType(400, "The request has no query"),
    "syntax": ProblemType(400, "The query has a syntax error"),
    "query-failed": ProblemType(400, "The query cannot be answered"),
    "service-refused": ProblemType(403, "SERVICE is not allowed"),
    "update-refused": ProblemType(403, "This endpoint only reads"),
    "not-found": ProblemType(404, "There is nothing at this address"),
    "method-not-allowed": ProblemType(405, "This method is not allowed here"),
    "not-acceptable": ProblemType(406, "None of the formats asked for can be given"),
    "query-too-long": ProblemType(413, "The query is too long"),
    "unsupported-media-type": ProblemType(415, "The request's body is of a kind that is not read here"),
    "engine-failed": ProblemType(500, "The engine failed"),
    "engine-unavailable": ProblemType(503, "No release is being served at the moment"),
    "memory-limit": ProblemType(504, "The query needed too much memory"),
    "time-limit": ProblemType(504, "The query took too long"),
}
"""Every problem type: the last part of its address ``/problems/…``, its status and its title."""


def problem_response(
    slug: str, detail: str, *, accept: str | None = None, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """A problem of a type from :data:`PROBLEM_TYPES`, as JSON, or as text where `accept` prefers that.

    The response is a WSGI application and can be returned from a Flask view; `members` become extension
    members of the problem. Raises KeyError for a type that the table does not have.
    """
    status, title = PROBLEM_TYPES[slug]
    choice = negotiate(accept, (PROBLEM, TEXT))
    if choice is not None and choice.format is TEXT:
        body, content_type = _as_text(status, title, detail, members), choice.content_type
    else:
        fields = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail} | members
        body, content_type = json.dumps(fields, ensure_ascii=False) + "\n", PROBLEM.media
    response = Response(body, status=status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Vary"] = "Accept"
    response.headers.update(headers or {})
    return response


def _as_text(status: int, title: str, detail: str, members: Mapping[str, object]) -> str:
    parts = [f"{title} ({status}).", detail]
    for name, value in members.items():
        text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        parts.append(f"{name}:\n{text}" if "\n" in text else f"{name}: {text}")
    return "\n\n".join(parts) + "\n"
