"""Every statement about a thing, with the pages that say it, how and when they were read, and on what terms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import DCT
from talkoot.web.entity_citation import report_link
from talkoot.web.entity_parts import links
from talkoot.web.entity_said import who_says
from talkoot.web.facts import Term
from talkoot.web.names import Namer, Ref
from talkoot.web.notes import Origin
from talkoot.web.release_view import ReleaseView

_MOST_ORIGINS = 20
_Found = tuple[NamedNode, Term, NamedNode | None, list[NamedNode]]


class Statement(NamedTuple):
    """A statement at an address of its own; ``other`` is whom a part is shared with, ``records`` how many say it."""

    key: str
    property: Ref
    value: Ref
    other: Ref | None
    origins: list[Origin]
    records: int
    report: str


def _found(view: ReleaseView, thing: NamedNode) -> Iterator[_Found]:
    quads = [quad for quad in view.about(thing) if quad.predicate != DCT["source"]]
    for quad in sorted(quads, key=lambda quad: (quad.predicate.value, str(quad.object))):
        yield quad.predicate, quad.object, None, []
    for end, parts in (("thing", links(view, thing).played), ("agent", links(view, thing).within)):
        for part in parts:
            yield NamedNode(f"{view.base}ns#hasRole"), part.role, getattr(part, end), part.graphs


def statements(
    view: ReleaseView, thing: NamedNode, language: str, address: str, start: int, most: int
) -> tuple[list[Statement], int]:
    """Some of the statements about a thing, in an order that stays, and how many there are."""
    names, found = Namer(view, language), list(_found(view, thing))
    told = []
    for predicate, value, other, own in found[start : start + most]:
        graphs = own or who_says(view, thing, predicate, value)
        text = "\n".join(str(part) for part in (thing, predicate, value, other) if part)
        key = "st-" + hashlib.sha256(text.encode()).hexdigest()[:12]
        origins = [view.origin(graph, language) for graph in graphs[:_MOST_ORIGINS]]
        sources = [f"{view.base}{origin['href'].lstrip('/')}" for origin in origins]
        shown = Ref("", "–".join(filter(None, view.period_at(value))), None) if (
            isinstance(value, NamedNode) and predicate == DCT["temporal"]) else names.value(value)  # fmt: skip
        told.append(Statement(
            key, names.property(predicate), shown, names.ref(other) if other else None, origins, len(graphs),
            report_link(f"{names.ref(thing).text}: {names.property(predicate).text}",
                        "\n".join((f"{address}#{key}", text, *sources))),
        ))  # fmt: skip
    return told, len(found)
