"""The language of the interface: the address, the reader's cookie, the browser, English; in that order."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel, get_domain
from werkzeug.urls import iri_to_uri

LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
"""The interface's languages, each under its own name."""

COOKIE = "lang"
_YEAR = 365 * 24 * 3600


def reader_language() -> str:
    """The language of this request's page."""
    if "language" not in g:
        accepted = (wish.partition("-")[0].lower() for wish, _ in request.accept_languages)
        wishes = (request.args.get("lang"), request.cookies.get(COOKIE), *accepted)
        g.language = next((wish for wish in wishes if wish in LANGUAGES), "en")
    language: str = g.language
    return language


def in_language(language: str) -> str:
    """The address of this page in another language: same path, same query."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return address(request.path, [*pairs, ("lang", language)])


def address(path: str, pairs: list[tuple[str, str]]) -> str:
    """A site-relative address with a query."""
    query = urlencode([(name, value) for name, value in pairs if value], quote_via=quote)
    uri = iri_to_uri(path)
    return f"{uri}?{query}" if query else uri


def _remember_choice(response: Response) -> Response:
    wish = request.args.get("lang")
    if wish in LANGUAGES and request.cookies.get(COOKIE) != wish:
        response.set_cookie(COOKIE, wish, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def _translations() -> Any:
    """This request's catalogue, looked up once: a page has some two hundred texts."""
    if "translations" not in g:
        g.translations = get_domain().get_translations()
    return g.translations


def set_up_languages(app: Flask) -> None:
    """Give the application its catalogues and the choice of a language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=reader_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n extension
        lambda text: _translations().ugettext(text),
        lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )
    app.after_request(_remember_choice)
