"""Releases with their changes, files and downloads; the sources they were made from, and what is wrong there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file
from pyoxigraph import NamedNode, RdfFormat, parse
from werkzeug.exceptions import NotAcceptable

from talkoot.graph.coverage import COUNTED, coverage_graph
from talkoot.graph.dumps import TABLES, release_files
from talkoot.graph.issues import ISSUE_CODES
from talkoot.graph.release import MANIFEST, Release, ReleaseError, read_release
from talkoot.graph.release import releases as all_releases
from talkoot.graph.search_facts import NOWHERE
from talkoot.ontology.namespaces import COUNTRY, DCT, DQV, RDF
from talkoot.web.browse import PAGE_LENGTH, pager
from talkoot.web.documents import rdf_response
from talkoot.web.facts import first_text, in_order
from talkoot.web.names import site_path, web_link
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, Format, by_name, negotiate
from talkoot.web.notes import licence_link
from talkoot.web.responses import conditional, page, page_at
from talkoot.web.site import namer, release, site

blueprint = Blueprint("releases", __name__)

_TWO_LETTERS = {"EU": "EUR", "GB": "GBR", "UK": "GBR"}
_MEDIA = {
    ".gz": "application/gzip",
    ".json": "application/json",
    ".ttl": "text/turtle; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
"""The media types of files that may be downloaded, by suffix."""
_JSON = Format("json", "application/json")


@page_at(blueprint, "/releases")
def releases() -> Response:
    """The release that is served, and those before it."""
    view = release()
    changes = [
        (view.source(name) or {"id": name, "title": name}, kinds) for name, kinds in view.manifest["changes"].items()
    ]
    earlier = [other.manifest for other in all_releases(site().settings) if other.number != view.number]
    return page("releases.html", manifest=view.manifest, files=release_files(), changes=changes, earlier=earlier)


@blueprint.get("/dumps/<int:number>/")
def dumps(number: int) -> Response:
    """The files of a release: a page for people, the manifest for programs."""
    found = _release(number)
    choice = negotiate(request.headers.get("Accept"), (HTML, _JSON))
    if choice is None:
        raise NotAcceptable("The files of a release are listed as text/html and as application/json")
    if choice.format is _JSON:
        text = (found.folder / MANIFEST).read_bytes()
        return conditional(choice, lambda: Response(text, content_type=choice.content_type))
    return conditional(choice, lambda: page("dumps.html", manifest=found.manifest, files=release_files()))


@blueprint.get("/dumps/<int:number>/<name>")
def dump(number: int, name: str) -> Response:
    """One file of a release, which never changes; the store and the search index are not among them."""
    path = _release(number).folder / name
    if name not in release_files() or not path.is_file():
        abort(404)
    response = send_file(path.resolve(), mimetype=_MEDIA[path.suffix], conditional=True)
    response.headers["Content-Type"] = _MEDIA[path.suffix]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if name.endswith(".gz"):
        response.headers["Content-Disposition"] = f'attachment; filename="talkoot-{number}-{name}"'
    return response


def _release(number: int) -> Release:
    try:
        return read_release(site().settings.releases / str(number))
    except ReleaseError:
        abort(404)


@page_at(blueprint, "/coverage")
def coverage() -> Response:
    """By source and by country, what is here of what is known to exist."""
    view, names = release(), namer()
    graph = coverage_graph(view.base)
    rows: dict[NamedNode, dict[str, Any]] = {}
    for node in view.subjects(RDF["type"], DQV["QualityMeasurement"], graph):
        said = view.said_of(node, graph)
        for place in in_order(said.get(DCT["spatial"], ())):
            row = rows.setdefault(place, {"place": names.ref(place), "sources": set()})
            row[first_text(said[DQV["isMeasurementOf"]]).rpartition("#")[2]] = int(first_text(said[DQV["value"]]))
            row["sources"].update(one.value.rpartition("/")[2] for one in in_order(said.get(DCT["source"], ())))
    members, ordered = view.nodes(graph, DCT["spatial"], graph), sorted(rows, key=lambda one: rows[one]["place"].text)
    return page(
        "coverage.html",
        sources=shown_sources(),
        members=[rows[place] for place in ordered if place in members],
        others=[rows[place] for place in ordered if place not in members],
        counted=COUNTED,
        unplaced={name: view.index.count(TABLES[name], NOWHERE) for name in COUNTED},
        query=render_template("queries/coverage.rq", graph=graph.value),
    )


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
    return Response((release().folder / "void.ttl").read_bytes(), content_type=_MEDIA[".ttl"])


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
        "place": namer().ref(release().countries_by_code.get(code) or COUNTRY[code]).text,
    }
