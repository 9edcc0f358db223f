"""Syntax errors come back with a place that helps and in plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from talkoot.graph.engine.errors import QuerySyntaxError
from talkoot.graph.engine.syntax_hint import explain


def explained(query: str) -> QuerySyntaxError:
    with pytest.raises(SyntaxError) as raised:
        Store().query(query)
    return explain(query, str(raised.value))


MISTAKES = {
    "triple without object": ("SELECT * WHERE {\n ?s ?p\n}", 3, 1, "a triple needs three parts"),
    "second triple without object": ("SELECT * {\n ?s ?p ?o .\n ?s a .\n}", 3, 7, "a triple needs three parts"),
    "known prefix not declared": ("SELECT * {\n ?s org:x ?o }", 2, 5, "PREFIX org: <http://www.w3.org/ns/org#>"),
    "unknown prefix": ("SELECT * { ?s foo:bar ?o }", 1, 15, "the prefix foo: is not declared"),
    "misspelt keyword": ("SELEC *", 1, 1, "a query starts with SELECT, ASK, CONSTRUCT or DESCRIBE"),
    "variable not grouped": (
        "SELECT ?s { ?s ?p ?o } GROUP BY ?p",
        1,
        35,
        "neither in GROUP BY nor inside an aggregate",
    ),
    "missing brace": ("SELECT * {\n ?s ?p ?o", 1, 10, "the brace that is opened here is not closed"),
    "missing quote": ("SELECT * { ?s ?p 'x }", 1, 18, "is not closed"),
    "missing bracket": ("SELECT * { ?s ?p ?o FILTER(?o = 1 }", 1, 27, "round bracket that is opened here"),
    "one brace too many": ("SELECT * { } }", 1, 14, "this } closes nothing"),
    "space in an IRI": ("SELECT * { ?s <http://a b> ?o }", 1, 15, "not a full IRI"),
    "relative IRI": ("SELECT * { ?s <rel> ?o }", 1, 15, "relative IRIs need a BASE"),
    "no query": ("PREFIX a: <http://a/>", 1, 22, "there is no query"),
    "broken declaration": ("PREFIX a <http://a/> SELECT * {}", 1, 1, "a declaration has the form"),
    "same variable twice": ("SELECT (1 AS ?t) (2 AS ?t) {}", None, None, "the same variable is selected twice"),
    "by forgotten": ("SELECT * { ?s ?p ?o } ORDER ?s", None, None, "BY is missing"),
    "where without brace": ("SELECT ?s WHERE ?s ?p ?o", 1, 17, "{ is missing"),
    "text after the end": ("SELECT * {}\n\n extra", 3, None, "something is wrong"),
}


@pytest.mark.parametrize(("query", "line", "column", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_placed_and_named(query: str, line: int | None, column: int | None, hint: str):
    error = explained(query)
    assert hint in error.hint
    assert line is None or error.line == line
    assert column is None or error.column == column
    assert error.details.startswith("error at")


def test_the_caret_stands_under_the_mistake():
    shown, caret = explained("SELECT *\nWHERE { ?s foo:bar ?o }").excerpt.split("\n")
    assert shown == "WHERE { ?s foo:bar ?o }"
    assert caret == " " * 11 + "^"


def test_a_long_line_is_cut_around_the_mistake():
    shown, caret = explained("SELECT * { " + "?s ?p ?o . " * 500 + "?s foo:bar ?o }").excerpt.split("\n")
    assert len(shown) <= 120
    assert shown[len(caret) - 1 :].startswith("foo:bar")


@given(st.text(max_size=60), st.integers(0, 5), st.integers(0, 99))
def test_any_text_and_any_place_can_be_explained(text: str, line: int, column: int):
    error = explain("SELECT " + text, f"error at {line}:{column}: expected one of nothing")
    assert error.line >= 1
    assert error.column >= 1
    assert error.hint
