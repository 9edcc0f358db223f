"""Refusals and failures: a page for people, problem details for programs."""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from talkoot.graph.release import ReleaseError
from talkoot.web.negotiation import HTML, PROBLEM, TEXT, negotiate
from talkoot.web.problem import PROBLEM_TYPES, problem_response
from talkoot.web.responses import page

_log = logging.getLogger(__name__)

_SLUGS = (
    "bad-request", "not-found", "method-not-allowed", "not-acceptable", "query-too-long", "unsupported-media-type",
    "engine-unavailable",
)  # fmt: skip
_SLUG_OF = {PROBLEM_TYPES[slug].status: slug for slug in _SLUGS}


def _wants_page() -> bool:
    accept = request.headers.get("Accept")
    choice = negotiate(accept, (HTML, PROBLEM, TEXT))
    return choice is not None and choice.format is HTML and accept not in (None, "", "*/*")


def _answer(status: int, detail: str, headers: dict[str, str]) -> BaseResponse:
    if _wants_page():
        response = page("error.html", status=status)
        response.status_code = status
        response.headers.update(headers)
        return response
    slug = _SLUG_OF.get(status)
    if slug is None:
        problem = {"type": "about:blank", "title": detail, "status": status}
        return Response(json.dumps(problem) + "\n", status, headers, content_type=PROBLEM.media)
    return problem_response(slug, detail, accept=request.headers.get("Accept"), headers=headers)


def _http_error(error: HTTPException) -> BaseResponse:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    headers = {"Cache-Control": "no-store"}
    if allowed := getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(sorted(allowed))
    return _answer(error.code, error.description or error.name, headers)


def _no_release(error: ReleaseError) -> BaseResponse:
    _log.warning("no release: %s", error)
    return _answer(503, str(error), {"Cache-Control": "no-store", "Retry-After": "5"})


def set_up_errors(app: Flask) -> None:
    """Register what answers when a view refuses or fails."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ReleaseError, _no_release)
