"""How a name, a value, a kind and its sources stand in a page: written in Python since a page has hundreds of them."""

from __future__ import annotations

from functools import lru_cache

from flask_babel import gettext
from markupsafe import Markup, escape

from talkoot.web.assets import asset
from talkoot.web.language import reader_language
from talkoot.web.names import Ref
from talkoot.web.wording import language_word

SHAPES = (
    "organisation", "network", "centre", "solution", "implementation", "project", "collection", "programme",
    "assessment", "framework", "source",
)  # fmt: skip
"""The kinds that have a shape of their own; others are shown by the circle of a place or a term."""
_MOST_MARKS = 6


def _html(text: str) -> Markup:
    """A text whose parts have been escaped."""
    return Markup(text)  # noqa: S704


def text_mark(value: str, lang: str | None) -> Markup:
    """A text kept apart from the writing around it, with its language where that is known or known to be unknown."""
    tagged = "" if lang is None else f' lang="{escape(lang)}"'
    return _html(f"<bdi{tagged}>{escape(value)}</bdi>")


def name_mark(ref: Ref) -> Markup:
    """A name or a value, leading to its page, or to an address outside, where there is one."""
    if ref.outside:
        return _html(f'<a class="out" href="{escape(ref.href)}" rel="external noopener">{escape(ref.text)}</a>')
    shown = text_mark(ref.text, ref.lang)
    return _html(f'<a href="{escape(ref.href)}">{shown}</a>') if ref.href else shown


def value_mark(ref: Ref) -> Markup:
    """A value with its language, where it leads nowhere that tells it, and its sources."""
    return _html(f"{name_mark(ref)}{'' if ref.href else tag_mark(ref.lang)}{note_marks(ref.marks)}")


def gloss_mark(ref: Ref) -> Markup:
    """What a thing's name is in the reader's language, to stand behind its own."""
    return _html(f' <span class="gloss">{text_mark(ref.gloss, ref.gloss_lang)}</span>' if ref.gloss else "")


def tag_mark(lang: str | None) -> Markup:
    """The language of a text, where it is not the reader's."""
    if not lang or lang == reader_language():
        return Markup("")
    return _html(f' <abbr class="tag" title="{escape(language_word(lang))}">{escape(lang)}</abbr>')


@lru_cache(maxsize=100)
def kind_mark(kind: str, shapes_at: str = "") -> Markup:
    """The shape of a kind, from the one file that holds all shapes."""
    shape = f"{escape(shapes_at or asset('kinds.svg'))}#{kind if kind in SHAPES else 'term'}"
    return _html(
        '<svg class="mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">'
        f'<use href="{shape}"/></svg>'
    )


def note_marks(marks: tuple[int, ...]) -> Markup:
    """The marks that lead to the source notes of a statement."""
    return _note_marks(tuple(marks), reader_language()) if marks else Markup("")


@lru_cache(maxsize=4096)
def _note_marks(marks: tuple[int, ...], _language: str) -> Markup:
    """The marks in a reader's language, which is what the translations here depend on."""
    named = ((mark, escape(gettext("source %(num)s", num=mark))) for mark in marks[:_MOST_MARKS])
    links = [f'<a href="#s{mark}" aria-label="{name}">{mark}</a>' for mark, name in named]
    rest = len(marks) - _MOST_MARKS
    if rest > 0:
        more = escape(gettext("and %(num)s more sources", num=rest))
        links.append(f'<a href="#sources" aria-label="{more}">+{rest}</a>')
    return _html(f'<span class="notes">{"".join(links)}</span>')
