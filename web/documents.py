"""Documents with several formats: found with or without a suffix, negotiated, sent as a page or as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import Response, redirect, request
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize
from werkzeug.exceptions import NotAcceptable
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from talkoot.ontology.namespaces import PREFIXES
from talkoot.web.facts import MERGED
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, Choice, Format, by_name, negotiate
from talkoot.web.responses import conditional, page
from talkoot.web.site import release

DOCUMENT_FORMATS = (HTML, *GRAPH_FORMATS)
"""What a document comes in, the page first."""
_WITH_GRAPHS = ("trig", "nq", "jsonld")
_LABELS = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML", "trig": "TriG", "nq": "N-Quads"}

Found = tuple[str, NamedNode, Format | None]
"""A path without its suffix, what it names, and the format that the suffix asks for."""

Show = Callable[[], Mapping[str, object]]
"""Gathers what a template shows, once it is known that a page is wanted and not had already."""


def node_at(start: str, path: str) -> NamedNode | None:
    """The IRI that a path makes, where it makes one."""
    try:
        return NamedNode(start + path)
    except ValueError:
        return None


def find(start: str, path: str, there: Callable[[NamedNode], object]) -> Found | None:
    """What a path names below a start, as it stands or without the suffix of a format."""
    cut = ((path.removesuffix(f".{item.name}"), item) for item in DOCUMENT_FORMATS if path.endswith(f".{item.name}"))
    for shorter, item in ((path, None), *cut):
        node = node_at(start, shorter)
        if node is not None and there(node):
            return shorter, node, item
    return None


def wanted_format(suffix: Format | None) -> Choice:
    """The format that this request wants, by suffix, by ``?format=`` or by header.

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


def see_data(path: str, choice: Choice) -> BaseResponse:
    """Lead from a thing, which cannot be sent, to the document about it."""
    suffix = "" if choice.format is HTML else f".{choice.format.name}"
    response = redirect(iri_to_uri(path) + suffix, 303)
    response.vary.add("Accept")
    return response


def rdf_response(quads: Iterable[Quad], choice: Choice) -> Response:
    """Quads in the format chosen; formats without graphs get the default graph's triples only."""
    wanted = dict.fromkeys(quads)
    with_graphs = choice.format.name in _WITH_GRAPHS
    said = wanted if with_graphs else (quad.triple for quad in wanted if quad.graph_name == MERGED)
    body = serialize(said, format=RdfFormat.from_media_type(choice.format.media), prefixes=PREFIXES)
    return Response(body, content_type=choice.content_type)


def send(
    path: str,
    topic: str,
    suffix: Format | None,
    template: str,
    show: Show,
    quads: Callable[[Choice], Iterable[Quad]],
    canonical: str = "",
    signposts: Callable[[], Iterable[tuple[str, str]]] = tuple,
) -> Response:
    """The document at a path about a topic: the page that ``show`` fills, or the data of ``quads``.

    ``signposts`` are further targets and relations for its Link header.
    """
    choice = wanted_format(suffix)
    canonical = canonical or topic

    def make() -> Response:
        if choice.format is HTML:
            formats = [(f"{path}.{item.name}", _LABELS[item.name]) for item in GRAPH_FORMATS]
            response = page(template, formats=formats, canonical=canonical, iri=topic, **show())
        else:
            response = rdf_response(quads(choice), choice)
        links = [(f"{path}.{item.name}", "alternate", item.media) for item in (*GRAPH_FORMATS, HTML)]
        links += [(f"{path}.ttl", "describedby", "text/turtle"), (canonical, "canonical", ""), (topic, "cite-as", "")]
        links.append((f"{release().base}dataset", "collection", ""))
        if choice.format is HTML:
            links += [(f"{path}.{item.name}", "item", item.media) for item in GRAPH_FORMATS]
        else:
            links += [(f"{path}.html", relation, HTML.media) for relation in ("collection", "describes")]
        for target, relation, media in (*links, *((target, relation, "") for target, relation in signposts())):
            kind = f'; type="{media}"' if media else ""
            response.headers.add("Link", f'<{target}>; rel="{relation}"{kind}')
        return response

    return conditional(choice, make)
