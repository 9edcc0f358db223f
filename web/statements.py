"""What one source says of one thing before joining, and what one record says: plain tables of statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad

from talkoot.web.facts import Facts, in_order
from talkoot.web.names import Namer, Ref, short_iri, site_path
from talkoot.web.notes import MAIN_NAMES, read_origin
from talkoot.web.release_view import ReleaseView


class Subject(NamedTuple):
    """A subject with its statements: each a property and its value, as they stand in the record."""

    name: str
    href: str
    statements: list[tuple[Ref, Ref]]


def source_entity_page(view: ReleaseView, entity: NamedNode, namer: Namer) -> dict[str, object]:
    """A source's own entity with its statements and the thing that it is a view of."""
    said = view.facts.recorded(entity)
    name = next((namer.value(quad.object) for quad in said if quad.predicate in MAIN_NAMES), None)
    canonical = view.facts.canonical(entity)
    return {
        "named": name or Ref("", entity.value.rsplit("/", 1)[-1], ""),
        "joined": namer.ref(canonical) if canonical is not None else None,
        "subject": _subject(view.facts, entity, said, namer),
        "origins": [read_origin(view, graph, namer) for graph in in_order({quad.graph_name for quad in said})],
    }


def record_page(view: ReleaseView, graph: NamedNode, namer: Namer) -> dict[str, object]:
    """A record graph: what it says, subject by subject, and where it comes from."""
    by_subject: dict[NamedNode, list[Quad]] = {}
    for quad in view.facts.store.quads_for_pattern(None, None, None, graph):
        if isinstance(quad.subject, NamedNode):
            by_subject.setdefault(quad.subject, []).append(quad)
    subjects = in_order(by_subject)
    joined = {canonical for node in subjects if (canonical := view.facts.canonical(node)) is not None}
    return {
        "origin": read_origin(view, graph, namer),
        "subjects": [_subject(view.facts, node, by_subject[node], namer) for node in subjects],
        "joined": namer.refs(joined),
    }


def _subject(facts: Facts, node: NamedNode, quads: Iterable[Quad], namer: Namer) -> Subject:
    statements = [(_property(quad.predicate), namer.term(quad.object)) for quad in quads]
    statements.sort(key=lambda said: (said[0].text, said[1].text))
    has_page = node.value.startswith(f"{facts.base}id/") and "#" not in node.value
    return Subject(short_iri(node.value, facts.base), site_path(node.value, facts.base) if has_page else "", statements)


def _property(predicate: NamedNode) -> Ref:
    name = short_iri(predicate.value)
    return Ref(f"/ns#{name.removeprefix('tk:')}" if name.startswith("tk:") else "", name, None)
