"""How SPARQL servers differ: what is sent to them, how their failures read, and what in their answers is mended.

Measured on Oxigraph's server 0.5.13 and Virtuoso 7.2.5.1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPResponse
from itertools import pairwise
from typing import ClassVar

from pyoxigraph import NamedNode

from talkoot.graph.engine.errors import EngineError, EngineUnavailable, QueryFailed, QueryTimeLimit
from talkoot.graph.engine.frames import Request
from talkoot.graph.engine.query_text import query_form, tokens
from talkoot.graph.engine.syntax_hint import explain

_NOTHING = "urn:x-talkoot:nothing"  # a graph that is nowhere: named where a part of the dataset has to be empty
_NOT_THERE = (301, 302, 303, 307, 308, 401, 403, 404, 429, 502, 503, 504)
_EXTENSION = re.compile(r"`|(?:bif|sql):", re.IGNORECASE)
_SAID = re.compile(r"Virtuoso (\w{5}) Error (.*?)\s*(?:SPARQL query:|\Z)", re.DOTALL)
_PLACE = re.compile(r"line (\d+): .*? at '([^']*)'")

Fields = list[tuple[str, str]]


def check_iri(text: str) -> str:
    """The text, if it is an IRI. Raises :class:`QueryFailed`."""
    try:
        return NamedNode(text).value
    except ValueError as error:
        raise QueryFailed(f"{text} is not an IRI: {error}") from error


@dataclass(frozen=True)
class Native:
    """A server whose default graph is one of its own, as the standard has it: Oxigraph, Fuseki, Stardog.

    ``query`` and ``store`` are the paths of its services below the address. ``markers`` are two triples as subject,
    predicate and object: one that only the default graph has, and one that only a named graph has.
    """

    url: str
    user: str = ""
    query: str = "query"
    store: str = "store?no_transaction"
    markers: Sequence[Sequence[str]] = ()
    signed: ClassVar[bool] = True
    rows_media: ClassVar[str] = "application/sparql-results+json"
    mends: ClassVar[Mapping[bytes, bytes]] = {}

    def request(self, query: str, asked: Request) -> Fields:
        """The form fields of a query. Graphs, once given, are its whole dataset.

        Raises :class:`QueryFailed` for a graph that is no IRI: Virtuoso writes it into the query as it is.
        """
        fields = [("query", query)]
        if asked.default_graphs is not None or asked.named_graphs is not None:
            fields += [("default-graph-uri", check_iri(graph)) for graph in asked.default_graphs or [_NOTHING]]
            fields += [("named-graph-uri", check_iri(graph)) for graph in asked.named_graphs or [_NOTHING]]
        return fields

    def failure(self, asked: Request, response: HTTPResponse, text: str, seconds: float) -> EngineError | None:
        """What went wrong, by status, headers and the text of an answer that is not 200; None where nothing did."""
        if response.status == 200:
            return None
        if response.status == 400:
            return explain(asked.query, text)
        if response.status in _NOT_THERE:
            return EngineUnavailable(f"{self.url} answered {response.status}")
        if "is not supported" in text:  # Oxigraph's word for a function that it does not know
            return QueryFailed(text)
        return QueryFailed(f"the SPARQL server answered {response.status}: {text[:500]}", by_engine=True)


@dataclass(frozen=True)
class Virtuoso(Native):
    """Virtuoso 7: without a dataset it asks all graphs, so the merged view is a named graph and is asked by its name.

    ``own_graphs`` are the server's. Its password is for loading only: anybody may ask.
    """

    query: str = "sparql"
    merged_graph: str = ""
    own_graphs: Sequence[str] = ()
    signed: ClassVar[bool] = False
    rows_media: ClassVar[str] = "application/sparql-results+xml"  # its JSON says 1 for true
    mends: ClassVar[Mapping[bytes, bytes]] = {
        b"<bnode>nodeID://": b"<bnode>",
        b"\r": b"&#13;",
        b"http://www.openlinksw.com/schemas/virtrdf#Geometry": b"http://www.opengis.net/ont/geosparql#wktLiteral",
    }

    def request(self, query: str, asked: Request) -> Fields:
        """The form fields of a query; never a time limit, which would give wrong counts with status 200.

        Raises QuerySyntaxError for what is Virtuoso's and no SPARQL: ``define``, its own functions, expressions between
        backquotes; and :class:`QueryFailed` for FROM beside given graphs, which Virtuoso would join.
        """
        found = list(tokens(query))
        if query_form(query) is None or any(_EXTENSION.match(token.text) for token in found):
            raise explain(query, "Prefix not found")
        words = [token.text.upper() for token in found if token.kind in ("word", "iri")]
        given = asked.default_graphs is not None or asked.named_graphs is not None
        if given and "FROM" in words:
            raise QueryFailed("this engine takes a dataset from FROM or from the request's parameters, not from both")
        if given:
            return super().request(query, asked)
        if ("FROM", "NAMED") in pairwise(words):
            return [("query", query)]
        if "FROM" in words:
            return [("query", query), ("named-graph-uri", _NOTHING)]
        return [("query", self._scoped(query)), ("default-graph-uri", self.merged_graph)]

    def failure(self, asked: Request, response: HTTPResponse, text: str, seconds: float) -> EngineError | None:
        """What went wrong, by status, headers and the text of an answer that is not 200; None where nothing did."""
        if response.status == 206 or "S1TAT" in response.headers.get("X-SQL-State", ""):
            return QueryTimeLimit(seconds)
        most = response.headers.get("X-SPARQL-MaxRows")
        if most and (asked.rows is None or asked.rows >= int(most)):
            return QueryFailed(f"the SPARQL server gives no more than {most} rows (ResultSetMaxRows)", by_engine=True)
        said = _SAID.match(text)
        if said is None:
            return super().failure(asked, response, text, seconds)
        state, words = said.groups()
        if state in ("S1T00", "S1TAT"):
            return QueryTimeLimit(seconds)
        if state != "37000" or "SP030" not in words:
            return QueryFailed(words, by_engine=not state.startswith(("37", "42")))
        if place := _PLACE.search(words):
            number = min(int(place[1]), asked.query.count("\n") + 1)  # it puts the end of the text a line below it
            column = max(asked.query.split("\n")[number - 1].find(place[2]), 0) + 1
            words = f"error at {number}:{column}: {words}"
        return explain(asked.query, words)

    def _scoped(self, query: str) -> str:
        """The query with every GRAPH kept to the record graphs.

        A variable would meet all graphs, so a filter stands behind it. A graph's own name would meet nothing beside
        ``default-graph-uri``, unless it is written as an expression, between backquotes.
        """
        hidden = ", ".join(f"<{graph}>" for graph in (self.merged_graph, *self.own_graphs))
        found = list(tokens(query))
        added: list[tuple[int, str]] = []  # what is written in, and where
        opened: list[str] = []  # what goes behind each brace that is open
        for number, token in enumerate(found):
            if token.text == "{":
                keyword, name = found[max(number - 2, 0)], found[max(number - 1, 0)]
                is_graph = keyword.text.upper() == "GRAPH"
                opened.append(f" FILTER({name.text} NOT IN ({hidden}))" if is_graph and name.kind == "variable" else "")
                if is_graph and name.kind in ("iri", "name") and name.text != f"<{self.merged_graph}>":
                    added += [(name.start, "`"), (name.start + len(name.text), "`")]
            elif token.text == "}" and opened:
                added.append((token.start + 1, opened.pop()))
        for place, text in sorted(added, reverse=True):  # from the end, so that the places before stay
            query = query[:place] + text + query[place:]
        return query


PROFILES: Mapping[str, type[Native]] = {"native": Native, "virtuoso": Virtuoso}
