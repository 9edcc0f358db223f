"""One set of rules for every engine: the embedded readers, Oxigraph's server, and Virtuoso."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from talkoot.graph.engine.client import ReaderConnection
from talkoot.graph.engine.errors import (
    AnswerTooLong,
    QueryFailed,
    QuerySyntaxError,
    QueryTimeLimit,
    ServiceRefused,
    UpdateRefused,
)
from talkoot.graph.engine.loading import engine_loader
from talkoot.graph.engine.remote import RemoteConnection
from talkoot.graph.formats import GRAPH_FORMATS, RESULT_FORMATS
from talkoot.graph.settings import Settings
from tests.graph.engine.releases import EX, JSON, NAMES, ask, connect, iri, make_release, serving, some_quads
from tests.graph.engine.servers import needs_virtuoso, oxigraph, virtuoso

XSD = "http://www.w3.org/2001/XMLSchema#"
TYPED = {
    "date": "2026-01-02", "dateTime": "2026-01-02T03:04:05Z", "boolean": "true", "integer": "7", "decimal": "1.5",
    "double": "1.5E0", "gYear": "2026", "anyURI": "http://example.org/å", "string": "abc",
}  # fmt: skip
TEXTS = {"plain": "a\tb\nc\rd \\ \" ' \u2028 😀 & <x>", "empty": "", "greek": NAMES[1], "bulgarian": NAMES[2]}
PREFIX = f"PREFIX ex: <{EX}> PREFIX g: <{EX}graph/> PREFIX xsd: <{XSD}>\n"
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(?c != ?f && ?i != ?l && ?c != ?l) }"
)
Row = tuple[tuple[str, str], ...]
LONG_ROWS = 401 * 61  # an actor each below 60, and the release
LONG = "SELECT ?a ?b { ?a ex:number ?x . ?b ex:number ?y FILTER(?y < 60) }"


def the_quads() -> list[Quad]:
    """What every engine holds: names and numbers, values of every kind, and what only one graph says."""
    quads = list(some_quads(7))
    quads += [Quad(iri(f"typed/{kind}"), iri("value"), Literal(value, datatype=NamedNode(f"{XSD}{kind}")))
              for kind, value in TYPED.items()]  # fmt: skip
    quads += [Quad(iri(f"text/{name}"), iri("value"), Literal(text)) for name, text in TEXTS.items()]
    quads += [Quad(iri("tagged"), iri("value"), Literal("yhteisö", language=tag)) for tag in ("fi", "sv", "en-gb")]
    quads += [Quad(iri("ä/γ"), iri("knows"), iri("ж"))]
    quads += [Quad(iri("record"), iri("says"), iri("thing"), iri("graph/1"))]
    return quads


@dataclass
class Engine:
    """An engine that holds the quads, and how a thread connects to it."""

    name: str
    connect: Callable[[], ReaderConnection]
    reference: Store

    def ask(self, query: str, media: str = JSON, **graphs: Any) -> str:
        connection = self.connect()
        try:
            return ask(connection, PREFIX + query, media, **graphs)
        finally:
            connection.close()

    def rows(self, query: str, media: str = JSON, **graphs: Any) -> list[Row]:
        found = parse_query_results(self.ask(query, media, **graphs), QueryResultsFormat.from_media_type(media))
        assert isinstance(found, QuerySolutions)
        return rows_of(found)

    def expected(
        self, query: str, default_graphs: list[str] | None = None, named_graphs: list[str] | None = None
    ) -> list[Row]:
        """The rows that the standard asks for."""
        given = [graphs and [NamedNode(graph) for graph in graphs] for graphs in (default_graphs, named_graphs)]
        found = self.reference.query(PREFIX + query, default_graph=given[0], named_graphs=given[1])
        assert isinstance(found, QuerySolutions)
        return rows_of(found)


def rows_of(found: QuerySolutions) -> list[Row]:
    """Rows in an order of our own, and so their columns."""
    names = [variable.value for variable in found.variables]
    return sorted(tuple(sorted(zip(names, map(_spelled, row), strict=True))) for row in found)


def _spelled(term: object) -> str:
    """A term; a double has several spellings, and each engine has its own."""
    return str(term).replace(f'"1.5"^^<{XSD}double>', f'"1.5E0"^^<{XSD}double>')


@pytest.fixture(scope="module")
def reference() -> Store:
    store = Store()
    store.extend(the_quads())
    return store


@pytest.fixture(scope="module", params=["embedded", "native", pytest.param("virtuoso", marks=needs_virtuoso)])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reference: Store
) -> Iterator[Engine]:
    home = tmp_path_factory.mktemp(request.param)
    folder = make_release(home, 7, the_quads(), dump=True)
    with ExitStack() as opened:
        if request.param == "embedded":
            keeper = opened.enter_context(serving(home))
            yield Engine(request.param, lambda: connect(keeper), reference)
            return
        if request.param == "native":
            server = opened.enter_context(oxigraph(home, "--timeout-s", "5"))
        else:
            server = opened.enter_context(virtuoso(home, home / "releases"))
        settings = Settings(home=home)
        engine_loader(server.address, settings)(folder)
        yield Engine(request.param, lambda: RemoteConnection(settings.home, settings), reference)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?s ?o { GRAPH g:1 { ?s ex:name ?o } }",
        "SELECT ?s ?g { ?s ex:name ?o . GRAPH ?g { ?s ex:name ?o } ?s ex:number ?number }",
        "SELECT ?s ?g { ?s ex:number ?n OPTIONAL { GRAPH ?g { ?s ex:name ?o } } FILTER(?n < 6) }",
        "SELECT ?s { ?s ex:number ?n FILTER(?n < 6) FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }",
        "SELECT ?s { { ?s ex:knows ?o } UNION { GRAPH ?g { ?s ex:says ?o } } }",
        "SELECT ?g { VALUES ?g { g:1 g:2 <urn:x> } GRAPH ?g { ?s ex:says ?o } }",
        "SELECT * { ?s ex:number 1 . GRAPH g:1 { ?s ex:name ?o } GRAPH ?g { ?t ex:says ?x } }",
        f"SELECT * {{ GRAPH <{EX}graph/0> {{ ?s ?p ?o }} }}",
        "SELECT ?s { ?s ex:says ?o }",
        "SELECT ?g ?h { GRAPH ?g { ?s ex:says ?o } GRAPH ?h { ?t ex:name ?name } }",
    ],
)
def test_the_default_graph_is_the_merged_view_and_the_named_ones_are_the_records(engine: Engine, query: str):
    assert engine.rows(query) == engine.expected(query)


@pytest.mark.parametrize(
    "graphs",
    [
        {"default_graphs": [f"{EX}graph/0"], "named_graphs": []},
        {"default_graphs": [f"{EX}graph/0", f"{EX}graph/1"], "named_graphs": []},
        {"default_graphs": [], "named_graphs": [f"{EX}graph/1"]},
        {"default_graphs": [f"{EX}graph/0"], "named_graphs": [f"{EX}graph/1"]},
        {"default_graphs": ["urn:nowhere"], "named_graphs": [f"{EX}graph/0", f"{EX}graph/1"]},
    ],
    ids=["default", "defaults", "named", "both", "nameds"],
)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT ?s { ?s ex:name ?name . GRAPH ?g { ?t ex:name ?other } }",
    ],
)
def test_given_graphs_are_the_whole_dataset(engine: Engine, query: str, graphs: dict[str, list[str]]):
    assert engine.rows(query, **graphs) == engine.expected(query, **graphs)


@pytest.mark.parametrize("dataset", ["FROM g:0", "FROM NAMED g:1", "FROM g:0 FROM NAMED g:1", "FROM g:0 FROM g:1"])
@pytest.mark.parametrize("pattern", ["?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"])
def test_from_names_the_whole_dataset(engine: Engine, dataset: str, pattern: str):
    query = f"SELECT ?s ?o {dataset} {{ {pattern} }}"
    assert engine.rows(query) == engine.expected(query)


def test_graphs_given_beside_the_query_go_before_its_from_or_the_engine_says_that_it_cannot(engine: Engine):
    query, given = "SELECT ?s FROM g:1 { ?s ?p ?o }", {"default_graphs": [f"{EX}graph/0"], "named_graphs": []}
    if engine.name == "virtuoso":
        with pytest.raises(QueryFailed, match="not from both") as raised:
            engine.ask(query, **given)
        assert not raised.value.by_engine
    else:
        assert engine.rows(query, **given) == engine.expected(query, **given)


def test_a_graph_or_base_that_is_no_iri_never_becomes_part_of_the_query(engine: Engine):
    smuggled = "urn:x> define get:soft 'x' define input:default-graph-uri <urn:y"
    with pytest.raises(QueryFailed):
        engine.ask("ASK {}", default_graphs=[smuggled], named_graphs=[])
    with pytest.raises((QueryFailed, QuerySyntaxError)):
        engine.ask("ASK { <x> ?p ?o }", base="urn:x> ASK { SERVICE <http://127.0.0.1/> {} } #")


def test_relative_addresses_are_those_of_the_base(engine: Engine):
    assert engine.rows("SELECT ?o { <actor/1> ex:number ?o }", base=EX) == engine.expected(
        f"SELECT ?o {{ <{EX}actor/1> ex:number ?o }}"
    )


@pytest.mark.parametrize("media", [JSON, "application/sparql-results+xml", "text/tab-separated-values"])
def test_values_of_every_kind_and_alphabet_survive_in_rows(engine: Engine, media: str):
    query = "SELECT ?s ?o { ?s ex:value|ex:knows|ex:name ?o }"
    assert engine.rows(query, media) == engine.expected(query)


@pytest.mark.parametrize("media", [item.media for item in GRAPH_FORMATS])
def test_values_of_every_kind_and_alphabet_survive_in_graphs(engine: Engine, media: str):
    found = parse(engine.ask("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", media), RdfFormat.from_media_type(media))
    expected = {quad.triple for quad in engine.reference.quads_for_pattern(None, None, None, DefaultGraph())}
    assert {_spelled(quad.triple) for quad in found} == {_spelled(triple) for triple in expected}


def test_rows_in_csv_are_plain(engine: Engine):
    lines = engine.ask(f"SELECT ?name {{ <{EX}actor/1> ex:name ?name }}", "text/csv").split("\r\n")
    assert lines == ["name", NAMES[1], ""]


@pytest.mark.parametrize("media", [item.media for item in RESULT_FORMATS])
@pytest.mark.parametrize(("pattern", "yes"), [("?s ex:name ?o", True), ("?s ex:nothing ?o", False)])
def test_a_question_is_answered_yes_or_no_in_every_format(engine: Engine, media: str, pattern: str, yes: bool):
    text = engine.ask(f"ASK {{ {pattern} }}", media)
    if media in (JSON, "application/sparql-results+xml"):
        found = parse_query_results(text, QueryResultsFormat.from_media_type(media))
        assert isinstance(found, QueryBoolean)
        assert bool(found) is yes
    else:
        assert text.strip() == str(yes).lower()


def test_a_thing_is_described(engine: Engine):
    found = parse(engine.ask(f"DESCRIBE <{EX}actor/1>", "application/n-triples"), RdfFormat.N_TRIPLES)
    assert {quad.object.value for quad in found} == {"1", NAMES[1]}


def test_a_runaway_query_is_stopped_within_a_second_of_its_limit(engine: Engine):
    connection = engine.connect()
    started = time.monotonic()
    with pytest.raises(QueryTimeLimit) as raised:
        ask(connection, ENDLESS, seconds=1)
    assert 1 <= time.monotonic() - started < 2
    assert raised.value.seconds == 1
    assert '"boolean":true' in ask(connection, "ASK {}")
    connection.close()


def test_a_long_answer_comes_whole(engine: Engine):
    assert engine.ask(LONG, "text/csv", seconds=30).count("\r\n") == LONG_ROWS + 1


@pytest.mark.parametrize(("query", "media"), [(LONG, JSON), ("CONSTRUCT WHERE { ?s ex:number ?o }", "text/turtle")])
def test_an_answer_is_cut_at_its_rows_and_says_so(engine: Engine, query: str, media: str):
    connection = engine.connect()
    with connection.run(PREFIX + query, media, seconds=20, rows=5) as answer:
        text = b"".join(answer).decode()
        assert answer.cut
    connection.close()
    if media == JSON:
        told = json.loads(text)
        assert len(told["results"]["bindings"]) == 5
        assert told["truncated"]["rows"] == 5
    else:
        assert "more than 5 triples" in text
        with pytest.raises(SyntaxError):
            list(parse(text, RdfFormat.TURTLE))


def test_an_answer_of_too_many_bytes_is_refused(engine: Engine):
    with pytest.raises(AnswerTooLong):
        engine.ask("SELECT * { ?s ?p ?o }", seconds=20, size=2000)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("SELECT * { ?s ?p }", "three parts"),
        ("SELECT * { ?s ?p ?o", "not closed"),
        ("SELECT * { ?s nope:x ?o }", "nope: is not declared"),
        ("define get:soft 'x' SELECT * { ?s ?p ?o }", "a query starts with"),
        ("SELECT * {\n?s ?p ?o FILTER(?o > )\n}", "line 3|wrong at"),
    ],
)
def test_a_syntax_error_is_told_in_our_words_without_the_servers_additions(engine: Engine, query: str, hint: str):
    connection = engine.connect()
    with pytest.raises(QuerySyntaxError, match=hint) as raised:
        ask(connection, query)
    connection.close()
    assert raised.value.line <= query.count("\n") + 1
    assert "define " not in raised.value.details.partition("define get:soft")[2] + raised.value.details[:60]
    assert "SPARQL query" not in raised.value.details


def test_service_and_updates_are_refused_by_name(engine: Engine):
    with pytest.raises(ServiceRefused):
        engine.ask("ASK { SERVICE <http://127.0.0.1/> {} }")
    with pytest.raises(UpdateRefused):
        engine.ask("DROP ALL")


def test_an_unknown_function_is_no_failure_of_the_engine(engine: Engine):
    """The standard makes it an error of the expression; servers that make it one of the query say so."""
    query = "SELECT (<http://x/f>(1) AS ?x) { ex:release ex:number ?o }"
    if engine.name == "embedded":
        assert json.loads(engine.ask(query))["results"]["bindings"] == [{}]
    else:
        with pytest.raises(QueryFailed, match="http://x/f") as raised:
            engine.ask(query)
        assert not raised.value.by_engine


def test_an_answer_names_its_release(engine: Engine):
    connection = engine.connect()
    with connection.run("ASK {}", JSON, seconds=5) as answer:
        assert answer.release == connection.release() == 7
        assert answer.whole == b'{"head":{},"boolean":true}'
    connection.close()


def test_one_connection_asks_one_thing_after_the_other_and_two_at_once(engine: Engine):
    connection = engine.connect()
    with connection.run(PREFIX + LONG, JSON, seconds=20) as first:
        begin = next(first)
        for _ in range(3):
            assert '"boolean":true' in ask(connection, "ASK {}")
        assert len(json.loads(begin + b"".join(first))["results"]["bindings"]) == LONG_ROWS
    connection.close()
