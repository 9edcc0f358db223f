"""Refusals and failures: a page for people, problem details for programs."""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from talkoot.graph.release import ReleaseError
from talkoot.web.negotiation import HTML, PROBLEM, TEXT, negotiate
from talkoot.web.problem import problem_response

_log = logging.getLogger(__name__)

_SLUGS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "query-too-long",
    415: "unsupported-media-type",
    503: "engine-unavailable",
}


def _texts(status: int) -> tuple[str, str]:
    """What happened and what to do, in the reader's language."""
    if status == 404:
        return (
            gettext("There is nothing at this address"),
            gettext("The address may be mistyped, or no source speaks of this any more. Try the search."),
        )
    if status == 406:
        return (
            gettext("This cannot be had in that format"),
            gettext("It can be had as a page, Turtle, JSON-LD, N-Triples, RDF/XML, TriG and N-Quads."),
        )
    if status == 503:
        return (
            gettext("Nothing has been published here yet"),
            gettext("Whoever runs this installation publishes a first release with “talkoot publish”."),
        )
    if status >= 500:
        return (
            gettext("Something failed on our side"),
            gettext("The failure was written down. Try again in a moment."),
        )
    return gettext("This request cannot be answered"), gettext("Check the address and try again.")


def _wants_page() -> bool:
    choice = negotiate(request.headers.get("Accept"), (HTML, PROBLEM, TEXT))
    return choice is not None and choice.format is HTML and request.headers.get("Accept") not in (None, "", "*/*")


def _answer(status: int, detail: str, headers: dict[str, str]) -> BaseResponse:
    if _wants_page():
        title, advice = _texts(status)
        body = render_template("error.html", title=title, advice=advice, status=status)
        return Response(body, status, headers, content_type="text/html; charset=utf-8")
    slug = _SLUGS.get(status)
    if slug is None:
        problem = {"type": "about:blank", "title": detail, "status": status}
        return Response(json.dumps(problem) + "\n", status, headers, content_type=PROBLEM.media)
    return problem_response(slug, detail, accept=request.headers.get("Accept"), headers=headers)


def _http_error(error: HTTPException) -> BaseResponse:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    headers = {"Cache-Control": "no-store"}
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        headers["Allow"] = ", ".join(sorted(allowed))
    return _answer(error.code, error.description or error.name, headers)


def _no_release(error: ReleaseError) -> BaseResponse:
    _log.warning("no release: %s", error)
    return _answer(503, str(error), {"Cache-Control": "no-store", "Retry-After": "5"})


def set_up_errors(app: Flask) -> None:
    """Register what answers when a view refuses or fails."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ReleaseError, _no_release)
