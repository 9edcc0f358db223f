"""Answers read with Python's own parsers, and compared as the W3C's tests want it.

Rows are a bag, or a list where the query sorts them; blank nodes are the same up to their names; numbers and truth
values are compared by value within their type; graphs are compared by isomorphism.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from rdflib import RDF, Graph, Namespace
from rdflib import BNode as GraphBlankNode
from rdflib import Literal as GraphLiteral
from rdflib.compare import isomorphic

XSD = "http://www.w3.org/2001/XMLSchema#"
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
SRX = "{http://www.w3.org/2005/sparql-results#}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
VALUES: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"1": "true", "0": "false"}.get(text, text),
    "decimal": Decimal, "double": float, "float": float,
    **dict.fromkeys(("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"), int),
}  # fmt: skip

Term = tuple[Any, ...]
Row = Mapping[str, Term]


@dataclass
class Table:
    """The rows of an answer under their variables."""

    variables: frozenset[str]
    rows: list[Row]


Result = Table | Graph | bool


def same(left: Result, right: Result, *, ordered: bool = False) -> bool:
    """Whether two answers say the same."""
    if isinstance(left, Table) and isinstance(right, Table):
        return left.variables == right.variables and _same_rows(left.rows, right.rows, ordered)
    if isinstance(left, Graph) and isinstance(right, Graph):
        return isomorphic(left, right)
    return type(left) is type(right) and left == right


def read(body: bytes, media: str, base: Path | None = None) -> Result:
    """The answer in a body of one of the media types of results or Turtle; `base` is the address of relative IRIs."""
    match media:
        case "application/sparql-results+json":
            return _from_json(json.loads(body))
        case "application/sparql-results+xml":
            return _from_xml(ElementTree.fromstring(body))
        case "text/csv":
            return _from_csv(body.decode())
        case "text/tab-separated-values":
            return _from_tsv(body.decode())
    graph = Graph().parse(data=body, format="turtle", publicID=base.as_uri() if base else None)
    found = graph.value(predicate=RDF.type, object=RS.ResultSet)
    return _from_graph(graph) if found is not None else graph


def _from_json(answer: dict[str, Any]) -> Table | bool:
    if "boolean" in answer:
        return bool(answer["boolean"])
    rows = [{name: _json_term(term) for name, term in row.items()} for row in answer["results"]["bindings"]]
    return Table(frozenset(answer["head"]["vars"]), rows)


def _json_term(term: dict[str, str]) -> Term:
    match term["type"]:
        case "uri":
            return ("iri", term["value"])
        case "bnode":
            return ("blank", term["value"])
    return literal(term["value"], term.get("datatype"), term.get("xml:lang"))


def _from_xml(root: ElementTree.Element) -> Table | bool:
    if (boolean := root.findtext(f"{SRX}boolean")) is not None:
        return boolean.strip() == "true"
    variables = frozenset(item.attrib["name"] for item in root.iterfind(f"{SRX}head/{SRX}variable"))
    rows = [
        {binding.attrib["name"]: _xml_term(binding[0]) for binding in result.iterfind(f"{SRX}binding")}
        for result in root.iterfind(f"{SRX}results/{SRX}result")
    ]
    return Table(variables, rows)


def _xml_term(element: ElementTree.Element) -> Term:
    text = element.text or ""
    match element.tag.removeprefix(SRX):
        case "uri":
            return ("iri", text)
        case "bnode":
            return ("blank", text)
    return literal(text, element.get("datatype"), element.get(XML_LANG))


def _from_csv(text: str) -> Table:
    """CSV tells no terms apart but blank nodes: every other cell is a number or a text."""
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    return Table(frozenset(header), [dict(zip(header, map(_cell, row), strict=True)) for row in rows if row])


def _cell(text: str) -> Term:
    if text.startswith("_:"):
        return ("blank", text)
    try:
        return ("text", float(text))
    except ValueError:
        return ("text", text)


def _from_tsv(text: str) -> Table:
    header, *lines = text.rstrip("\n").split("\n")
    names = [name.removeprefix("?") for name in header.split("\t")]
    cells = [zip(names, line.split("\t"), strict=True) for line in lines]
    return Table(frozenset(names), [{name: _turtle_term(cell) for name, cell in row if cell} for row in cells])


def _turtle_term(cell: str) -> Term:
    (quad,) = parse(f"<s:s> <p:p> {cell} .", RdfFormat.TURTLE)
    match quad.object:
        case NamedNode(value=value):
            return ("iri", value)
        case BlankNode(value=value):
            return ("blank", value)
        case Literal() as term:
            return literal(term.value, term.datatype.value, term.language)
    raise ValueError(cell)


def _from_graph(graph: Graph) -> Table:
    """Source: https://www.w3.org/2001/sw/DataAccess/tests/result-set."""
    variables = frozenset(map(str, graph.objects(None, RS.resultVariable)))
    rows: list[Row] = []
    for solution in graph.objects(None, RS.solution):
        row = {}
        for binding in graph.objects(solution, RS.binding):
            value = graph.value(binding, RS.value)
            if isinstance(value, GraphLiteral):
                term = literal(str(value), str(value.datatype) if value.datatype else None, value.language)
            else:
                term = ("blank" if isinstance(value, GraphBlankNode) else "iri", str(value))
            row[str(graph.value(binding, RS.variable))] = term
        rows.append(row)
    return Table(variables, rows)


def literal(text: str, datatype: str | None, language: str | None) -> Term:
    """A literal such that two are equal where the tests take them for the same."""
    if language:
        return ("literal", text, language.lower())
    kind = (datatype or f"{XSD}string").removeprefix(XSD)
    value: Any = text
    if kind in VALUES:
        try:
            value = VALUES[kind](text)
        except (ValueError, InvalidOperation):
            value = text
    return ("literal", value if value == value else "NaN", None, kind)


def _same_rows(left: list[Row], right: list[Row], ordered: bool) -> bool:
    if ordered and [_shape(row) for row in left] != [_shape(row) for row in right]:
        return False
    if Counter(map(_shape, left)) != Counter(map(_shape, right)):
        return False
    return _match(left, right, {}, ordered)


def _shape(row: Row) -> frozenset[tuple[str, Term]]:
    """The row without the names of its blank nodes."""
    return frozenset((name, ("blank",) if term[0] == "blank" else term) for name, term in row.items())


def _match(left: list[Row], right: list[Row], names: dict[str, str], ordered: bool) -> bool:
    """Whether the rest of the rows match under some naming of the blank nodes that goes on from this one."""
    if not left:
        return True
    first, *rest = left
    for index, row in enumerate(right[:1] if ordered else right):
        extended = _extended(first, row, names)
        if extended is not None and _match(rest, right[:index] + right[index + 1 :], extended, ordered):
            return True
        if extended == names:  # a row without new blank nodes matches this one or none
            return False
    return False


def _extended(left: Row, right: Row, names: dict[str, str]) -> dict[str, str] | None:
    if _shape(left) != _shape(right):
        return None
    names = dict(names)
    for name, term in left.items():
        if term[0] == "blank":
            other = str(right[name][1])
            if names.setdefault(str(term[1]), other) != other:
                return None
    return names if len(set(names.values())) == len(names) else None
