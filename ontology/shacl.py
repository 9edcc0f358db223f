"""Validation against SHACL shapes: triples in, results out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import RdfFormat, Triple
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

_ANY_TEXT = ("#string", "#langString")
"""Datatypes that every text fits."""
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class Result(NamedTuple):
    """A constraint that data break: where, what the value is, which shape says so and in which words.

    ``node`` and ``value`` are IRIs, texts, or the labels that blank nodes had in the triples, without ``_:``.
    ``shape``, ``component`` and ``severity`` are the local names of their IRIs.
    """

    node: str
    path: str
    value: str
    shape: str
    component: str
    severity: str
    message: str


def ill_typed(triples: Iterable[Triple]) -> set[str]:
    """Subjects of literals whose text does not fit its datatype (30 February): the first look lets them pass."""
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # it tells of each impossible date with a traceback
    found = ((triple, triple.object) for triple in triples)
    return {
        triple.subject.value
        for triple, value in found
        if isinstance(value, pyoxigraph.Literal)
        and not (datatype := value.datatype.value).endswith(_ANY_TEXT)
        and not isinstance(triple.subject, Triple)
        and _ill_typed(value.value, datatype)
    }


@lru_cache(maxsize=4096)
def _ill_typed(text: str, datatype: str) -> bool:
    if datatype.endswith("#decimal") and _DECIMAL.fullmatch(text):  # most of them, and hardly one twice
        return False
    return Literal(text, datatype=URIRef(datatype)).ill_typed is True


def results(triples: Iterable[Triple], shapes: Path) -> list[Result]:
    """All results of validating triples, sorted; warnings among them. SHACL Core and SHACL-SPARQL."""
    from pyshacl import validate  # with it come a SPARQL engine and a parser of grammars: only where something fails

    data = pyoxigraph.serialize(set(triples), format=RdfFormat.N_TRIPLES)
    blank: dict[str, BNode] = {}
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    graph = Graph().parse(data=data, format="nt", bnode_context=blank)
    conforms, report, _ = validate(graph, shacl_graph=_parsed(shapes.read_bytes()), meta_shacl=False)
    labels: dict[Node | None, str] = {node: label for label, node in blank.items()}

    def text(result: Node, predicate: Node) -> str:
        value = report.value(result, predicate)
        return labels.get(value, "" if value is None else str(value))

    def local(result: Node, predicate: Node) -> str:
        return text(result, predicate).rpartition("#")[2]

    return [] if conforms else sorted(
        Result(
            text(result, SH.focusNode), text(result, SH.resultPath), text(result, SH.value),
            local(result, SH.sourceShape), local(result, SH.sourceConstraintComponent),
            local(result, SH.resultSeverity), text(result, SH.resultMessage),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )  # fmt: skip


@lru_cache(maxsize=8)
def _parsed(turtle: bytes) -> Graph:
    """Shapes as a graph, parsed once in a process."""
    return Graph().parse(data=turtle, format="turtle")
