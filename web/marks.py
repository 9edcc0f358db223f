"""The smallest pieces of a page, made thousands of times: texts with their language, names, note marks."""

from __future__ import annotations

from functools import lru_cache

from flask_babel import gettext
from markupsafe import Markup

from talkoot.web.language import reader_language
from talkoot.web.names import Ref

MOST_MARKS = 6


def text(value: str, lang: str | None) -> Markup:
    """A text kept apart from the writing around it, with its language where that is known or known to be unknown."""
    if lang is None:
        return Markup("<bdi>%s</bdi>") % value
    return Markup('<bdi lang="%s">%s</bdi>') % (lang, value)


def name(ref: Ref) -> Markup:
    """A name or a value, leading to its page, or to an address outside, where there is one."""
    if ref.outside:
        return Markup('<a class="out" href="%s" rel="external noopener">%s</a>') % (ref.href, ref.text)
    shown = text(ref.text, ref.lang)
    return Markup('<a href="%s">%s</a>') % (ref.href, shown) if ref.href else shown


def notes(marks: tuple[int, ...]) -> Markup:
    """The marks that lead to the source notes of a statement."""
    return _notes(tuple(marks), reader_language()) if marks else Markup("")


@lru_cache(maxsize=4096)
def _notes(marks: tuple[int, ...], language: str) -> Markup:
    """The marks in a reader's language, which is what the translations here depend on."""
    link = Markup('<a href="#s%s" aria-label="%s">%s</a>')
    links = [link % (mark, gettext("source %(num)s", num=mark), mark) for mark in marks[:MOST_MARKS]]
    rest = len(marks) - MOST_MARKS
    if rest > 0:
        more = gettext("and %(num)s more sources", num=rest)
        links.append(Markup('<a href="#sources" aria-label="%s">+%s</a>') % (more, rest))
    return Markup('<span class="notes">%s</span>') % Markup("").join(links)
