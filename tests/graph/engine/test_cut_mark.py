"""An answer that was cut is an error to every strict reader, wherever it was cut."""

import csv
from xml.etree import ElementTree

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store, parse, parse_query_results

from talkoot.graph.engine.errors import QueryMemoryLimit
from talkoot.graph.engine.row_limit import cut_mark
from tests.graph.engine.releases import EX, some_quads

MARK = cut_mark(str(QueryMemoryLimit(5)))
STORE = Store()
STORE.extend(some_quads(count=3))
ROWS = [QueryResultsFormat.JSON, QueryResultsFormat.XML, QueryResultsFormat.TSV]
GRAPHS = [
    RdfFormat.TURTLE,
    RdfFormat.N_TRIPLES,
    RdfFormat.RDF_XML,
    RdfFormat.JSON_LD,
    RdfFormat.TRIG,
    RdfFormat.N_QUADS,
]


def read_rows(body: bytes, kind: QueryResultsFormat) -> int:
    if kind == QueryResultsFormat.XML:  # the engine's own reader forgives elements that are not closed
        ElementTree.fromstring(body)
    rows = parse_query_results(body, kind)
    assert isinstance(rows, QuerySolutions)
    return sum(1 for _ in rows)


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.name)
def test_cut_rows_cannot_be_read(kind: QueryResultsFormat):
    body = STORE.query(f"SELECT ?s ?name {{ ?s <{EX}name> ?name }}").serialize(format=kind)
    assert read_rows(body, kind) == 4
    for end in range(1, len(body)):
        with pytest.raises(SyntaxError):
            read_rows(body[:end] + MARK, kind)


def test_cut_csv_cannot_be_read_strictly():
    body = STORE.query(f"SELECT ?s ?n {{ ?s <{EX}number> ?n }}").serialize(format=QueryResultsFormat.CSV)
    for end in range(1, len(body)):
        with pytest.raises(csv.Error):
            list(csv.reader((body[:end] + MARK).decode().splitlines(keepends=True), strict=True))


@pytest.mark.parametrize("kind", GRAPHS, ids=lambda kind: kind.name)
def test_cut_graphs_cannot_be_read(kind: RdfFormat):
    body = STORE.query("CONSTRUCT WHERE { ?s ?p ?o }").serialize(format=kind)
    assert len(list(parse(body, kind))) == 8
    for end in range(1, len(body)):
        with pytest.raises(SyntaxError):
            list(parse(body[:end] + MARK, kind))
