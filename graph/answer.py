"""Answering a query on the command line: the same formats and the same words for errors as the endpoint."""

import signal
from typing import IO

from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat, Store

from talkoot.graph.engine.errors import EngineError
from talkoot.graph.engine.query_text import refuse_service, refuse_update
from talkoot.graph.engine.syntax_hint import explain
from talkoot.graph.formats import GRAPH_FORMATS, RESULT_FORMATS, XLSX
from talkoot.graph.release import Release
from talkoot.graph.workbooks import workbook_of_rows
from talkoot.ontology.files import short
from talkoot.ontology.namespaces import PREFIXES

_RESULT_MEDIA = {item.name: item.media for item in (*RESULT_FORMATS, XLSX)}
_GRAPH_MEDIA = {item.name: item.media for item in GRAPH_FORMATS}


class QueryRefused(RuntimeError):
    """The query was not answered; the message says why, the exit code whether it was wrong use."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def answer(release: Release, query: str, format_name: str | None, out: IO[bytes]) -> list[dict[str, str]] | None:
    """Write the answer to a query in a named format, or give its rows where none is named; else a graph is Turtle.

    Raises :class:`QueryRefused`.
    """
    _refuse_unless(format_name, _RESULT_MEDIA | _GRAPH_MEDIA, f"There is no format {format_name}")
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
        explained = explain(query, str(error))
        raise QueryRefused(f"{explained}\n{explained.excerpt}") from error
    if isinstance(found, QueryTriples):
        _refuse_unless(format_name, _GRAPH_MEDIA, "The query answers with a graph")
        found.serialize(out, format=RdfFormat.from_media_type(_GRAPH_MEDIA[format_name or "ttl"]))
        return None
    _refuse_unless(format_name, _RESULT_MEDIA, "The query answers with rows")
    if format_name == XLSX.name:
        out.write(workbook_of_rows(found.serialize(format=QueryResultsFormat.TSV) or b""))
    elif format_name:
        found.serialize(out, format=QueryResultsFormat.from_media_type(_RESULT_MEDIA[format_name]))
    elif isinstance(found, QueryBoolean):
        out.write(b"yes\n" if found else b"no\n")
    else:
        names = [variable.value for variable in found.variables]
        return [dict(zip(names, map(_shown, row), strict=True)) for row in found]
    return None


def _refuse_unless(format_name: str | None, media: dict[str, str], reason: str) -> None:
    if format_name and format_name not in media:
        raise QueryRefused(f"{reason}: use one of {', '.join(media)}.", 2)


def _shown(value: object) -> str:
    """A value for a reader: a literal's text, an IRI shortened by our prefixes."""
    if isinstance(value, NamedNode):
        return short(value.value)
    if isinstance(value, Literal):
        return value.value
    return "" if value is None else str(value)
