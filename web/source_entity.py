"""What one source says of one thing, before joining, and what one record says: plain tables of statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from talkoot.ontology.namespaces import PREFIXES
from talkoot.web.facts import Facts
from talkoot.web.names import Namer, Ref, site_path
from talkoot.web.notes import Origin, read_origin, web_link
from talkoot.web.release_view import ReleaseView


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: property and value, as they stand in the record."""

    property: str
    property_href: str
    text: str
    lang: str
    href: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject with its statements."""

    name: str
    href: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class SourceEntityPage:
    """What the page of a source's own entity shows."""

    iri: str
    href: str
    name: str
    lang: str
    canonical: Ref | None
    subject: Subject
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What the page of one record shows."""

    iri: str
    href: str
    origin: Origin
    subjects: tuple[Subject, ...]
    joined: tuple[Ref, ...]


def source_entity_page(view: ReleaseView, entity: NamedNode, namer: Namer) -> SourceEntityPage:
    """A source's own entity with its statements and the thing that it is a view of."""
    facts = view.facts
    said = facts.recorded(entity)
    names = [quad.object for quad in said if quad.predicate.value.endswith(("#prefLabel", "/title"))]
    name = next((text for text in names if isinstance(text, Literal)), None)
    canonical = facts.canonical(entity)
    graphs = sorted({quad.graph_name.value for quad in said if isinstance(quad.graph_name, NamedNode)})
    return SourceEntityPage(
        entity.value,
        site_path(entity.value, view.base),
        name.value if name else entity.value.rsplit("/", 1)[-1],
        (name.language or "") if name else "",
        namer.ref(canonical) if canonical is not None else None,
        _subject(facts, entity, said, namer),
        tuple(read_origin(view, NamedNode(graph), namer) for graph in graphs),
    )


def record_page(view: ReleaseView, graph: NamedNode, namer: Namer) -> RecordPage:
    """A record graph: what it says, subject by subject, and where it comes from."""
    facts = view.facts
    by_subject: dict[NamedNode, list[Quad]] = {}
    joined: dict[NamedNode, None] = {}
    for quad in facts.store.quads_for_pattern(None, None, None, graph):
        if isinstance(quad.subject, NamedNode):
            by_subject.setdefault(quad.subject, []).append(quad)
    for subject in sorted(by_subject, key=lambda node: node.value):
        canonical = facts.canonical(subject)
        if canonical is not None:
            joined[canonical] = None
    return RecordPage(
        graph.value,
        site_path(graph.value, view.base),
        read_origin(view, graph, namer),
        tuple(_subject(facts, node, by_subject[node], namer) for node in sorted(by_subject, key=lambda n: n.value)),
        tuple(namer.refs(joined)),
    )


def short_iri(iri: str, base: str = "") -> str:
    """An IRI with its prefix, or without the site's own base."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri.removeprefix(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(base) if base else iri


def _subject(facts: Facts, node: NamedNode, quads: Iterable[Quad], namer: Namer) -> Subject:
    statements = [_statement(facts, quad, namer) for quad in quads]
    statements.sort(key=lambda said: (said.property, said.text))
    href = site_path(node.value, facts.base) if node.value.startswith(f"{facts.base}id/") else ""
    return Subject(short_iri(node.value, facts.base), href if "#" not in href else "", tuple(statements))


def _statement(facts: Facts, quad: Quad, namer: Namer) -> Statement:
    name = short_iri(quad.predicate.value)
    own = f"/ns#{name.removeprefix('tk:')}" if name.startswith("tk:") else ""
    value = quad.object
    if isinstance(value, Literal):
        return Statement(name, own, value.value, value.language or "", "", False)
    if not isinstance(value, NamedNode):
        return Statement(name, own, str(value), "", "", False)
    if value.value.startswith(f"{facts.base}id/"):
        href = site_path(value.value, facts.base) if "#" not in value.value else ""
        return Statement(name, own, short_iri(value.value, facts.base), "", href, False)
    if facts.labels(value):
        concept = namer.concept(value)
        return Statement(name, own, concept.text, concept.lang, concept.href, False)
    link = web_link(value.value)
    if short_iri(value.value) != value.value:
        return Statement(name, own, short_iri(value.value), "", "", False)
    return Statement(name, own, link.text, "", link.href, bool(link.href))
