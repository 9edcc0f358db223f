"""The Flask application: made from settings, without any work before that."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from talkoot.graph.release import ReleaseError
from talkoot.graph.settings import Settings
from talkoot.web import (
    about,
    browse,
    entity,
    groups,
    language,
    map_page,
    names,
    network,
    releases,
    responses,
    search,
    site,
    sparql_page,
    style_page,
    vocabulary,
    ways_in,
    wording,
)
from talkoot.web.page_cache import PageCache

_PAGES = (ways_in, groups, browse, search, map_page, network, entity, releases, vocabulary, sparql_page, about)


def create_app(settings: Settings, run_dir: Path | None = None) -> Flask:
    """The application over a home folder; with a run folder, ``/sparql`` answers programs too."""
    app = Flask(__name__, static_folder=None)
    app.extensions[site.KEY] = site.Site(settings, run_dir)
    app.url_map.strict_slashes = False
    language.set_up_languages(app, settings.home / "translations")
    responses.set_up_answers(app)
    _set_up_templates(app)
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
    app.wsgi_app = PageCache(app.wsgi_app, app.extensions[site.KEY])  # type: ignore[method-assign]
    if settings.style_page:
        app.register_blueprint(style_page.blueprint)
    if run_dir is not None:
        from talkoot.web.sparql import SparqlMiddleware  # only a server with query readers needs it

        found = app.extensions[site.KEY]
        app.wsgi_app = SparqlMiddleware(app.wsgi_app, found)  # type: ignore[method-assign]
    return app


def _release_stamp() -> tuple[int, str] | None:
    """The number and the day of this request's release, for the foot of its page; None before the first."""
    try:
        view = site.release()
    except ReleaseError:
        return None
    return view.number, wording.moment(view.manifest["published"])


def _set_up_templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(
        listing=wording.listing, moment=wording.moment, named=names.name_mark, number=wording.number
    )
    environment.globals.update(
        asset=responses.asset,
        in_language=language.in_language,
        language_word=wording.language_word,
        languages=app.config["LANGUAGES"],
        name=names.name_mark,
        notes=names.note_marks,
        page_address=responses.page_address,
        reader_language=language.reader_language,
        release_stamp=_release_stamp,
        text=names.text_mark,
        web_link=names.web_link,
        written_language=language.written_language,
    )
