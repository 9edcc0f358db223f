"""The SPARQL endpoint, answered before Flask sees the request: half the time of a look-up is routing there.

Source: https://www.w3.org/TR/sparql11-protocol/.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote
from wsgiref.util import request_uri

from pyoxigraph import NamedNode
from werkzeug.wrappers import Response

from talkoot.graph.engine.client import Answer
from talkoot.graph.engine.errors import EngineError
from talkoot.graph.engine.pointer import Pointer
from talkoot.graph.engine.row_limit import RowLimit
from talkoot.graph.engine.unused_terms import unused_terms
from talkoot.graph.workbooks import workbook_of_rows
from talkoot.web.answer_cache import Kept, client_has
from talkoot.web.connections import client_has_gone
from talkoot.web.negotiation import HTML, XLSX, Choice
from talkoot.web.problem import problem_response
from talkoot.web.rate_limit import Bucket
from talkoot.web.site import Site
from talkoot.web.sparql_problem import Refused, problem_of
from talkoot.web.sparql_request import ALLOW, Question, choose_format, read_question
from talkoot.web.sparql_service import service_description
from talkoot.web.sparql_stream import AnswerStream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/sparql"

_EXPOSED = (
    "Content-Language, ETag, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "Talkoot-Release, Talkoot-Row-Limit, Talkoot-Time-Limit, Talkoot-Truncated, Talkoot-Warning"
)
_OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
_PREFLIGHT = {
    **_OPEN_TO_ALL,
    "Allow": ALLOW,
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_ALWAYS = [*_OPEN_TO_ALL.items(), ("Vary", "Accept, Accept-Encoding"), ("X-Content-Type-Options", "nosniff")]
_CHANGING = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID)\b", re.IGNORECASE)
"""Functions that give another value each time they are asked."""
_TSV = "text/tab-separated-values"
_WORTH_PACKING = 1024
_EMPTY_ANSWER = 600


class _Release(NamedTuple):
    """The release that a request reads; a store is named where it is not the one being served."""

    number: int
    folder: Path
    stamp: str
    headers: list[tuple[str, str]]
    store: str | None = None


class SparqlMiddleware:
    """Answers ``/sparql`` for programs and leaves everything else, and browsers, to the application."""

    def __init__(self, app: WSGIApplication, site: Site) -> None:
        assert site.reader is not None
        self._app, self._site, self._settings = app, site, site.settings
        self._reader, self._limits = site.reader, site.limits
        self._served: tuple[Pointer, _Release] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != PATH:
            return self._app(environ, start_response)
        client = self._limits.client(environ)
        started = time.monotonic()

        def charge(seconds: float) -> None:
            self._limits.spend(client, Bucket.QUERY_SECONDS, seconds, used=True)

        try:
            shares = self._take_share(client, environ["REQUEST_METHOD"])
            return self._respond(environ, start_response, shares, charge)
        except (EngineError, Refused) as error:
            problem = error if isinstance(error, Refused) else problem_of(error)
        finally:
            charge(time.monotonic() - started)
        response = problem_response(
            problem.slug,
            str(problem),
            accept=environ.get("HTTP_ACCEPT"),
            languages=environ.get("HTTP_ACCEPT_LANGUAGE"),
            headers=_OPEN_TO_ALL | problem.headers,
            **problem.members,
        )
        return response(environ, start_response)

    def _take_share(self, client: str, method: str) -> list[tuple[str, str]]:
        """The headers that tell what is left of the client's share. Raises :class:`Refused` where it is used up."""
        if not client or method == "OPTIONS":
            return []
        told: list[tuple[str, str]] = []
        for bucket, amount, what in (
            (Bucket.QUERY_SECONDS, 0.0, "seconds of query time"),
            (Bucket.QUERIES, 1, "requests"),
        ):
            share = self._limits.spend(client, bucket, amount)
            if share is None:
                continue
            if share.left < 0:
                raise Refused(
                    "rate-limit",
                    f"An address may use {share.limit:g} {what} a minute here. Wait, or download everything at once: "
                    "/releases lists the dumps.",
                    {"Retry-After": share.retry_after, **share.headers},
                    dumps="/releases",
                )
            told = list(share.headers.items())
        return told

    def _respond(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        shares: list[tuple[str, str]],
        charge: Callable[[float], None],
    ) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return Response(status=204, headers=_PREFLIGHT)(environ, start_response)
        if method not in {"GET", "HEAD", "POST"}:
            raise Refused("method-not-allowed", f"{method} is not used here; use GET or POST.", {"Allow": ALLOW})
        accept, packed = environ.get("HTTP_ACCEPT", ""), "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        pointer = self._reader.pointer()
        # The whole address is the key: nothing of a request that was answered before is parsed again.
        key = (pointer.published, pointer.release, environ.get("QUERY_STRING", ""), accept, str(packed))
        kept = self._site.answers.get(key) if method == "GET" else None
        if kept is not None and kept.etag:
            return _send(environ, start_response, kept, shares)
        question = read_question(environ, self._settings)
        choice = choose_format(question, accept)
        if choice.format is HTML:
            return self._app(environ, start_response)
        release = self._release(question.release, pointer)
        headers = [*release.headers, ("Content-Type", choice.content_type)]
        if question.query is None:
            body = service_description(self._endpoint(environ), release.folder, choice.format)
            return _send(environ, start_response, Kept([*headers, ("Cache-Control", "no-cache")], body, ""), shares)
        etag = ""
        if not _CHANGING.search(question.query):
            etag = _etag(release.stamp, question.query.strip(), question[2:], choice.media, packed)
            headers += [("ETag", etag), ("Cache-Control", "no-cache" if release.store is None else "max-age=86400")]
            if client_has(environ, etag):
                return _not_modified(start_response, headers, shares)
        answer = self._run(question, choice, release, environ, pointer)
        if release.store is None and answer.release != release.number:  # it was switched in between
            answer.close()
            return self._respond(environ, start_response, shares, charge)
        if choice.format is XLSX:
            with answer:
                rows = b"".join(answer)
            if answer.cut:
                rows = rows.removesuffix(RowLimit(_TSV, question.rows).closing())
                headers.append(("Talkoot-Truncated", f"rows={question.rows}"))
            headers.append(("Content-Disposition", f'attachment; filename="talkoot-{release.number}.xlsx"'))
            return _send(environ, start_response, Kept(headers, workbook_of_rows(rows), etag), shares)
        if answer.whole is None:
            if packed:
                headers.append(("Content-Encoding", "gzip"))
            start_response("200 OK", headers + shares)
            if method == "HEAD":
                answer.close()
                return []
            return AnswerStream(answer, environ, packed=packed, charge=charge)
        if answer.cut:
            headers.append(("Talkoot-Truncated", f"rows={question.rows}"))
        if _is_empty(answer.whole, choice):
            headers += _warnings(question.query, release.folder)
        body = answer.whole
        if packed and len(body) > _WORTH_PACKING:
            body = gzip.compress(body, 5, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        kept = Kept(headers, body, etag)
        if method == "GET" and etag:
            self._site.answers.put(key, kept)
        return _send(environ, start_response, kept, shares)

    def _run(
        self, question: Question, choice: Choice, release: _Release, environ: WSGIEnvironment, pointer: Pointer
    ) -> Answer:
        assert question.query is not None
        remote, port = environ.get("REMOTE_ADDR", ""), environ.get("SERVER_PORT", "")
        return self._reader.run(
            question.query,
            _TSV if choice.format is XLSX else choice.format.media,
            seconds=question.seconds,
            default_graphs=question.default_graphs,
            named_graphs=question.named_graphs,
            rows=question.rows,
            size=self._settings.answer_bytes,
            store=release.store,
            base=f"{self._settings.base}sparql",
            gone=lambda: client_has_gone(remote, port),
            pointer=pointer,
        )

    def _endpoint(self, environ: WSGIEnvironment) -> str:
        """The address that this request came to, if its Host is one."""
        try:
            return NamedNode(request_uri(environ, include_query=False)).value
        except ValueError:
            return f"{self._settings.base}sparql"

    def _release(self, number: int | None, pointer: Pointer) -> _Release:
        """The release asked for. Raises :class:`Refused` where it is not kept."""
        if number is None or number == pointer.number:
            served = self._served
            if served is None or served[0] != pointer:
                release = _Release(
                    pointer.number,
                    Path(pointer.release),
                    f"{pointer.number} {pointer.published}",
                    self._about(pointer.number),
                )
                self._served = served = pointer, release
            return served[1]
        folder = self._settings.releases / str(number)
        if not (folder / "store").is_dir():
            raise Refused("not-found", f"There is no release {number} here; /releases lists those that are kept.")
        return _Release(number, folder, f"{number}", self._about(number), str((folder / "store").resolve()))

    def _about(self, number: int) -> list[tuple[str, str]]:
        """The headers of every answer, which tell of its release and of the limits."""
        links = (
            f'</dumps/{number}/graph.nq.gz>; rel="collection"; type="application/n-quads"',
            '</.well-known/void>; rel="describedby"; type="text/turtle"',
            '</sources>; rel="license"',
        )
        return [
            *_ALWAYS,
            ("Talkoot-Release", str(number)),
            ("Talkoot-Row-Limit", str(self._settings.query_rows)),
            ("Talkoot-Time-Limit", f"{self._settings.query_seconds:g}"),
            ("Link", ", ".join(links)),
        ]


def _send(
    environ: WSGIEnvironment, start_response: StartResponse, kept: Kept, shares: list[tuple[str, str]]
) -> Iterable[bytes]:
    """An answer that is whole; 304 where the client has it already."""
    if kept.etag and client_has(environ, kept.etag):
        return _not_modified(start_response, kept.headers, shares)
    start_response("200 OK", [*kept.headers, ("Content-Length", str(len(kept.body))), *shares])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]


def _not_modified(
    start_response: StartResponse, headers: list[tuple[str, str]], shares: list[tuple[str, str]]
) -> Iterable[bytes]:
    start_response("304 Not Modified", [pair for pair in headers if pair[0] != "Content-Type"] + shares)
    return []


def _etag(*parts: object) -> str:
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:20]}"'


def _is_empty(body: bytes, choice: Choice) -> bool:
    """Whether an answer has no row and no triple."""
    if len(body) > _EMPTY_ANSWER:
        return False
    media = choice.format.media
    if media.endswith("json"):
        return b'"bindings":[]' in body or body.strip() == b"[]"
    if media.endswith("xml"):
        return b"<result>" not in body and b"<boolean>" not in body and b"Description" not in body
    table = media in ("text/csv", _TSV)
    return body.count(b"\n") < 2 and body.strip() not in (b"true", b"false") if table else not body.strip()


def _warnings(query: str, folder: Path) -> list[tuple[str, str]]:
    """What is told of a query that finds nothing; a header holds ASCII only."""
    unused = unused_terms(query, folder / "void.ttl")
    words = ", ".join(quote(name, safe=":/#<>~_.-") for name in unused[:5])
    return [("Talkoot-Warning", f"never used in this data: {words}")] if unused else []
