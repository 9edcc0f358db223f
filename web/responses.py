"""How answers leave: pages and refusals, validators, caching, language and format variance, security headers, links."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from talkoot import __version__
from talkoot.graph.release import ReleaseError
from talkoot.web.answer_cache import Kept
from talkoot.web.assets import assets_version
from talkoot.web.language import address, asking_for, interface_languages, reader_language, this_page
from talkoot.web.negotiation import HTML, PROBLEM, TEXT, Choice, negotiate
from talkoot.web.problem import problem_response, problem_types
from talkoot.web.rate_limit import Bucket
from talkoot.web.site import release, site

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; script-src 'self'; connect-src 'self'"
)
_SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_View = Callable[..., Response]
_HTML = Choice(HTML, HTML.media)
_UNCOUNTED = ("/sparql", "/healthz", "/readyz")
_OF_A_PAGE = ("Accept", "Accept-Language", "Cookie")
"""The headers of a request that a page depends on."""
_SLUGS = (
    "bad-request", "not-found", "method-not-allowed", "not-acceptable", "query-too-long", "unsupported-media-type",
    "engine-unavailable", "rate-limit",
)  # fmt: skip

_log = logging.getLogger(__name__)


class KnownAs(NamedTuple):
    """The one full address that a page is to be known by, that without a language, and those by language."""

    canonical: str
    plain: str
    by_language: dict[str, str]


def known_as(canonical: str = "") -> KnownAs:
    """The addresses of this page under the data's base, whatever host a request names: a page is given to others."""
    plain = (canonical and address(canonical, [])) or release().base + this_page()[1:]
    by_language = {code: asking_for(plain, code) for code in interface_languages()}
    return KnownAs(by_language.get(request.args.get("lang", ""), plain), plain, by_language)


def page(template: str, **context: Any) -> Response:
    """A page for people, in the reader's language."""
    return Response(render_template(template, **context), content_type=_HTML.content_type)


def page_at(blueprint: Blueprint, path: str) -> Callable[[_View], _View]:
    """Put a view that only knows pages at a path; conditional requests are answered before it does any work."""

    def put(view: _View) -> _View:
        blueprint.get(path)(wraps(view)(lambda **arguments: conditional(_HTML, lambda: view(**arguments))))
        return view

    return put


def conditional(choice: Choice, make: Callable[[], Response]) -> Response:
    """The answer that ``make`` gives, with its validator; 304 where the client has it already."""
    language = reader_language() if choice.format is HTML else ""
    parts = (
        __version__, assets_version(), release().number, release().manifest["published"],
        request.path, request.query_string.decode("latin-1"), language, choice.media,
    )  # fmt: skip
    etag = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:20]
    if request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    elif (kept := site().answers.get((etag,))) is not None:
        response = Response(kept.body, headers=kept.headers)
    else:
        response = make_response(make())
        if response.status_code == 200 and not response.is_streamed:
            headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
            site().answers.put((etag,), Kept(headers, response.get_data()))
    if response.status_code in (200, 304):
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
    response.vary.update(_OF_A_PAGE if choice.format is HTML else ("Accept",))
    return response


def _add_headers(response: Response) -> Response:
    for name, value in _SECURITY.items():
        response.headers.setdefault(name, value)
    if "release_view" in g:
        response.headers["Talkoot-Release"] = str(release().number)
    if response.mimetype == HTML.media:
        response.vary.update(_OF_A_PAGE)
        response.headers.setdefault("Content-Language", reader_language())
    elif response.status_code == 200:
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
    return response


def _refusal(status: int, detail: str, headers: dict[str, str]) -> BaseResponse:
    """A page for people, problem details for programs."""
    accept = request.headers.get("Accept")
    choice = negotiate(accept, (HTML, PROBLEM, TEXT))
    headers["Cache-Control"] = "no-store"
    if choice is not None and choice.format is HTML and accept not in (None, "", "*/*"):
        response = page("error.html", status=status)
        response.status_code = status
        response.headers.update(headers)
        return response
    slug = next((slug for slug in _SLUGS if problem_types()[slug].status == status), None)
    if slug is not None:
        return problem_response(slug, detail, accept=accept, headers=headers)
    problem = {"type": "about:blank", "title": detail, "status": status}
    return Response(json.dumps(problem) + "\n", status, headers, content_type=PROBLEM.media)


def _take_share() -> BaseResponse | None:
    """Refuse a request whose sender has used up its share; queries are counted where they are run."""
    limits = site().limits
    client = limits.client(request.environ)
    if not client or request.path in _UNCOUNTED or request.path.startswith("/static/"):
        return None
    share = limits.spend(client, Bucket.PAGES, 1)
    if share is None or share.left >= 0:
        return None
    detail = f"An address may ask for {share.limit:g} pages a minute here. The dumps hold everything: /releases."
    return _refusal(429, detail, {"Retry-After": share.retry_after, **share.headers})


def _http_error(error: HTTPException) -> BaseResponse:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return _refusal(error.code, error.description or error.name, headers)


def _no_release(error: ReleaseError) -> BaseResponse:
    _log.warning("no release: %s", error)
    return _refusal(503, str(error), {"Retry-After": "5"})


def set_up_answers(app: Flask) -> None:
    """Put the headers of every answer in place, and what answers when a view refuses or fails."""
    app.before_request(_take_share)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ReleaseError, _no_release)
