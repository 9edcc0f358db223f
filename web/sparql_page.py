"""The query page: a form, and the result of its query as a table; programs are answered before this."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from talkoot.graph import engine
from talkoot.ontology.namespaces import PREFIXES
from talkoot.web.language import address
from talkoot.web.names import Ref
from talkoot.web.negotiation import GRAPH_FORMATS, RESULT_FORMATS
from talkoot.web.responses import page
from talkoot.web.site import namer, site

blueprint = Blueprint("sparql", __name__)

EXAMPLES = ("centres", "pilot", "abroad", "groups", "busiest", "who-says")
"""Example queries by the names of their files: about this data, and each gives rows."""

_FAILURES: dict[type[engine.EngineError], tuple[int, str]] = {
    engine.QuerySyntaxError: (400, _("The query has a syntax error")),
    engine.QueryTimeLimit: (504, _("The query took too long")),
    engine.QueryMemoryLimit: (504, _("The query needed too much memory")),
    engine.EngineUnavailable: (503, _("No query can be run at the moment")),
}
_MOST_ROWS = 500
_MOST_TEXT = 200_000
_GRAPH_FORMS = ("CONSTRUCT", "DESCRIBE")


class Result(NamedTuple):
    """What a query gave, as far as the page shows it: a table, a graph as text, or yes or no."""

    columns: list[str]
    rows: list[list[Ref | None]]
    more: bool
    text: str = ""
    verdict: bool | None = None


def example(name: str) -> str:
    """The text of an example query."""
    return render_template(f"queries/{name}.rq")


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """The form, with the result of its query where there is one."""
    wanted = request.args.get("example", "")
    number = int(wanted) if wanted.isdecimal() and 0 < int(wanted) <= len(EXAMPLES) else 0
    query = (request.form if request.method == "POST" else request.args).get("query", "")
    form = engine.query_form(query)
    result: Result | None = None
    failure: engine.EngineError | None = None
    status, title = 200, ""
    if query.strip():
        try:
            result = _run(query, form)
        except engine.EngineError as error:
            failure = error
            status, title = _FAILURES.get(type(error), (400, gettext("The query was not run")))
    formats = GRAPH_FORMATS if form in _GRAPH_FORMS else RESULT_FORMATS
    response = page(
        "sparql.html",
        query=query or example(EXAMPLES[max(number, 1) - 1]),
        example=number,
        examples=EXAMPLES,
        result=result,
        failure=failure,
        title=title,
        formats=formats,
        downloads=[(item.name, address("/sparql", [("query", query), ("format", item.name)])) for item in formats],
        prefixes=PREFIXES,
        seconds=site().settings.query_seconds,
    )
    response.headers["Cache-Control"] = "no-cache"
    response.status_code = status
    return response


def _run(query: str, form: str | None) -> Result:
    settings, own = site().settings, site().own
    if own is None:
        raise engine.EngineUnavailable("this server was started without query readers")
    if len(query.encode("utf-8", "replace")) > settings.query_bytes:
        raise engine.EngineError(gettext("The query is longer than this server reads."))
    media = "text/turtle" if form in _GRAPH_FORMS else "text/tab-separated-values"
    media = "application/sparql-results+json" if form == "ASK" else media
    with own.reader.run(query, media, seconds=settings.query_seconds) as answer:
        body, complete = _take(answer, _MOST_TEXT if form in _GRAPH_FORMS else None)
    if form in _GRAPH_FORMS:
        return Result([], [], not complete, body.decode("utf-8", "replace"))
    if form == "ASK":
        return Result([], [], False, verdict=b"true" in body)
    return _table(body)


def _take(answer: Iterable[bytes], most_bytes: int | None) -> tuple[bytes, bool]:
    """The answer up to a length, or up to the rows that a page shows; and whether that is all of it."""
    body = bytearray()
    lines = 0
    for block in answer:
        body += block
        lines += block.count(b"\n")
        if most_bytes is not None and len(body) > most_bytes:
            return bytes(body[: body.rfind(b"\n", 0, most_bytes) + 1]), False
        if most_bytes is None and lines > _MOST_ROWS + 2:
            break
    return bytes(body), True


def _table(body: bytes) -> Result:
    kept = body.split(b"\n", _MOST_ROWS + 1)
    more = len(kept) > _MOST_ROWS + 1 and bool(kept[-1].strip())
    whole_rows = b"\n".join(kept[: _MOST_ROWS + 1]).rstrip(b"\n") + b"\n"
    parsed = parse_query_results(whole_rows, QueryResultsFormat.TSV)
    if not isinstance(parsed, QuerySolutions):
        return Result([], [], False)
    names = namer()
    columns = [variable.value for variable in parsed.variables]
    rows = [[names.term(value) if value is not None else None for value in solution] for solution in parsed]
    return Result(columns, rows, more)
