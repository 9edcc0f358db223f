"""What a request to ``/sparql`` asks: the query, its graphs, its limits and its format, by the protocol.

Source: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, unquote_to_bytes

from pyoxigraph import NamedNode
from werkzeug.http import parse_options_header

from talkoot.graph.engine.errors import UpdateRefused
from talkoot.graph.engine.query_text import query_form
from talkoot.graph.settings import Settings
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, RESULT_FORMATS, XLSX, Choice, by_name, negotiate
from talkoot.web.sparql_problem import Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ALLOW = "GET, HEAD, POST, OPTIONS"

_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_MOST_PARAMETERS = 200
_FORM_FACTOR = 3  # a form writes one byte as up to three
_FORM_REST = 16384  # graphs and the names of the parameters


class Question(NamedTuple):
    """What a request asks: no query is a request for the description of the service."""

    query: str | None
    format_name: str | None
    default_graphs: list[str] | None
    named_graphs: list[str] | None
    seconds: float
    rows: int
    release: int | None


def read_question(environ: WSGIEnvironment, settings: Settings) -> Question:
    """The question that a request asks, by any of the ways of the protocol. Raises :class:`Refused`."""
    longest = settings.query_bytes
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
        values = _fields(encoded)
    except UnicodeError as error:
        raise Refused("bad-request", f"The request is not encoded as UTF-8: {error}.") from error
    except ValueError as error:
        raise Refused("bad-request", f"There are more than {_MOST_PARAMETERS} parameters.") from error
    if "update" in values:
        raise UpdateRefused
    queries += values.get("query", ())
    if len(queries) > 1:
        raise Refused("bad-request", f"There are {len(queries)} queries in this request; send one at a time.")
    if posted and not queries:
        raise Refused("missing-query", "Send the query as the form field query, or as the body itself.")
    query = queries[0] if queries else None
    if query is not None and len(query.encode()) > longest:
        raise _too_long(longest)
    defaults, named = (_graphs(values, name) for name in ("default-graph-uri", "named-graph-uri"))
    if defaults or named:  # either is then the whole dataset together with the other
        defaults, named = defaults or [], named or []
    release = _number(values, "release", math.inf)
    return Question(
        query,
        values.get("format", [None])[-1],
        defaults,
        named,
        _number(values, "timeout", settings.query_seconds) or settings.query_seconds,
        int(_number(values, "rows", settings.query_rows) or settings.query_rows),
        None if release is None else int(release),
    )


def choose_format(question: Question, accept: str | None) -> Choice:
    """The format of the answer, by name or by the Accept header. Raises :class:`Refused` where there is none."""
    form = query_form(question.query) if question.query is not None else "DESCRIBE"
    return _format_of(form, question.format_name, accept)


@lru_cache(maxsize=1024)
def _format_of(form: str | None, name: str | None, accept: str | None) -> Choice:
    formats = GRAPH_FORMATS if form in {"CONSTRUCT", "DESCRIBE"} else RESULT_FORMATS
    known = (*formats, HTML) if form != "SELECT" else (*formats, XLSX, HTML)
    choice = by_name(name, known) if name else negotiate(accept, known)
    if choice is None and form is not None:
        wanted = f"format={name}" if name else f"Accept: {accept}"
        raise Refused(
            "not-acceptable",
            f"{wanted} cannot be given for this query. Ask for one of the types listed, or put a short name into "
            f"?format= ({', '.join(item.name for item in formats)}).",
            available=[item.media for item in formats],
        )
    return choice or Choice(formats[0], formats[0].media)  # a broken query is answered with what is wrong in it


def _fields(encoded: str) -> dict[str, list[str]]:
    """The fields of a form. Raises ValueError where there are too many, UnicodeError where they are not UTF-8."""
    name, _, value = encoded.partition("=")
    if name == "query" and "&" not in value:  # most requests: a tenth of their time would go into the general way
        return {"query": [unquote_to_bytes(value.replace("+", " ")).decode()]}
    return parse_qs(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)


def _number(values: dict[str, list[str]], name: str, most: float) -> float | None:
    """A limit that the client asks for, no more than there is; None where it asks for none."""
    if name not in values:
        return None
    text = values[name][-1]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf or (name != "timeout" and not number.is_integer()):
        kind = "a number of seconds" if name == "timeout" else "a whole number"
        raise Refused("bad-request", f"{name} is {text!r}: expected {kind} above 0.")
    return min(number, most)


def _posted_type(environ: WSGIEnvironment) -> str:
    """The media type of a posted body, one of the two that are read."""
    header = environ.get("CONTENT_TYPE", "")
    kind, options = parse_options_header(header.lower())
    if kind == "application/sparql-update":
        raise UpdateRefused
    if kind not in {_FORM, _DIRECT}:
        raise Refused(
            "unsupported-media-type",
            f"The body is of the type {header or '(none given)'}. "
            f"Post a form ({_FORM}) or the query itself ({_DIRECT}).",
            {"Accept-Post": f"{_DIRECT}, {_FORM}"},
        )
    if options.get("charset", "utf-8") not in {"utf-8", "utf8", "us-ascii"}:
        raise Refused("unsupported-media-type", "The body must be UTF-8.")
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
            raise Refused("bad-request", f"{name} is not a full IRI: {graph!r}") from error
    return values.get(name)


def _too_long(longest: int) -> Refused:
    detail = f"A query may have {longest} bytes. Long lists of VALUES can be sent in several queries."
    return Refused("query-too-long", detail, bytes=longest)
