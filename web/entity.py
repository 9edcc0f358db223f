"""Things, their documents and the records behind them: ``/id/…`` leads to ``/doc/…``, a page or data; ``/graph/…``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, redirect, request
from pyoxigraph import Literal, NamedNode, Quad
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from talkoot.ontology.namespaces import DCT, FOAF, OWL, PROV, RDF, SKOS, TK, VOID
from talkoot.web.documents import find, node_at, see_data, send, wanted_format
from talkoot.web.entity_page import MAIN_NAMES, EntityPage
from talkoot.web.facts import MERGED, Facts, in_order
from talkoot.web.language import reader_language
from talkoot.web.names import Ref, short_iri, site_path
from talkoot.web.negotiation import Choice
from talkoot.web.release_view import ReleaseView
from talkoot.web.site import namer, release

blueprint = Blueprint("entity", __name__)

_OF_A_SOURCE = "src/"
_NAMES = (SKOS["prefLabel"], DCT["title"], RDF["type"])
_LINKS = (PROV["agent"], TK["involvedIn"], TK["hasRole"])


@blueprint.get("/id/<path:path>")
def thing(path: str) -> BaseResponse:
    """A thing itself cannot be sent; its document can."""
    node = node_at(f"{release().base}id/", path)
    if node is None or not _is_there(node):
        return _moved("id", path)
    return see_data(f"/doc/{path}", wanted_format(None))


@blueprint.get("/doc/<path:path>")
def doc(path: str) -> BaseResponse:
    """The document of a thing, in the format asked for."""
    view = release()
    found = find(f"{view.base}id/", path, _is_there)
    if found is None:
        return _moved("doc", path)
    path, node, suffix = found
    href = site_path(node.value, view.base)
    of_a_source = path.startswith(_OF_A_SOURCE)
    quads = _source_entity_quads if of_a_source else _entity_quads
    return send(
        href, node.value, suffix, "source_entity.html" if of_a_source else "entity.html",
        lambda: _source_entity(node) if of_a_source else {"shown": EntityPage(view, node, reader_language())},
        lambda _choice: [*_document(view, href, node), *quads(view, node)],
        canonical=view.base + href[1:],
    )  # fmt: skip


@blueprint.get("/graph/<source>/<path:key>")
def record(source: str, key: str) -> Response:
    """What one record of a source says and where it comes from, as a page or as RDF."""
    view = release()
    found = find(f"{view.base}graph/{source}/", key, lambda node: view.said_of(node, view.provenance))
    _key, graph, suffix = found or abort(404)
    href = site_path(graph.value, view.base)

    def quads(choice: Choice) -> Iterable[Quad]:
        merged = choice.format.name not in ("trig", "nq")
        return [*_document(view, href, graph), *_record_quads(view, graph, merged=merged)]

    return send(href, graph.value, suffix, "record.html", lambda: _record(graph), quads)


def _is_there(node: NamedNode) -> bool:
    """Whether the release knows a thing, or a source's own entity."""
    view = release()
    of_a_source = node.value.startswith(f"{view.base}id/{_OF_A_SOURCE}")
    return bool(view.recorded(node)) if of_a_source else view.exists(node)


def _moved(start: str, path: str) -> BaseResponse:
    """Lead from a replaced id to the one that stands for it now; otherwise there is nothing here."""
    view = release()
    _path, old, suffix = find(f"{view.base}id/", path, view.replacement) or abort(404)
    new = view.replacement(old) or abort(404)
    target = f"/{start}/" + new.value.removeprefix(f"{view.base}id/") + (f".{suffix.name}" if suffix else "")
    query = request.query_string.decode("latin-1")
    return redirect(iri_to_uri(target) + (f"?{query}" if query else ""), 308)


def _source_entity(entity: NamedNode) -> dict[str, object]:
    """A source's own entity with its statements and the thing that it is a view of."""
    view, names = release(), namer()
    said = view.recorded(entity)
    name = next((names.value(quad.object) for quad in said if quad.predicate in MAIN_NAMES), None)
    canonical = view.canonical(entity)
    return {
        "named": name or Ref("", entity.value.rsplit("/", 1)[-1], ""),
        "joined": names.ref(canonical) if canonical is not None else None,
        "subject": _subject(entity, said),
        "origins": [view.origin(graph, names.language) for graph in in_order({quad.graph_name for quad in said})],
    }


def _record(graph: NamedNode) -> dict[str, object]:
    """A record graph: what it says, subject by subject, and where it comes from."""
    view, names = release(), namer()
    said: dict[object, list[Quad]] = defaultdict(list)
    for quad in view.store.quads_for_pattern(None, None, None, graph):
        said[quad.subject].append(quad)
    subjects = in_order(said)
    joined = {canonical for node in subjects if (canonical := view.canonical(node)) is not None}
    return {
        "origin": view.origin(graph, names.language),
        "subjects": [_subject(node, said[node]) for node in subjects],
        "joined": names.refs(joined),
    }


def _subject(node: NamedNode, quads: Iterable[Quad]) -> dict[str, object]:
    """A subject with its statements: each a property and its value, as they stand in the record."""
    base, names = release().base, namer()
    statements = [(names.property(quad.predicate), names.term(quad.object)) for quad in quads]
    statements.sort(key=lambda said: (said[0].text, said[1].text))
    has_page = node.value.startswith(f"{base}id/") and "#" not in node.value
    href = site_path(node.value, base) if has_page else ""
    return {"name": short_iri(node.value, base), "href": href, "statements": statements}


def _document(view: ReleaseView, address: str, topic: NamedNode) -> Iterator[Quad]:
    """What this document is: which thing it is about, and which release it was made from."""
    node = NamedNode(f"{view.base}{address.lstrip('/')}")
    yield Quad(node, RDF["type"], FOAF["Document"], MERGED)
    yield Quad(node, FOAF["primaryTopic"], topic, MERGED)
    yield Quad(node, VOID["inDataset"], NamedNode(f"{view.base}dataset"), MERGED)
    yield Quad(node, OWL["versionInfo"], Literal(f"release {view.number}"), MERGED)


def _entity_quads(facts: Facts, thing: NamedNode) -> Iterator[Quad]:
    """The merged view's statements about a thing and its parts; the records behind them as named graphs."""
    graphs = set(facts.nodes(thing, DCT["source"]))
    mentioned: set[NamedNode] = set()
    parts = [*facts.subjects(PROV["agent"], thing), *facts.subjects(TK["involvedIn"], thing)]
    uses = facts.subjects(TK["implements"], thing)
    for subject in (thing, *parts, *uses):
        for quad in _with_nodes(facts, subject):
            yield quad
            if isinstance(quad.object, NamedNode) and (quad.predicate in _LINKS or subject == thing):
                mentioned.add(quad.object)
        graphs.update(facts.nodes(subject, DCT["source"]))
    for node in in_order(mentioned - {thing}):
        for predicate in _NAMES:
            yield from facts.store.quads_for_pattern(node, predicate, None, MERGED)
    for graph in in_order(graphs):
        yield from _record_quads(facts, graph)
    for entity in facts.views(thing):
        yield Quad(entity, TK["viewOf"], thing, facts.identity)


def _with_nodes(facts: Facts, subject: NamedNode) -> Iterator[Quad]:
    """A thing's statements with those of its own small nodes, such as periods."""
    for quad in facts.about(subject):
        yield quad
        value = quad.object
        if isinstance(value, NamedNode) and value.value.startswith(f"{subject.value}#"):
            yield from facts.about(value)


def _record_quads(facts: Facts, graph: NamedNode, *, merged: bool = False) -> Iterator[Quad]:
    """A record graph and what is known of its origin, as named graphs, or all in the default graph."""
    origin = facts.store.quads_for_pattern(graph, None, None, facts.provenance)
    for quad in (*facts.store.quads_for_pattern(None, None, None, graph), *origin):
        yield _merged(quad) if merged else quad


def _source_entity_quads(facts: Facts, entity: NamedNode) -> Iterator[Quad]:
    """What a source says of its own entity, and which joined thing that is a view of."""
    for quad in facts.recorded(entity):
        yield from (_merged(quad), quad)
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(entity.value + "#"):
            yield from map(_merged, facts.store.quads_for_pattern(quad.object, None, None, quad.graph_name))
    yield from map(_merged, facts.store.quads_for_pattern(entity, None, None, facts.identity))


def _merged(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, MERGED)
