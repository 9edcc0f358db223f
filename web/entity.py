"""Things, their documents and the records behind them: ``/id/…`` leads to ``/doc/…``, a page or data; ``/graph/…``."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, abort, redirect, request
from pyoxigraph import NamedNode, Quad
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from talkoot.web.documents import find, node_at, send, wanted_format
from talkoot.web.entity_page import EntityPage
from talkoot.web.language import reader_language
from talkoot.web.linked_data import document, entity_quads, record_quads, source_entity_quads
from talkoot.web.names import Namer, site_path
from talkoot.web.negotiation import HTML, Choice
from talkoot.web.release_view import ReleaseView
from talkoot.web.site import release
from talkoot.web.statements import record_page, source_entity_page

blueprint = Blueprint("entity", __name__)

_OF_A_SOURCE = "src/"


@blueprint.get("/id/<path:path>")
def thing(path: str) -> BaseResponse:
    """A thing itself cannot be sent; its document can."""
    view = release()
    node = node_at(f"{view.base}id/", path)
    if node is None or not _is_there(view, node):
        return _moved(view, "id", path)
    choice = wanted_format(None)
    target = iri_to_uri(f"/doc/{path}")
    response = redirect(target if choice.format is HTML else f"{target}.{choice.format.name}", 303)
    response.vary.add("Accept")
    return response


@blueprint.get("/doc/<path:path>")
def doc(path: str) -> BaseResponse:
    """The document of a thing, in the format asked for."""
    view = release()
    found = find(f"{view.base}id/", path, lambda node: _is_there(view, node))
    if found is None:
        return _moved(view, "doc", path)
    path, node, suffix = found
    href = site_path(node.value, view.base)
    if path.startswith(_OF_A_SOURCE):
        return send(
            href, node.value, suffix, "source_entity.html",
            lambda: source_entity_page(view, node, Namer(view.facts, reader_language())),
            lambda _choice: [*document(view, href, node), *source_entity_quads(view.facts, node)],
            canonical=view.base + href[1:],
        )  # fmt: skip
    return send(
        href, node.value, suffix, "entity.html",
        lambda: {"shown": EntityPage(view, node, reader_language())},
        lambda _choice: [*document(view, href, node), *entity_quads(view.facts, node)],
        canonical=view.base + href[1:],
    )  # fmt: skip


@blueprint.get("/graph/<source>/<path:key>")
def record(source: str, key: str) -> Response:
    """What one record of a source says and where it comes from, as a page or as RDF."""
    view = release()
    provenance = view.facts.provenance
    found = find(f"{view.base}graph/{source}/", key, lambda node: view.facts.said_of(node, provenance))
    _key, graph, suffix = found or abort(404)
    href = site_path(graph.value, view.base)

    def quads(choice: Choice) -> Iterable[Quad]:
        merged = choice.format.name not in ("trig", "nq")
        return [*document(view, href, graph), *record_quads(view.facts, graph, merged=merged)]

    return send(
        href, graph.value, suffix, "record.html",
        lambda: record_page(view, graph, Namer(view.facts, reader_language())), quads,
    )  # fmt: skip


def _is_there(view: ReleaseView, node: NamedNode) -> bool:
    """Whether the release knows a thing, or a source's own entity."""
    if node.value.startswith(f"{view.base}id/{_OF_A_SOURCE}"):
        return bool(view.facts.recorded(node))
    return view.facts.exists(node)


def _moved(view: ReleaseView, start: str, path: str) -> BaseResponse:
    """Lead from a replaced id to the one that stands for it now; otherwise there is nothing here."""
    _path, old, suffix = find(f"{view.base}id/", path, view.facts.replacement) or abort(404)
    new = view.facts.replacement(old) or abort(404)
    target = f"/{start}/" + new.value.removeprefix(f"{view.base}id/") + (f".{suffix.name}" if suffix else "")
    query = request.query_string.decode("latin-1")
    return redirect(iri_to_uri(target) + (f"?{query}" if query else ""), 308)
