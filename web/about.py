"""What Talkoot is and what its problem types mean; the style sheet; what crawlers and monitors ask for."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from talkoot.graph.engine.errors import EngineUnavailable
from talkoot.graph.release import ReleaseError
from talkoot.ontology.namespaces import TALKOOT
from talkoot.web.assets import FOREVER, STATIC, asset, assets_version
from talkoot.web.problem import problem_types
from talkoot.web.releases import shown_sources
from talkoot.web.responses import page, page_at
from talkoot.web.site import release, site
from talkoot.web.sitemap import MOST_ADDRESSES, page_paths

blueprint = Blueprint("about", __name__)

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_STATIC_MEDIA = {".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
_PAGES = ("", "actors", "solutions", "projects", "programmes", "collections", "centres", "countries", "sources",
          "coverage", "releases", "about", "ns", "voc", "shapes", "map", "network", "themes", "regions", "networks",
          "frameworks", "accessibility", "privacy", "developers")  # fmt: skip
_ROBOTS = """User-agent: *
Disallow: /search
Disallow: /sparql
Disallow: /*?*page=
Sitemap: {root}sitemap.xml
"""
"""Crawlers may read pages, not search, filters or queries; the dumps hold everything at once."""


@page_at(blueprint, "/about")
def about() -> Response:
    """What this is."""
    borrowed = release().base == TALKOOT and site().settings.host not in _LOOPBACK
    return page("about.html", sources=shown_sources(), base=release().base, borrowed_base=borrowed)


@page_at(blueprint, "/problems/<slug>")
def problem(slug: str) -> Response:
    """What a problem type means."""
    return page("problem.html", slug=slug, kind=problem_types().get(slug) or abort(404))


@blueprint.get("/static/<version>/<path:name>")
def static_file(version: str, name: str) -> Response:
    """A style sheet, script or picture; an old version's address gives the current file without leave to keep it."""
    path = (STATIC / name).resolve()
    if STATIC not in path.parents or path.suffix not in _STATIC_MEDIA or not path.is_file():
        abort(404)
    packed = bool(request.accept_encodings["gzip"])
    response = _text(_packed(path, assets_version()) if packed else path.read_bytes(), media=_STATIC_MEDIA[path.suffix])
    kept = FOREVER if version == assets_version() else "no-cache"
    response.headers.update({"Cache-Control": kept, "Vary": "Accept-Encoding"})
    if packed:
        response.content_encoding = "gzip"
    return response


@lru_cache(maxsize=64)
def _packed(path: Path, _version: str) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@blueprint.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Where browsers look for a picture that a page did not name."""
    return redirect(asset("logo.svg"), 302)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers may read."""
    return _text(_ROBOTS.format(root=request.url_root))


@blueprint.get("/sitemap.xml")
@blueprint.get("/sitemap-<int:part>.xml")
def sitemap(part: int = 0) -> Response:
    """The addresses of all pages; where they are too many for one file, the files that list them."""
    paths = [*_PAGES, *page_paths(release(), site().settings)]
    parts = -(-len(paths) // MOST_ADDRESSES)
    if part > parts:
        abort(404)
    if not part and parts > 1:
        return _map(files=[f"sitemap-{number}.xml" for number in range(1, parts + 1)])
    return _map(paths=paths[max(part - 1, 0) * MOST_ADDRESSES :][:MOST_ADDRESSES])


def _map(paths: Sequence[str] = (), files: Sequence[str] = ()) -> Response:
    return Response(render_template("sitemap.xml", paths=paths, files=files), content_type="application/xml")


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return _text("ok\n", kept="no-store")


@blueprint.get("/readyz")
def ready() -> Response:
    """A release is loaded, and queries have readers where there are any."""
    try:
        number = release().number
        reader = site().reader
        if reader is not None:
            reader.release()
    except (ReleaseError, EngineUnavailable) as error:
        return _text(f"{error}\n", 503, kept="no-store")
    return _text(f"release {number}\n", kept="no-store")


def _text(body: str | bytes, status: int = 200, media: str = "text/plain", kept: str = "") -> Response:
    headers = {"Cache-Control": kept} if kept else None
    return Response(body, status, headers, content_type=f"{media}; charset=utf-8")
