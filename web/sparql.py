"""The SPARQL endpoint, answered before Flask sees the request: half the time of a look-up is routing there.

Source: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from wsgiref.util import request_uri

from pyoxigraph import NamedNode
from werkzeug.wrappers import Response

from talkoot.graph.engine import (
    EngineError,
    EngineUnavailable,
    QueryFailed,
    QueryMemoryLimit,
    QuerySyntaxError,
    QueryTimeLimit,
    ReaderConnection,
    ServiceRefused,
    UpdateRefused,
    query_form,
)
from talkoot.graph.settings import Settings
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, RESULT_FORMATS, Choice, Format, by_name, negotiate
from talkoot.web.problem import problem_response
from talkoot.web.service_description import service_description

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/sparql"

_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
_ALLOW = "GET, HEAD, POST, OPTIONS"
_MOST_PARAMETERS = 200
_FORM_FACTOR = 3  # a form writes one byte as up to three
_FORM_REST = 16384  # graphs and the names of the parameters

_OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Talkoot-Release, Retry-After"}
_PREFLIGHT = {
    **_OPEN_TO_ALL,
    "Allow": _ALLOW,
    "Access-Control-Allow-Methods": _ALLOW,
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}
_ALWAYS = [*_OPEN_TO_ALL.items(), ("Vary", "Accept"), ("X-Content-Type-Options", "nosniff")]


class _Refused(Exception):
    """The request is answered with this problem."""

    def __init__(self, slug: str, detail: str, *, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.slug, self.detail, self.headers, self.members = slug, detail, headers or {}, members


@dataclass(frozen=True)
class _Question:
    """What a request asks: no query is a request for the description of the service."""

    query: str | None
    format_name: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None


class SparqlMiddleware:
    """Answers ``/sparql`` for programs and leaves everything else, and browsers, to the application.

    Every thread of the server has a reader of its own, connected at its first query.
    """

    def __init__(self, app: WSGIApplication, settings: Settings, run_dir: Path) -> None:
        self._app = app
        self._settings = settings
        self._run_dir = run_dir
        self._local = threading.local()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != PATH:
            return self._app(environ, start_response)
        try:
            return self._respond(environ, start_response)
        except EngineError as error:
            problem = _problem_of(error)
        except _Refused as error:
            problem = error
        response = problem_response(
            problem.slug,
            problem.detail,
            accept=environ.get("HTTP_ACCEPT"),
            headers=_OPEN_TO_ALL | problem.headers,
            **problem.members,
        )
        return response(environ, start_response)

    def _respond(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return Response(status=204, headers=_PREFLIGHT)(environ, start_response)
        if method not in {"GET", "HEAD", "POST"}:
            raise _Refused(
                "method-not-allowed", f"{method} is not used here; use GET or POST.", headers={"Allow": _ALLOW}
            )
        question = _read(environ, self._settings.query_bytes)
        choice = _choose(question, environ.get("HTTP_ACCEPT"))
        if choice.format is HTML:
            return self._app(environ, start_response)
        if question.query is None:
            body = service_description(request_uri(environ, include_query=False), choice.format)
            start_response("200 OK", [*_ALWAYS, *_type_and_length(choice, body)])
            return [body] if method != "HEAD" else []
        answer = self._connection().run(
            question.query,
            choice.format.media,
            seconds=self._settings.query_seconds,
            default_graphs=question.default_graphs,
            named_graphs=question.named_graphs,
        )
        headers = [*_ALWAYS, ("Talkoot-Release", str(answer.release))]
        whole = answer.whole
        if whole is not None:
            start_response("200 OK", [*headers, *_type_and_length(choice, whole)])
            return [whole] if method != "HEAD" else []
        start_response("200 OK", [*headers, ("Content-Type", choice.content_type)])
        if method == "HEAD":
            answer.close()
            return []
        return answer

    def _connection(self) -> ReaderConnection:
        connection: ReaderConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = ReaderConnection(self._run_dir, self._settings.query_memory)
            self._local.connection = connection
        return connection


def _type_and_length(choice: Choice, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", choice.content_type), ("Content-Length", str(len(body)))]


def _read(environ: WSGIEnvironment, longest: int) -> _Question:
    """The question that a request asks, by any of the ways of the protocol."""
    parameters = _parameters(environ.get("QUERY_STRING", ""))
    if environ["REQUEST_METHOD"] == "POST":
        parameters += _posted(environ, longest)
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    if "update" in values:
        raise UpdateRefused
    queries = values.get("query", [])
    if len(queries) > 1:
        raise _Refused("bad-request", f"There are {len(queries)} queries in this request; send one at a time.")
    if not queries and environ["REQUEST_METHOD"] == "POST":
        raise _Refused("missing-query", "Send the query as the form field query, or as the body itself.")
    query = queries[0] if queries else None
    if query is not None and len(query.encode("utf-8", "surrogatepass")) > longest:
        raise _too_long(longest)
    defaults, named = _graphs(values, "default-graph-uri"), _graphs(values, "named-graph-uri")
    if defaults is None and named is not None:
        defaults = ()
    elif named is None and defaults is not None:
        named = ()
    return _Question(query, values.get("format", [None])[-1], defaults, named)


def _parameters(encoded: str) -> list[tuple[str, str]]:
    """The parameters of a query string or form, whose bytes stand for themselves as in Latin-1."""
    try:
        if not encoded.isascii():
            encoded = encoded.encode("latin-1").decode()
        return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeError as error:
        raise _Refused("bad-request", "The parameters are not encoded as UTF-8.") from error
    except ValueError as error:
        raise _Refused("bad-request", f"There are more than {_MOST_PARAMETERS} parameters.") from error


def _posted(environ: WSGIEnvironment, longest: int) -> list[tuple[str, str]]:
    """The parameters in a posted body; the body of a direct post is its query."""
    header = environ.get("CONTENT_TYPE", "")
    kind, _, rest = (part.strip().lower() for part in header.partition(";"))
    if kind == _UPDATE:
        raise UpdateRefused
    if kind not in {_FORM, _DIRECT}:
        raise _Refused(
            "unsupported-media-type",
            f"The body is of the type {header or '(none given)'}. "
            f"Post a form ({_FORM}) or the query itself ({_DIRECT}).",
            headers={"Accept-Post": f"{_DIRECT}, {_FORM}"},
        )
    if "charset" in rest and rest.partition("=")[2].strip('" ') not in {"utf-8", "utf8", "us-ascii"}:
        raise _Refused("unsupported-media-type", "The body must be UTF-8.")
    body = _body(environ, longest if kind == _DIRECT else longest * _FORM_FACTOR + _FORM_REST, longest)
    if kind == _FORM:
        return _parameters(body.decode("latin-1"))
    try:
        return [("query", body.decode())]
    except UnicodeDecodeError as error:
        raise _Refused("bad-request", f"The query is not UTF-8: byte {error.start} does not fit.") from error


def _body(environ: WSGIEnvironment, most: int, longest: int) -> bytes:
    """The request's body, which is put back for an application that reads it again."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        if int(length) > most:
            raise _too_long(longest)
        body = environ["wsgi.input"].read(int(length))
    elif environ.get("wsgi.input_terminated") or "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        body = environ["wsgi.input"].read(most + 1)
        if len(body) > most:
            raise _too_long(longest)
    else:
        body = b""
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    return bytes(body)


def _too_long(longest: int) -> _Refused:
    return _Refused(
        "query-too-long",
        f"A query may have {longest} bytes. Long lists of VALUES can be sent in several queries.",
        bytes=longest,
    )


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    graphs = values.get(name)
    if graphs is None:
        return None
    for graph in graphs:
        try:
            NamedNode(graph)
        except ValueError as error:
            raise _Refused("bad-request", f"{name} is not a full IRI: {graph!r}") from error
    return tuple(graphs)


def _choose(question: _Question, accept: str | None) -> Choice:
    form = query_form(question.query) if question.query is not None else "DESCRIBE"
    formats = GRAPH_FORMATS if form in {"CONSTRUCT", "DESCRIBE"} else RESULT_FORMATS
    if question.format_name:
        choice = by_name(question.format_name, (*formats, HTML))
        wanted = f"format={question.format_name}"
    else:
        choice = negotiate(accept, (*formats, HTML))
        wanted = f"Accept: {accept}"
    if choice is None and form is not None:
        raise _not_acceptable(wanted, formats)
    return choice or Choice(formats[0], formats[0].media)  # a broken query is answered with what is wrong in it


def _not_acceptable(wanted: str, formats: tuple[Format, ...]) -> _Refused:
    return _Refused(
        "not-acceptable",
        f"{wanted} cannot be given for this query. Ask for one of the types listed, or put a short name into "
        f"?format= ({', '.join(item.name for item in formats)}).",
        available=[item.media for item in formats],
    )


def _problem_of(error: EngineError) -> _Refused:
    """The problem that an engine's error becomes."""
    match error:
        case QuerySyntaxError():
            return _Refused(
                "syntax",
                str(error),
                line=error.line,
                column=error.column,
                hint=error.hint,
                excerpt=error.excerpt,
                details=error.details,
            )
        case ServiceRefused():
            return _Refused("service-refused", str(error))
        case UpdateRefused():
            return _Refused("update-refused", str(error))
        case QueryTimeLimit():
            return _Refused("time-limit", str(error), seconds=error.seconds)
        case QueryMemoryLimit():
            return _Refused("memory-limit", str(error), mebibytes=error.mebibytes)
        case QueryFailed():
            return _Refused("engine-failed" if error.by_engine else "query-failed", str(error))
        case EngineUnavailable():
            return _Refused("engine-unavailable", str(error), headers={"Retry-After": "2"})
    raise error
