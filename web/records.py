"""Record graphs: what one record of a source says, and where it comes from."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from pyoxigraph import NamedNode

from talkoot.web.documents import cut_suffix, format_links, link_formats, wanted_format
from talkoot.web.language import reader_language
from talkoot.web.linked_data import document, rdf_response, record_quads
from talkoot.web.names import Namer, site_path
from talkoot.web.negotiation import HTML
from talkoot.web.responses import conditional, page
from talkoot.web.site import facts, release
from talkoot.web.source_entity import record_page

blueprint = Blueprint("records", __name__)


@blueprint.get("/graph/<source>/<path:key>")
def record(source: str, key: str) -> Response:
    """One record, as a page or as RDF."""
    suffix = None
    node = _existing(source, key)
    if node is None:
        key, suffix = cut_suffix(key)
        node = _existing(source, key)
    if node is None:
        abort(404)
    view, graph = release(), node
    choice = wanted_format(suffix)
    href = site_path(graph.value, view.base)

    def make() -> Response:
        if choice.format is HTML:
            shown = record_page(view, graph, Namer(view.facts, reader_language()))
            response = page("record.html", shown=shown, formats=format_links(href), canonical=graph.value)
        else:
            quads = list(record_quads(view.facts, graph))
            merged = record_quads(view.facts, graph, merged=choice.format.name not in ("trig", "nq"))
            quads = [*document(view, href, graph), *(quads if choice.format.name in ("trig", "nq") else merged)]
            response = rdf_response(quads, choice)
        return link_formats(response, href, graph.value, graph.value, view.base)

    return conditional(choice, make)


def _existing(source: str, key: str) -> NamedNode | None:
    try:
        node = NamedNode(f"{release().base}graph/{source}/{key}")
    except ValueError:
        return None
    return node if facts().origin(node) else None
