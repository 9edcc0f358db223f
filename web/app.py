"""The Flask application: made from settings, without any work before that."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from talkoot.graph.settings import Settings
from talkoot.web import (
    about,
    browse,
    entity,
    groups,
    language,
    map_page,
    network,
    releases,
    responses,
    search,
    site,
    sparql_page,
    style_page,
    templating,
    vocabulary,
    ways_in,
)
from talkoot.web.page_cache import PageCache

_PAGES = (ways_in, groups, browse, search, map_page, network, entity, releases, vocabulary, sparql_page, about)


def create_app(settings: Settings, run_dir: Path | None = None) -> Flask:
    """The application over a home folder; with a run folder, ``/sparql`` answers programs too."""
    app = Flask(__name__, static_folder=None)
    app.extensions[site.KEY] = site.Site(settings, run_dir)
    app.url_map.strict_slashes = False
    app.jinja_environment = templating.LanguageEnvironment
    language.set_up_languages(app, settings.home / "translations")
    responses.set_up_answers(app)
    templating.set_up_templates(app)
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
