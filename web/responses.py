"""How answers leave: validators, caching, language and format variance, security headers, links."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request

from talkoot import __version__
from talkoot.web.language import reader_language
from talkoot.web.negotiation import HTML, Choice
from talkoot.web.site import release, site
from talkoot.web.static_assets import assets_version

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HTML = Choice(HTML, HTML.media)


def page(template: str, **context: Any) -> Response:
    """A page for people, in the reader's language."""
    return Response(render_template(template, **context), content_type=_HTML.content_type)


def html_page(view: Callable[..., Response]) -> Callable[..., Response]:
    """Make a view that only knows pages answer conditional requests before it does any work."""

    @wraps(view)
    def answer(**arguments: Any) -> Response:
        return conditional(_HTML, lambda: view(**arguments))

    return answer


def conditional(choice: Choice, make: Callable[[], Response]) -> Response:
    """The answer that ``make`` gives, with its validator; 304 where the client has it already."""
    etag = _etag(choice)
    if request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        kept = site().pages.get(etag)
        response = kept or make_response(make())
        if kept is None:
            site().pages.put(etag, response)
    if response.status_code in (200, 304):
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept", "Accept-Language", "Cookie") if choice.format is HTML else ("Accept",))
    return response


def _etag(choice: Choice) -> str:
    parts = (
        __version__,
        assets_version(),
        str(release().number),
        str(release().manifest["published"]),
        request.path,
        request.query_string.decode("latin-1"),
        reader_language() if choice.format is HTML else "",
        choice.media,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def add_links(response: Response, links: Iterable[tuple[str, str, str]]) -> None:
    """Say by ``Link`` headers what else there is: (address, relation, media type or nothing)."""
    for target, relation, media in links:
        kind = f'; type="{media}"' if media else ""
        response.headers.add("Link", f'<{target}>; rel="{relation}"{kind}')


def _add_headers(response: Response) -> Response:
    for name, value in _SECURITY.items():
        response.headers.setdefault(name, value)
    view = g.get("release_view")
    if view is not None:
        response.headers["Talkoot-Release"] = str(view.number)
    if response.mimetype == HTML.media:
        response.vary.update(("Accept", "Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", reader_language())
    elif response.status_code == 200:
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
    return response


def set_up_headers(app: Flask) -> None:
    """Put the headers of every answer in place."""
    app.after_request(_add_headers)
