"""What the documents of things and records hold as data: the merged view's statements, the records behind them."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad

from talkoot.ontology.namespaces import DCT, FOAF, OWL, PROV, RDF, SKOS, TK, VOID
from talkoot.web.facts import MERGED, Facts, in_order
from talkoot.web.release_view import ReleaseView

_NAMES = (SKOS["prefLabel"], DCT["title"], RDF["type"])
_LINKS = (PROV["agent"], TK["involvedIn"], TK["hasRole"])


def document(view: ReleaseView, address: str, topic: NamedNode) -> Iterator[Quad]:
    """What this document is: which thing it is about, and which release it was made from."""
    node = NamedNode(f"{view.base}{address.lstrip('/')}")
    yield Quad(node, RDF["type"], FOAF["Document"], MERGED)
    yield Quad(node, FOAF["primaryTopic"], topic, MERGED)
    yield Quad(node, VOID["inDataset"], NamedNode(f"{view.base}dataset"), MERGED)
    yield Quad(node, OWL["versionInfo"], Literal(f"release {view.number}"), MERGED)


def entity_quads(facts: Facts, thing: NamedNode) -> Iterator[Quad]:
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
        yield from record_quads(facts, graph)
    for entity in facts.views(thing):
        yield Quad(entity, TK["viewOf"], thing, facts.identity)


def _with_nodes(facts: Facts, subject: NamedNode) -> Iterator[Quad]:
    """A thing's statements with those of its own small nodes, such as periods."""
    for quad in facts.about(subject):
        yield quad
        value = quad.object
        if isinstance(value, NamedNode) and value.value.startswith(f"{subject.value}#"):
            yield from facts.about(value)


def record_quads(facts: Facts, graph: NamedNode, *, merged: bool = False) -> Iterator[Quad]:
    """A record graph and what is known of its origin, as named graphs, or all in the default graph."""
    origin = facts.store.quads_for_pattern(graph, None, None, facts.provenance)
    for quad in (*facts.store.quads_for_pattern(None, None, None, graph), *origin):
        yield _merged(quad) if merged else quad


def source_entity_quads(facts: Facts, entity: NamedNode) -> Iterator[Quad]:
    """What a source says of its own entity, and which joined thing that is a view of."""
    for quad in facts.recorded(entity):
        yield from (_merged(quad), quad)
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(entity.value + "#"):
            yield from map(_merged, facts.store.quads_for_pattern(quad.object, None, None, quad.graph_name))
    yield from map(_merged, facts.store.quads_for_pattern(entity, None, None, facts.identity))


def _merged(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, MERGED)
