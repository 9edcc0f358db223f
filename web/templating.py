"""Templates made for one language each: what a language settles is looked up once, not for every page."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cached_property
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import gettext
from jinja2 import StrictUndefined, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from talkoot.graph.release import ReleaseError
from talkoot.web import assets, language, marks, responses, site, wording
from talkoot.web.names import web_link


def _fill(text: Markup, /, **values: object) -> Markup:
    """A text with its gaps filled; "%%" is a per cent sign in it."""
    return text % values


_SETTLED: dict[str, Callable[..., str]] = {"asset": assets.asset, "reader_language": language.reader_language}
"""Functions of templates whose answer depends on the language and the arguments alone."""

_MARKS: dict[str, Callable[..., Markup]] = {
    "gloss": marks.gloss_mark,
    "mark": marks.kind_mark,
    "name": marks.name_mark,
    "notes": marks.note_marks,
    "tag": marks.tag_mark,
    "text": marks.text_mark,
    "value": marks.value_mark,
}
"""Functions that a page calls hundreds of times."""


class _Settle(NodeTransformer):
    """Puts the answer in the place of a call that a language settles, as Jinja puts ``2`` in the place of ``1 + 1``.

    Marks become filters, since Jinja calls a filter directly and looks a function up anew for each call.
    """

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        called = node.node.name if isinstance(node.node, nodes.Name) else ""
        if called in _MARKS and node.args:
            return nodes.Filter(node.args[0], called, node.args[1:], [], None, None, lineno=node.lineno)
        if called == "_" and len(node.args) == 1 and isinstance(node.args[0], nodes.Const):
            text = nodes.Const(Markup(gettext(node.args[0].value)), lineno=node.lineno)  # noqa: S704  # our own texts
            return nodes.Filter(text, "fill", [], node.kwargs, None, None, lineno=node.lineno)
        known = _SETTLED.get(called)
        if known is None or node.kwargs or not all(isinstance(given, nodes.Const) for given in node.args):
            return node
        return nodes.Const(known(*(given.value for given in node.args)), lineno=node.lineno)  # type: ignore[attr-defined]


class _SharedTemplate(Template):
    """A template whose macros are made once, since no page brings functions of its own to them."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class LanguageEnvironment(Environment):
    """Compiles each template anew for each language that it is first shown in."""

    template_class = _SharedTemplate
    made_for = ""

    @cached_property
    def _of_language(self) -> dict[str, LanguageEnvironment]:
        return {}

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002
        wanted = language.reader_language()
        if self.made_for == wanted:
            return super()._load_template(name, globals)
        if wanted not in self._of_language:
            made = self.overlay()
            made.made_for = wanted
            self._of_language.setdefault(wanted, made)
        return self._of_language[wanted]._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed: nodes.Template = _Settle().visit(super()._parse(source, name, filename))
        return parsed


def _release_stamp() -> tuple[int, str] | None:
    """The number and the day of this request's release, for the foot of its page; None before the first."""
    try:
        view = site.release()
    except ReleaseError:
        return None
    return view.number, wording.moment(view.manifest["published"])


def set_up_templates(app: Flask) -> None:
    """Give the templates their filters and functions."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(
        fill=_fill,
        listing=wording.listing,
        moment=wording.moment,
        named=marks.name_mark,
        number=wording.number,
        **_MARKS,
    )
    environment.globals.update(
        asset=assets.asset,
        asking_for=language.asking_for,
        known_as=responses.known_as,
        language_word=wording.language_word,
        languages=app.config["LANGUAGES"],
        reader_language=language.reader_language,
        release_stamp=_release_stamp,
        shapes=marks.SHAPES,
        this_page=language.this_page,
        web_link=web_link,
        written_language=language.written_language,
    )
