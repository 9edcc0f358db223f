"""The query page: a form, and the result of its query as a table; programs are answered before this."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, Response, request
from flask_babel import gettext
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from talkoot.graph.engine.errors import EngineError, EngineUnavailable
from talkoot.graph.engine.query_text import query_form
from talkoot.graph.engine.row_limit import RowLimit
from talkoot.graph.engine.unused_terms import unused_terms
from talkoot.ontology.namespaces import PREFIXES
from talkoot.web import sparql_help
from talkoot.web.language import address, reader_language
from talkoot.web.names import Ref
from talkoot.web.negotiation import GRAPH_FORMATS, RESULT_FORMATS, XLSX
from talkoot.web.problem import problem_types
from talkoot.web.responses import CONTENT_SECURITY_POLICY, page
from talkoot.web.site import namer, release, site
from talkoot.web.sparql_problem import Refused, problem_of

blueprint = Blueprint("sparql", __name__)
blueprint.register_blueprint(sparql_help.blueprint)

ANYTHING = "SELECT * WHERE {\n  ?subject ?property ?value .\n}\nLIMIT 100\n"
EMBEDDED_POLICY = CONTENT_SECURITY_POLICY.partition("frame-ancestors")[0] + "frame-ancestors *"
"""The view that other sites may show within their pages; it has no form and nothing of its reader's."""

_MOST_ROWS = 500
_GRAPH_FORMS = ("CONSTRUCT", "DESCRIBE")


class Result(NamedTuple):
    """What a query gave, as far as the page shows it: a table, a graph as text, or yes or no."""

    columns: list[str]
    rows: list[list[Ref | None]]
    more: bool
    text: str = ""
    verdict: bool | None = None
    unused: Sequence[str] = ()  # terms that this data never uses, where there is no row


def _example_of(query: str) -> str:
    return next((name for name, item in sparql_help.gallery().items() if item["query"].strip() == query.strip()), "")


def short_link(query: str) -> str:
    """The address that gives a query again: an example's own, else one that holds the query itself, compressed."""
    name = _example_of(query)
    packed = urlsafe_b64encode(zlib.compress(query.strip().encode(), 9, -15)).rstrip(b"=").decode()
    return address("/sparql", [("example", name)] if name else [("z", packed)])


def _of_short_link(packed: str) -> str:
    longest = site().settings.query_bytes
    try:
        unpacking = zlib.decompressobj(-15)
        text = unpacking.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), longest + 1)
        if unpacking.eof or len(text) > longest:
            return text.decode()
    except (ValueError, zlib.error):
        pass
    raise Refused(
        "bad-request", gettext("The address is not whole: a part of its query is missing. Copy it once more.")
    )


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """The form, with the result of its query where there is one."""
    asked = request.form if request.method == "POST" else request.args
    shown = {} if "rdf_files" in release().manifest else sparql_help.gallery()  # the examples are about our data
    example = shown.get(asked.get("example", ""), next(iter(shown.values()), {"query": ANYTHING}))["query"]
    query = asked.get("query", "").replace("\r\n", "\n")
    result: Result | None = None
    failure: EngineError | Refused | None = None
    status, title, headers = 200, "", dict[str, str]()
    try:
        if not query and "z" in asked:
            query = _of_short_link(asked["z"])
        elif not query and "example" in asked and site().reader:
            query = example
        if query.strip():
            result = _run(query, query_form(query))
    except (EngineError, Refused) as error:
        failure = error
        problem = error if isinstance(error, Refused) else problem_of(error)
        status, titles = problem_types()[problem.slug]
        title, headers = titles[reader_language()], problem.headers
    form = query_form(query)
    formats = GRAPH_FORMATS if form in _GRAPH_FORMS else RESULT_FORMATS if form == "ASK" else (*RESULT_FORMATS, XLSX)
    embedded = asked.get("view") == "embed"
    response = page(
        "sparql_embed.html" if embedded else "sparql.html",
        query=query or example,
        asked=query,
        link=short_link(query),
        example=_example_of(query or (example if "example" in asked else "")),
        gallery=shown,
        own=sparql_help.EXAMPLES,
        result=result,
        failure=failure,
        title=title,
        formats=formats,
        downloads=[(item, address("/sparql", [("query", query), ("format", item.name)])) for item in formats],
        prefixes=PREFIXES,
        completions=sparql_help.completions_address(),
        seconds=site().settings.query_seconds,
    )
    response.headers.update(headers)
    response.headers["Cache-Control"] = "no-cache"
    if embedded:
        response.headers["Content-Security-Policy"] = EMBEDDED_POLICY
    response.status_code = status
    return response


def _run(query: str, form: str | None) -> Result:
    settings, reader = site().settings, site().reader
    if reader is None:
        raise EngineUnavailable("this server was started without query readers")
    if len(query.encode("utf-8", "replace")) > settings.query_bytes:
        raise Refused("query-too-long", gettext("The query is longer than this server reads."))
    media = "text/turtle" if form in _GRAPH_FORMS else "text/tab-separated-values"
    media = "application/sparql-results+json" if form == "ASK" else media
    with reader.run(
        query, media, seconds=settings.query_seconds, rows=_MOST_ROWS, base=f"{settings.base}sparql"
    ) as answer:
        body = b"".join(answer)
    if answer.cut:
        body = body.removesuffix(RowLimit(media, _MOST_ROWS).closing())
    if form in _GRAPH_FORMS:
        return Result([], [], answer.cut, body.decode())
    if form == "ASK":
        return Result([], [], False, verdict=b"true" in body)
    parsed = parse_query_results(body, QueryResultsFormat.TSV)
    assert isinstance(parsed, QuerySolutions)
    names = namer()
    columns = [variable.value for variable in parsed.variables]
    rows = [[names.term(value) if value is not None else None for value in solution] for solution in parsed]
    unused = [] if rows else unused_terms(query, release().folder / "void.ttl")
    return Result(columns, rows, answer.cut, unused=unused)
