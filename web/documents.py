"""Documents with several formats: which one a request wants, by suffix, by ``?format=`` or by header."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import NotAcceptable

from talkoot.web.linked_data import DOCUMENT_FORMATS
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, Choice, Format, by_name, negotiate
from talkoot.web.responses import add_links

_SUFFIXES = {f".{item.name}": item for item in DOCUMENT_FORMATS}
_LABELS = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML", "trig": "TriG", "nq": "N-Quads"}


def cut_suffix(path: str) -> tuple[str, Format | None]:
    """A path without its format suffix, and that format."""
    for suffix, item in _SUFFIXES.items():
        if path.endswith(suffix):
            return path.removesuffix(suffix), item
    return path, None


def wanted_format(suffix: Format | None) -> Choice:
    """The format that this request wants.

    Raises :class:`NotAcceptable` where it can be given none.
    """
    name = request.args.get("format")
    if suffix is not None:
        return Choice(suffix, suffix.media)
    choice = by_name(name, DOCUMENT_FORMATS) if name else negotiate(request.headers.get("Accept"), DOCUMENT_FORMATS)
    if choice is None:
        names = ", ".join(item.name for item in DOCUMENT_FORMATS)
        raise NotAcceptable(f"This can be had as {names}; ask by Accept, by ?format= or by a suffix such as .ttl.")
    return choice


def format_links(path: str) -> list[tuple[str, str]]:
    """The addresses of a document's other formats with their names, as a page shows them."""
    return [(f"{path}.{item.name}", _LABELS[item.name]) for item in GRAPH_FORMATS]


def link_formats(response: Response, path: str, canonical: str, topic: str, base: str) -> Response:
    """Name the other formats, the canonical address, the thing itself and its dataset in headers."""
    links = [(f"{path}.{item.name}", "alternate", item.media) for item in GRAPH_FORMATS]
    links += [
        (f"{path}.html", "alternate", HTML.media),
        (f"{path}.ttl", "describedby", "text/turtle"),
        (canonical, "canonical", ""),
        (topic, "cite-as", ""),
        (f"{base}dataset", "collection", ""),
    ]
    add_links(response, links)
    return response
