"""The query page: a form, and the result of its query as a table; programs are answered before this."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)  # fmt: skip

from talkoot.graph.engine import (
    EngineError,
    EngineUnavailable,
    QueryMemoryLimit,
    QuerySyntaxError,
    QueryTimeLimit,
    ReaderConnection,
    query_form,
)  # fmt: skip
from talkoot.ontology.namespaces import PREFIXES
from talkoot.web.facts import Facts
from talkoot.web.language import address, reader_language
from talkoot.web.names import Namer, site_path
from talkoot.web.negotiation import GRAPH_FORMATS, RESULT_FORMATS
from talkoot.web.queries import examples
from talkoot.web.responses import page
from talkoot.web.site import facts, site
from talkoot.web.source_entity import short_iri
from talkoot.web.wording import is_web_address

blueprint = Blueprint("sparql", __name__)

MOST_ROWS = 500
_MOST_TEXT = 200_000
_GRAPH_FORMS = ("CONSTRUCT", "DESCRIBE")
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a result: its text, its language, where it leads, and the name of what it stands for."""

    text: str
    lang: str
    href: str
    outside: bool
    name: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gave, as far as the page shows it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell | None]]
    more: bool
    text: str
    verdict: bool | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a query gave nothing: in a sentence, with the place of a mistake where there is one."""

    title: str
    message: str
    status: int
    line: int = 0
    column: int = 0
    excerpt: str = ""


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """The form, with the result of its query where there is one."""
    known = examples()
    wanted = request.args.get("example", "")
    number = int(wanted) if wanted.isdecimal() and 0 < int(wanted) <= len(known) else 0
    values = request.form if request.method == "POST" else request.args
    query = values.get("query", "")
    result: Result | None = None
    failure: Failure | None = None
    if query.strip():
        try:
            result = _run(query)
        except EngineError as error:
            failure = _failure(error)
    form = query_form(query)
    formats = GRAPH_FORMATS if form in _GRAPH_FORMS else RESULT_FORMATS
    response = page(
        "sparql.html",
        query=query or (known[number - 1].query if number else known[0].query),
        asked=bool(query.strip()),
        example=number,
        examples=known,
        result=result,
        failure=failure,
        formats=[(item.name, item.media) for item in formats],
        downloads=[(item.name, address("/sparql", [("query", query), ("format", item.name)])) for item in formats],
        prefixes=PREFIXES,
        most=MOST_ROWS,
        seconds=site().settings.query_seconds,
    )
    response.headers["Cache-Control"] = "no-cache"
    if failure is not None:
        response.status_code = failure.status
    return response


def _connection(run_dir: Path) -> ReaderConnection:
    """This thread's own reader."""
    kept: dict[Path, ReaderConnection] = _local.__dict__.setdefault("readers", {})
    if run_dir not in kept:
        kept[run_dir] = ReaderConnection(run_dir, site().settings.query_memory)
    return kept[run_dir]


def _run(query: str) -> Result:
    run_dir = site().run_dir
    if run_dir is None:
        raise EngineUnavailable("this server was started without query readers")
    if len(query.encode("utf-8", "replace")) > site().settings.query_bytes:
        raise EngineError(gettext("The query is longer than this server reads."))
    form = query_form(query)
    media = (
        "text/turtle"
        if form in _GRAPH_FORMS
        else ("application/sparql-results+json" if form == "ASK" else "text/tab-separated-values")
    )
    started = time.perf_counter()
    with _connection(run_dir).run(query, media, seconds=site().settings.query_seconds) as answer:
        body, complete = _take(answer, _MOST_TEXT if form in _GRAPH_FORMS else None)
    seconds = time.perf_counter() - started
    if form in _GRAPH_FORMS:
        return Result((), (), not complete, body.decode("utf-8", "replace"), None, seconds)
    if form == "ASK":
        return Result((), (), False, "", b"true" in body, seconds)
    return _table(body, complete, seconds)


def _take(answer: Any, most_bytes: int | None) -> tuple[bytes, bool]:
    """The answer up to a length, or up to the rows that a page shows; and whether that is all of it."""
    body = bytearray()
    lines = 0
    for block in answer:
        body += block
        lines += block.count(b"\n")
        if most_bytes is not None and len(body) > most_bytes:
            return bytes(body[: body.rfind(b"\n", 0, most_bytes) + 1]), False
        if most_bytes is None and lines > MOST_ROWS + 2:
            break
    return bytes(body), True


def _table(body: bytes, complete: bool, seconds: float) -> Result:
    kept = body.split(b"\n", MOST_ROWS + 1)
    more = len(kept) > MOST_ROWS + 1 and bool(kept[-1].strip())
    whole_rows = b"\n".join(kept[: MOST_ROWS + 1]).rstrip(b"\n") + b"\n"
    parsed = parse_query_results(whole_rows, QueryResultsFormat.TSV)
    if not isinstance(parsed, QuerySolutions):
        return Result((), (), False, "", None, seconds)
    known, namer = facts(), Namer(facts(), reader_language())
    columns = [variable.value for variable in parsed.variables]
    rows = [tuple(_cell(solution[name], known, namer) for name in columns) for solution in parsed]
    return Result(columns, rows, more or not complete, "", None, seconds)


def _cell(value: NamedNode | BlankNode | Literal | Triple | None, known: Facts, namer: Namer) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, Literal):
        kind = value.datatype.value.rsplit("#", 1)[-1]
        return Cell(value.value, value.language or "", "", False, "", kind in ("integer", "decimal", "double"))
    if not isinstance(value, NamedNode):
        return Cell(str(value), "", "", False, "", False)
    iri = value.value
    if iri.startswith(f"{known.base}id/") and "#" not in iri:
        called = "" if iri.startswith(f"{known.base}id/src/") else namer.ref(value).text
        return Cell(iri.removeprefix(known.base), "", site_path(iri, known.base), False, called, False)
    if iri.startswith((f"{known.base}graph/", f"{known.base}voc/", f"{known.base}sources/")) and "#" not in iri:
        label = known.labels(value)
        name_text = namer.concept(value).text if label else ""
        return Cell(iri.removeprefix(known.base), "", site_path(iri, known.base), False, name_text, False)
    short = short_iri(iri)
    label_text = namer.concept(value).text if known.labels(value) else ""
    outside = short == iri and is_web_address(iri)
    return Cell(short, "", iri if outside else "", outside, label_text, False)


def _failure(error: EngineError) -> Failure:
    if isinstance(error, QuerySyntaxError):
        title = gettext("The query has a syntax error")
        return Failure(title, error.hint, 400, error.line, error.column, error.excerpt)
    if isinstance(error, QueryTimeLimit):
        return Failure(gettext("The query took too long"), str(error), 504)
    if isinstance(error, QueryMemoryLimit):
        return Failure(gettext("The query needed too much memory"), str(error), 504)
    if isinstance(error, EngineUnavailable):
        return Failure(gettext("No query can be run at the moment"), str(error), 503)
    return Failure(gettext("The query was not run"), str(error), 400)
