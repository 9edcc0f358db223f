"""Releases: what this one holds and what changed, its files with checksums, and the downloads."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, send_file
from pyoxigraph import RdfFormat, parse
from werkzeug.exceptions import NotAcceptable

from talkoot.graph.release import ReleaseError, read_release
from talkoot.graph.release import releases as all_releases
from talkoot.web.linked_data import rdf_response
from talkoot.web.negotiation import GRAPH_FORMATS, by_name, negotiate
from talkoot.web.responses import conditional, html_page, page
from talkoot.web.site import release, site

blueprint = Blueprint("releases", __name__)

_MEDIA = {
    "graph.nq.gz": "application/gzip",
    "dcat.ttl": "text/turtle; charset=utf-8",
    "void.ttl": "text/turtle; charset=utf-8",
    "manifest.json": "application/json",
    "records.tsv": "text/tab-separated-values; charset=utf-8",
    "sources.json": "application/json",
}
"""The files that may be downloaded; the store and the search index are not among them."""


@blueprint.get("/releases")
@html_page
def releases() -> Response:
    """The release that is served, and those before it."""
    view = release()
    files = [(name, about) for name, about in view.manifest["files"].items() if name in _MEDIA]
    changes = [
        (view.source(name) or {"id": name, "title": name}, kinds) for name, kinds in view.manifest["changes"].items()
    ]
    earlier = [other.manifest for other in all_releases(site().settings) if other.number != view.number]
    return page("releases.html", manifest=view.manifest, files=files, changes=changes, earlier=earlier)


@blueprint.get("/dumps/<int:number>/<name>")
def dump(number: int, name: str) -> Response:
    """One file of a release, which never changes."""
    if name not in _MEDIA:
        abort(404)
    try:
        path = read_release(site().settings.releases / str(number)).folder / name
    except ReleaseError:
        abort(404)
    if not path.is_file():
        abort(404)
    response = send_file(path.resolve(), mimetype=_MEDIA[name].partition(";")[0], conditional=True)
    response.headers["Content-Type"] = _MEDIA[name]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if name.endswith(".gz"):
        response.headers["Content-Disposition"] = f'attachment; filename="talkoot-{number}-{name}"'
    return response


@blueprint.get("/catalog")
@blueprint.get("/catalog.<suffix>")
def catalog(suffix: str = "") -> Response:
    """The release, its sources and its services in DCAT, in the format asked for."""
    name = suffix or request.args.get("format", "")
    choice = by_name(name, GRAPH_FORMATS) if name else negotiate(request.headers.get("Accept"), GRAPH_FORMATS)
    if choice is None:
        raise NotAcceptable("The catalogue is data; ask for it as " + ", ".join(item.name for item in GRAPH_FORMATS))
    path = release().folder / "dcat.ttl"
    if not path.is_file():
        abort(404)
    return conditional(choice, lambda: rdf_response(parse(path=path, format=RdfFormat.TURTLE), choice))


@blueprint.get("/.well-known/void")
def void() -> Response:
    """What the release holds, in VoID."""
    return Response((release().folder / "void.ttl").read_bytes(), content_type=_MEDIA["void.ttl"])
