"""Words and numbers for a reader: dates, periods, lists, languages, licences; all by language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import gettext
from markupsafe import Markup

from talkoot.web.language import reader_language

_MONTH_LENGTH, _YEAR_LENGTH = 7, 4
_LICENCES = {
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
}


def _locale() -> str:
    """The conventions for dates, numbers and lists; English as Europe writes it."""
    language = reader_language()
    return "en_GB" if language == "en" else language


def number(value: int) -> str:
    """A whole number with the reader's grouping."""
    return _number(value, _locale())


@lru_cache(maxsize=4096)
def _number(value: int, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


def moment(text: str, skeleton: str = "yMMMM", style: str = "long") -> str:
    """A year, a month or a day as the reader writes it; what is none of these stays as it is."""
    return _moment(text, skeleton, style, _locale())


@lru_cache(maxsize=4096)
def _moment(text: str, skeleton: str, style: str, locale: str) -> str:
    try:
        if len(text) == _YEAR_LENGTH:
            return text
        if len(text) == _MONTH_LENGTH:
            return str(format_skeleton(skeleton, datetime.strptime(text, "%Y-%m"), locale=locale))
        return str(babel_date(date.fromisoformat(text[:10]), style, locale=locale))
    except ValueError:
        return text


def period(start: str, end: str) -> str:
    """A period in few signs; an open one ends in a dash."""
    if not start and not end:
        return ""
    first, last = (moment(time, "yM", "medium") for time in (start, end))
    return first if first == last else f"{first}–{last}"


def years(start: str, end: str) -> str:
    """A period in years alone."""
    first, last = start[:_YEAR_LENGTH], end[:_YEAR_LENGTH]
    return first if first == last else f"{first}–{last}"


def listing(parts: Iterable[str | Markup]) -> Markup:
    """Parts joined as the language joins them: "a, b and c"."""
    return Markup(format_list([str(Markup.escape(part)) for part in parts], locale=_locale()))  # noqa: S704


def lower_first(text: str) -> str:
    """A label as it stands inside a sentence; abbreviations keep their capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def language_word(tag: str) -> str:
    """A language's name in the reader's language."""
    try:
        found = Locale.parse(tag, sep="-").get_display_name(reader_language())
    except (ValueError, LookupError):
        return tag
    return str(found or tag)


def licence_word(iri: str) -> str:
    """A licence's usual short name; a general word for terms that have none."""
    return _LICENCES.get(iri) or str(gettext("the source’s terms"))


def is_web_address(text: str) -> bool:
    """Whether a text may become a link: http and https only, with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(sign in text for sign in ' <>"\n\r\t')


def short_address(text: str) -> str:
    """A web address without scheme, ``www.`` and trailing slash, as people write it."""
    for start in ("https://", "http://", "www."):
        text = text.removeprefix(start)
    return text.rstrip("/")
