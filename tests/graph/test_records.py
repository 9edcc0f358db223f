"""A record as N-Quads: one line for each statement, whatever its texts hold."""

from __future__ import annotations

import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple

from talkoot.graph.rdf_text import lines_of
from talkoot.graph.records import MappedRecord, Origin, graph_iri

BASE = "https://example.org/"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4), st.text(min_size=1))
def test_what_is_written_is_what_is_read(texts: list[str], key: str) -> None:
    key = key.encode("utf-8", "replace").decode()
    texts += ["line\u2028separator", "next\x85line", "form\x0cfeed", 'quote " and \\ and \n']
    triples = tuple(Triple(NamedNode(BASE), NamedNode(f"{BASE}says"), Literal(text)) for text in texts)
    record = MappedRecord("source", key, Origin((BASE,), "dump", "2026", "unknown"), triples)
    text = record.quads_text(BASE)
    graph = graph_iri(BASE, "source", key)
    read = set(pyoxigraph.parse(text, format=RdfFormat.N_QUADS))
    assert read == {Quad(t.subject, t.predicate, t.object, graph) for t in triples}
    assert lines_of(text) == sorted(lines_of(text))
    assert len(lines_of(text)) == len(read)
