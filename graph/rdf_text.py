"""RDF as text: one place where statements become N-Triples, N-Quads or Turtle, and a query file statements."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, RdfFormat, Store, Triple, Variable

from talkoot.ontology.namespaces import PREFIXES, XSD


def date_literal(text: str) -> Literal:
    """An ISO year, year and month, or date with its XML Schema datatype."""
    kind = {4: "gYear", 7: "gYearMonth"}.get(len(text), "date")
    return Literal(text, datatype=XSD[kind])


def construct(name: str, base: str, values: Mapping[str, NamedNode | Literal]) -> list[Triple]:
    """What a CONSTRUCT file of this folder says with values for its variables; what has none is left out."""
    query = (Path(__file__).resolve().parent / name).read_text(encoding="utf-8")
    given: dict[Variable, Any] = {Variable(variable): value for variable, value in values.items()}
    found = Store().query(query, base_iri=base, prefixes=PREFIXES, substitutions=given)
    return list(cast("QueryTriples", found))[::-1]  # the engine tells the last first


def n_quads(statements: Iterable[Quad | Triple]) -> str:
    """Quads, or triples of the default graph, as N-Quads lines."""
    return _text(statements, RdfFormat.N_QUADS)


def n_triples(triples: Iterable[Triple]) -> str:
    """Triples as N-Triples lines."""
    return _text(triples, RdfFormat.N_TRIPLES)


def lines_of(text: str) -> list[str]:
    """The lines of N-Triples or N-Quads, with their ends: a text in them may hold what Python takes for others."""
    return [f"{line}\n" for line in text.split("\n") if line]


def turtle(triples: Iterable[Triple], more: Mapping[str, str] | None = None) -> str:
    """Triples as Turtle, with our prefixes and those given."""
    return _text(triples, RdfFormat.TURTLE, {**PREFIXES, **(more or {})})


def _text(statements: Any, form: RdfFormat, prefixes: dict[str, str] | None = None) -> str:
    # serialize() answers with bytes only when it is given no file to write to.
    return (pyoxigraph.serialize(statements, format=form, prefixes=prefixes) or b"").decode()
