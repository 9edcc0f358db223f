"""RDF as text: one place where statements become N-Triples, N-Quads or Turtle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph
from pyoxigraph import Literal, Quad, RdfFormat, Triple

from talkoot.ontology.namespaces import PREFIXES, XSD


def date_literal(text: str) -> Literal:
    """An ISO year, year and month, or date with its XML Schema datatype."""
    kind = {4: "gYear", 7: "gYearMonth"}.get(len(text), "date")
    return Literal(text, datatype=XSD[kind])


def n_quads(quads: Iterable[Quad] | Iterable[Triple]) -> str:
    """Quads, or triples of the default graph, as N-Quads lines."""
    return _text(quads, RdfFormat.N_QUADS)


def n_triples(triples: Iterable[Triple]) -> str:
    """Triples as N-Triples lines."""
    return _text(triples, RdfFormat.N_TRIPLES)


def turtle(triples: Iterable[Triple], more: Mapping[str, str] | None = None) -> str:
    """Triples as Turtle, with our prefixes and those given."""
    return _text(triples, RdfFormat.TURTLE, {**PREFIXES, **(more or {})})


def _text(
    statements: Iterable[Quad] | Iterable[Triple], form: RdfFormat, prefixes: dict[str, str] | None = None
) -> str:
    # serialize() answers with bytes only when it is given no file to write to.
    return (pyoxigraph.serialize(statements, format=form, prefixes=prefixes) or b"").decode()
