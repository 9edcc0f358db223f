"""Things and their documents: ``/id/…`` leads to ``/doc/…``, which is a page or data."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request
from pyoxigraph import NamedNode
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from talkoot.web.documents import cut_suffix, format_links, link_formats, wanted_format
from talkoot.web.entity_data import entity_page
from talkoot.web.language import reader_language
from talkoot.web.linked_data import document, entity_quads, rdf_response, source_entity_quads
from talkoot.web.names import Namer, site_path
from talkoot.web.negotiation import HTML, Choice, Format
from talkoot.web.responses import conditional, page
from talkoot.web.site import facts, release
from talkoot.web.source_entity import source_entity_page

blueprint = Blueprint("entity", __name__)


@blueprint.get("/id/<path:path>")
def thing(path: str) -> BaseResponse:
    """A thing itself cannot be sent; its document can."""
    node = _existing(path)
    if node is None:
        return _moved("id", path, None)
    choice = wanted_format(None)
    target = iri_to_uri(f"/doc/{path}")
    if choice.format is not HTML:
        target = f"{target}.{choice.format.name}"
    response = redirect(target, 303)
    response.vary.add("Accept")
    return response


@blueprint.get("/doc/<path:path>")
def doc(path: str) -> BaseResponse:
    """The document of a thing, in the format asked for."""
    suffix: Format | None = None
    node = _existing(path)
    if node is None:
        path, suffix = cut_suffix(path)
        node = _existing(path)
    if node is None:
        return _moved("doc", path, suffix)
    choice = wanted_format(suffix)
    found = node

    def make() -> Response:
        if path.startswith("src/"):
            return _source_document(found, choice)
        return _document(found, choice)

    return conditional(choice, make)


def _document(node: NamedNode, choice: Choice) -> Response:
    view = release()
    href = site_path(node.value, view.base)
    if choice.format is HTML:
        shown = entity_page(view, node, reader_language())
        response = page("entity.html", shown=shown, formats=format_links(href), canonical=view.base + href[1:])
    else:
        quads = [*document(view, href, node), *entity_quads(view, node)]
        response = rdf_response(quads, choice)
    return link_formats(response, href, view.base + href[1:], node.value, view.base)


def _source_document(node: NamedNode, choice: Choice) -> Response:
    view = release()
    href = site_path(node.value, view.base)
    if choice.format is HTML:
        shown = source_entity_page(view, node, Namer(view.facts, reader_language()))
        response = page("source_entity.html", shown=shown, formats=format_links(href), canonical=view.base + href[1:])
    else:
        quads = [*document(view, href, node), *source_entity_quads(view.facts, node)]
        response = rdf_response(quads, choice)
    return link_formats(response, href, view.base + href[1:], node.value, view.base)


def _existing(path: str) -> NamedNode | None:
    """The thing at a path below ``id/``, if the release knows it."""
    try:
        node = NamedNode(f"{release().base}id/{path}")
    except ValueError:
        return None
    if path.startswith("src/"):
        return node if facts().recorded(node) else None
    return node if facts().exists(node) else None


def _moved(start: str, path: str, suffix: Format | None) -> BaseResponse:
    """Lead from a replaced id to the one that stands for it now; otherwise there is nothing here."""
    base = release().base
    try:
        new = facts().replacement(NamedNode(f"{base}id/{path}"))
    except ValueError:
        new = None
    if new is None:
        abort(404)
    target = f"/{start}/" + new.value.removeprefix(f"{base}id/") + (f".{suffix.name}" if suffix else "")
    query = request.query_string.decode("latin-1")
    return redirect(iri_to_uri(target) + (f"?{query}" if query else ""), 308)
