"""What crawlers and monitors ask for: robots.txt, the sitemap, whether the server lives and can answer."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from talkoot.graph.engine import EngineUnavailable, ReaderConnection
from talkoot.graph.release import ReleaseError
from talkoot.web.browse import EVERY_KIND
from talkoot.web.site import release, site

blueprint = Blueprint("machines", __name__)

_MOST_ADDRESSES = 50_000
"""More than that a sitemap may not have."""
_PAGES = ("", "actors", "solutions", "projects", "programmes", "collections", "centres", "countries", "sources",
          "releases", "about", "ns", "voc", "shapes")  # fmt: skip
_ROBOTS = """User-agent: *
Disallow: /search
Disallow: /sparql
Disallow: /*?*page=
Disallow: /*?*lang=
Sitemap: {root}sitemap.xml
"""
"""Crawlers may read pages, not search, filters or queries; the dumps hold everything at once."""


def _plain(text: str, status: int = 200) -> Response:
    response = Response(text, status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers may read."""
    return Response(_ROBOTS.format(root=request.url_root), content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The addresses of the pages."""
    hits = release().index.things(EVERY_KIND, "", 0, _MOST_ADDRESSES - len(_PAGES))
    paths = [*_PAGES, *(f"doc/{hit.path.removeprefix('id/')}" for hit in hits)]
    return Response(render_template("sitemap.xml", paths=paths), content_type="application/xml")


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return _plain("ok\n")


@blueprint.get("/readyz")
def ready() -> Response:
    """A release is loaded, and queries have readers where there are any."""
    try:
        number = release().number
        run_dir = site().run_dir
        if run_dir is not None:
            ReaderConnection(run_dir, site().settings.query_memory).release()
    except (ReleaseError, EngineUnavailable) as error:
        return _plain(f"{error}\n", 503)
    return _plain(f"release {number}\n")
