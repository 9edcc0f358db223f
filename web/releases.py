"""Releases with their changes, files and downloads; the sources they were made from, and what is wrong there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request, send_file
from pyoxigraph import RdfFormat, parse
from werkzeug.exceptions import NotAcceptable

from talkoot.graph.issues import ISSUE_CODES
from talkoot.graph.release import ReleaseError, read_release
from talkoot.graph.release import releases as all_releases
from talkoot.ontology.namespaces import COUNTRY
from talkoot.web.browse import PAGE_LENGTH, pager
from talkoot.web.documents import rdf_response
from talkoot.web.names import site_path, web_link
from talkoot.web.negotiation import GRAPH_FORMATS, by_name, negotiate
from talkoot.web.notes import licence_link
from talkoot.web.responses import conditional, page, page_at
from talkoot.web.site import namer, release, site

blueprint = Blueprint("releases", __name__)

_TWO_LETTERS = {"EU": "EUR", "GB": "GBR", "UK": "GBR"}
_MEDIA = {
    "graph.nq.gz": "application/gzip",
    "dcat.ttl": "text/turtle; charset=utf-8",
    "void.ttl": "text/turtle; charset=utf-8",
    "manifest.json": "application/json",
    "records.tsv": "text/tab-separated-values; charset=utf-8",
    "sources.json": "application/json",
}
"""The files that may be downloaded; the store and the search index are not among them."""


@page_at(blueprint, "/releases")
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
    try:
        path = read_release(site().settings.releases / str(number)).folder / name
    except ReleaseError:
        abort(404)
    if name not in _MEDIA or not path.is_file():
        abort(404)
    response = send_file(path.resolve(), mimetype=_MEDIA[name], conditional=True)
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


@page_at(blueprint, "/sources")
def sources() -> Response:
    """Every source."""
    return page("sources.html", rows=shown_sources())


@page_at(blueprint, "/sources/<name>")
def source(name: str) -> Response:
    """One source, with its issues and a page of its records."""
    view = release()
    found = view.source(name) or abort(404)
    keys = view.record_keys.get(name, ())
    current = pager(f"/sources/{name}", len(keys))
    shown = keys[current.first_row - 1 : current.first_row - 1 + PAGE_LENGTH]
    records = [(key, site_path(f"{view.base}graph/{name}/{key}", view.base)) for key in shown]
    groups = [
        (code, ISSUE_CODES[code].meaning if code in ISSUE_CODES else "",
         [issue for issue in found["issues"] if issue["code"] == code])
        for code, _count in Counter(issue["code"] for issue in found["issues"]).most_common()
    ]  # fmt: skip
    return page("source.html", shown=_shown(found), groups=groups, records=records, pager=current)


def shown_sources() -> list[dict[str, Any]]:
    """Every source of this release, in the order of their precedence."""
    return [_shown(source) for source in release().sources]


def _shown(source: Mapping[str, Any]) -> dict[str, Any]:
    """A source as its release describes it, with links and the name of its country in place of addresses and code."""
    code = _TWO_LETTERS.get(source["country"], source["country"])
    return {
        **source,
        "publisher": web_link(source["publisher_page"], source["publisher"]),
        "licence": licence_link(source["licence"]),
        "place": namer().concept(release().countries_by_code.get(code) or COUNTRY[code]).text,
    }
