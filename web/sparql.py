"""The SPARQL endpoint, answered before Flask sees the request: half the time of a look-up is routing there.

Sources: https://www.w3.org/TR/sparql11-protocol/ and https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs
from wsgiref.util import request_uri

from pyoxigraph import NamedNode, RdfFormat, parse, serialize
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response

from talkoot.graph import engine
from talkoot.graph.settings import Settings
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, RESULT_FORMATS, Choice, Format, by_name, negotiate
from talkoot.web.problem import problem_response
from talkoot.web.site import Own

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/sparql"

_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_ALLOW = "GET, HEAD, POST, OPTIONS"
_MOST_PARAMETERS = 200
_FORM_FACTOR = 3  # a form writes one byte as up to three
_FORM_REST = 16384  # graphs and the names of the parameters

_PREFIXES = {"sd": "http://www.w3.org/ns/sparql-service-description#", "format": "http://www.w3.org/ns/formats/"}
_OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Talkoot-Release, Retry-After"}
_PREFLIGHT = {
    **_OPEN_TO_ALL,
    "Allow": _ALLOW,
    "Access-Control-Allow-Methods": _ALLOW,
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}
_ALWAYS = [*_OPEN_TO_ALL.items(), ("Vary", "Accept"), ("X-Content-Type-Options", "nosniff")]

# the type of problem that an engine's error becomes, and which of its data go along
_PROBLEMS: dict[type[engine.EngineError], tuple[str, tuple[str, ...]]] = {
    engine.QuerySyntaxError: ("syntax", ("line", "column", "hint", "excerpt", "details")),
    engine.ServiceRefused: ("service-refused", ()),
    engine.UpdateRefused: ("update-refused", ()),
    engine.QueryTimeLimit: ("time-limit", ("seconds",)),
    engine.QueryMemoryLimit: ("memory-limit", ("mebibytes",)),
    engine.QueryFailed: ("query-failed", ()),
    engine.EngineUnavailable: ("engine-unavailable", ()),
}


class _Refused(Exception):
    """The request is answered with this problem."""

    def __init__(self, slug: str, detail: str, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.slug, self.headers, self.members = slug, headers or {}, members


class _Question(NamedTuple):
    """What a request asks: no query is a request for the description of the service."""

    query: str | None
    format_name: str | None
    default_graphs: list[str] | None
    named_graphs: list[str] | None


class SparqlMiddleware:
    """Answers ``/sparql`` for programs and leaves everything else, and browsers, to the application."""

    def __init__(self, app: WSGIApplication, settings: Settings, run_dir: Path) -> None:
        self._app = app
        self._settings = settings
        self._own = Own(run_dir, settings.query_memory)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != PATH:
            return self._app(environ, start_response)
        try:
            return self._respond(environ, start_response)
        except (engine.EngineError, _Refused) as error:
            problem = error if isinstance(error, _Refused) else _problem_of(error)
        headers = _OPEN_TO_ALL | problem.headers
        accept = environ.get("HTTP_ACCEPT")
        response = problem_response(problem.slug, str(problem), accept=accept, headers=headers, **problem.members)
        return response(environ, start_response)

    def _respond(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return Response(status=204, headers=_PREFLIGHT)(environ, start_response)
        if method not in {"GET", "HEAD", "POST"}:
            raise _Refused("method-not-allowed", f"{method} is not used here; use GET or POST.", {"Allow": _ALLOW})
        question = _read(environ, self._settings.query_bytes)
        choice = _choose(question, environ.get("HTTP_ACCEPT"))
        if choice.format is HTML:
            return self._app(environ, start_response)
        headers = [*_ALWAYS, ("Content-Type", choice.content_type)]
        answer: engine.Answer | None = None
        if question.query is None:
            body: bytes | None = _description(request_uri(environ, include_query=False), choice.format)
        else:
            answer = self._own.reader.run(
                question.query,
                choice.format.media,
                seconds=self._settings.query_seconds,
                default_graphs=question.default_graphs,
                named_graphs=question.named_graphs,
            )
            body = answer.whole
            headers.append(("Talkoot-Release", str(answer.release)))
        if body is not None:
            headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        if method == "HEAD":
            body = b""
            if answer is not None:
                answer.close()
        return answer if answer is not None and body is None else [body or b""]


def _read(environ: WSGIEnvironment, longest: int) -> _Question:
    """The question that a request asks, by any of the ways of the protocol."""
    encoded = environ.get("QUERY_STRING", "")
    queries = []
    posted = environ["REQUEST_METHOD"] == "POST"
    try:
        if posted and _posted_type(environ) == _DIRECT:
            queries.append(_body(environ, longest, longest).decode())
        elif posted:
            encoded += "&" + _body(environ, longest * _FORM_FACTOR + _FORM_REST, longest).decode("latin-1")
        if not encoded.isascii():  # its bytes stand for themselves, as in Latin-1
            encoded = encoded.encode("latin-1").decode()
        values = parse_qs(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeError as error:
        raise _Refused("bad-request", f"The request is not encoded as UTF-8: {error}.") from error
    except ValueError as error:
        raise _Refused("bad-request", f"There are more than {_MOST_PARAMETERS} parameters.") from error
    if "update" in values:
        raise engine.UpdateRefused
    queries += values.get("query", ())
    if len(queries) > 1:
        raise _Refused("bad-request", f"There are {len(queries)} queries in this request; send one at a time.")
    if posted and not queries:
        raise _Refused("missing-query", "Send the query as the form field query, or as the body itself.")
    query = queries[0] if queries else None
    if query is not None and len(query.encode()) > longest:
        raise _too_long(longest)
    defaults, named = (_graphs(values, name) for name in ("default-graph-uri", "named-graph-uri"))
    if defaults or named:  # either is then the whole dataset together with the other
        defaults, named = defaults or [], named or []
    return _Question(query, values.get("format", [None])[-1], defaults, named)


def _posted_type(environ: WSGIEnvironment) -> str:
    """The media type of a posted body, one of the two that are read."""
    header = environ.get("CONTENT_TYPE", "")
    kind, options = parse_options_header(header.lower())
    if kind == "application/sparql-update":
        raise engine.UpdateRefused
    if kind not in {_FORM, _DIRECT}:
        raise _Refused(
            "unsupported-media-type",
            f"The body is of the type {header or '(none given)'}. "
            f"Post a form ({_FORM}) or the query itself ({_DIRECT}).",
            {"Accept-Post": f"{_DIRECT}, {_FORM}"},
        )
    if options.get("charset", "utf-8") not in {"utf-8", "utf8", "us-ascii"}:
        raise _Refused("unsupported-media-type", "The body must be UTF-8.")
    return kind


def _body(environ: WSGIEnvironment, most: int, longest: int) -> bytes:
    """The request's body, which is put back for an application that reads it again."""
    length = environ.get("CONTENT_LENGTH") or ""
    chunked = environ.get("wsgi.input_terminated") or "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    wanted = int(length) if length.isdecimal() else most + 1 if chunked else 0
    body = bytes(environ["wsgi.input"].read(min(wanted, most + 1)))
    if len(body) > most:
        raise _too_long(longest)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    return body


def _graphs(values: dict[str, list[str]], name: str) -> list[str] | None:
    for graph in values.get(name, ()):
        try:
            NamedNode(graph)
        except ValueError as error:
            raise _Refused("bad-request", f"{name} is not a full IRI: {graph!r}") from error
    return values.get(name)


def _too_long(longest: int) -> _Refused:
    detail = f"A query may have {longest} bytes. Long lists of VALUES can be sent in several queries."
    return _Refused("query-too-long", detail, bytes=longest)


def _choose(question: _Question, accept: str | None) -> Choice:
    form = engine.query_form(question.query) if question.query is not None else "DESCRIBE"
    formats = GRAPH_FORMATS if form in {"CONSTRUCT", "DESCRIBE"} else RESULT_FORMATS
    name = question.format_name
    choice = by_name(name, (*formats, HTML)) if name else negotiate(accept, (*formats, HTML))
    if choice is None and form is not None:
        wanted = f"format={name}" if name else f"Accept: {accept}"
        raise _Refused(
            "not-acceptable",
            f"{wanted} cannot be given for this query. Ask for one of the types listed, or put a short name into "
            f"?format= ({', '.join(item.name for item in formats)}).",
            available=[item.media for item in formats],
        )
    return choice or Choice(formats[0], formats[0].media)  # a broken query is answered with what is wrong in it


def _problem_of(error: engine.EngineError) -> _Refused:
    """The problem that an engine's error becomes."""
    slug, members = _PROBLEMS[type(error)]
    if isinstance(error, engine.QueryFailed) and error.by_engine:
        slug = "engine-failed"
    headers = {"Retry-After": "2"} if isinstance(error, engine.EngineUnavailable) else None
    return _Refused(slug, str(error), headers, **{name: getattr(error, name) for name in members})


def _description(endpoint: str, output: Format) -> bytes:
    """What the service at an address says of itself to a machine that asks it nothing, in a graph format."""
    formats = ", ".join(f"format:{item.w3c_name}" for item in (*RESULT_FORMATS, *GRAPH_FORMATS))
    turtle = f"""
        PREFIX sd: <{_PREFIXES["sd"]}> PREFIX format: <{_PREFIXES["format"]}>
        _:service a sd:Service ; sd:endpoint <{NamedNode(endpoint).value}> ;
            sd:supportedLanguage sd:SPARQL11Query ; sd:resultFormat {formats} ; sd:defaultDataset _:dataset .
        _:dataset a sd:Dataset ; sd:defaultGraph _:merged .
        _:merged a sd:Graph ."""
    triples = parse(turtle, RdfFormat.TURTLE)
    return serialize(triples, format=RdfFormat.from_media_type(output.media), prefixes=_PREFIXES) or b""
