"""Answering a query on the command line: the same formats and the same words for errors as the endpoint."""

from __future__ import annotations

import csv
import io
import signal
import sys
from typing import IO

from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store

from talkoot.graph.engine.errors import EngineError, QuerySyntaxError
from talkoot.graph.engine.query_text import refuse_service, refuse_update
from talkoot.graph.engine.syntax_hint import explain
from talkoot.graph.release import Release
from talkoot.ontology.namespaces import PREFIXES

RESULT_FORMATS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}


class QueryRefused(RuntimeError):
    """The query was not answered; the message says why, the exit code whether it was wrong use."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def answer(release: Release, query: str, format_name: str | None, out: IO[bytes]) -> None:
    """Write the answer to a query in a named format, or as a plain table. Raises :class:`QueryRefused`."""
    if format_name and format_name not in RESULT_FORMATS | GRAPH_FORMATS:
        names = ", ".join(RESULT_FORMATS | GRAPH_FORMATS)
        raise QueryRefused(f"There is no format {format_name}: use one of {names}.", 2)
    try:
        refuse_update(query)
        refuse_service(query)
    except EngineError as error:
        raise QueryRefused(str(error)) from error
    store = Store.read_only(str(release.folder / "store"))
    # The engine does not come back to Python while it works: let Ctrl-C end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        found = store.query(query, prefixes=PREFIXES)
    except SyntaxError as error:
        raise QueryRefused(_shown_error(explain(query, str(error)))) from error
    if isinstance(found, QuerySolutions | QueryBoolean):
        _write_rows(found, format_name, out)
    elif format_name in RESULT_FORMATS:
        raise QueryRefused(f"The query answers with a graph: use one of {', '.join(GRAPH_FORMATS)}.", 2)
    else:
        found.serialize(out, format=GRAPH_FORMATS[format_name or "ttl"])


def _write_rows(found: QuerySolutions | QueryBoolean, format_name: str | None, out: IO[bytes]) -> None:
    if format_name in GRAPH_FORMATS:
        raise QueryRefused(f"The query answers with rows: use one of {', '.join(RESULT_FORMATS)}.", 2)
    if format_name:
        found.serialize(out, format=RESULT_FORMATS[format_name])
    elif isinstance(found, QueryBoolean):
        out.write(b"yes\n" if found else b"no\n")
    else:
        text = io.StringIO()
        table = csv.writer(text, dialect="excel-tab", lineterminator="\n")
        table.writerow(variable.value for variable in found.variables)
        for row in found:
            table.writerow(_shown(value) for value in row)
        out.write(text.getvalue().encode())
    sys.stdout.flush()


def _shown(value: object) -> str:
    """A value for a reader: a literal's text, an IRI shortened by our prefixes."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, NamedNode):
        for prefix, namespace in PREFIXES.items():
            if value.value.startswith(namespace) and "/" not in value.value[len(namespace) :]:
                return f"{prefix}:{value.value[len(namespace) :]}"
        return value.value
    return "" if value is None else str(value)


def _shown_error(error: QuerySyntaxError) -> str:
    return f"{error}\n{error.excerpt}" if error.excerpt else str(error)
