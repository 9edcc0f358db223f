"""The language of the interface: the address, the reader's cookie, the browser, English; in that order."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, current_app, g, request
from flask_babel import Babel, get_domain
from werkzeug.urls import iri_to_uri

LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
"""The languages that all texts of Talkoot are written in, each under its own name."""

COOKIE = "lang"
_YEAR = 365 * 24 * 3600


def interface_languages() -> dict[str, str]:
    """The languages that a reader may choose: those written here, and those that a file in the home adds."""
    found: dict[str, str] = current_app.config["LANGUAGES"]
    return found


def reader_language() -> str:
    """The language of this request's page."""
    if "language" not in g:
        known = interface_languages()
        accepted = (wish.partition("-")[0].lower() for wish, _ in request.accept_languages)
        wishes = (request.args.get("lang"), request.cookies.get(COOKIE), *accepted)
        g.language = next((wish for wish in wishes if wish in known), "en")
    language: str = g.language
    return language


def written_language() -> str:
    """The reader's language, or English for texts that no catalogue can add."""
    return reader_language() if reader_language() in LANGUAGES else "en"


def this_page() -> str:
    """The address of this page that asks for no language: same path, same query."""
    return address(request.path, [(name, value) for name, value in request.args.items(multi=True) if name != "lang"])


def asking_for(page: str, language: str) -> str:
    """The address of a page in a language."""
    return f"{page}{'&' if '?' in page else '?'}lang={language}"


_uri = lru_cache(maxsize=256)(iri_to_uri)  # a page names itself in every language


def address(path: str, pairs: list[tuple[str, str]]) -> str:
    """A site-relative address with a query."""
    query = urlencode([(name, value) for name, value in pairs if value], quote_via=quote)
    uri = _uri(path)
    return f"{uri}?{query}" if query else uri


def _remember_choice(response: Response) -> Response:
    wish = request.args.get("lang")
    if wish in interface_languages() and request.cookies.get(COOKIE) != wish:
        response.set_cookie(COOKIE, str(wish), max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def _translations() -> Any:
    """This request's catalogue, looked up once: a page has some two hundred texts."""
    if "translations" not in g:
        g.translations = get_domain().get_translations()
    return g.translations


def _added(folder: Path) -> dict[str, str]:
    """The languages of the catalogues in a folder, each under its own name; a folder of another name is passed over."""
    found = {}
    for file in sorted(folder.glob("*/LC_MESSAGES/messages.mo")):
        with suppress(UnknownLocaleError, ValueError):
            locale = Locale.parse(code := file.parent.parent.name)
            found[code] = str(locale.get_language_name(code) or code).capitalize()
    return found


def set_up_languages(app: Flask, folder: Path) -> None:
    """Give the application its catalogues, those of a folder of the home on top, and the choice of a language."""
    app.config["LANGUAGES"] = LANGUAGES | {code: name for code, name in _added(folder).items() if code not in LANGUAGES}
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"translations;{folder.resolve()}"
    Babel(app, locale_selector=reader_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n extension
        lambda text: _translations().ugettext(text),
        lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )
    app.after_request(_remember_choice)
