"""Answers given again as they went out, before Flask is asked: what readers ask for often costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from talkoot.graph.release import ReleaseError
from talkoot.web.answer_cache import Kept, client_has
from talkoot.web.rate_limit import Bucket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from talkoot.web.site import Site

_ASKED = ("PATH_INFO", "QUERY_STRING", "HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE")
"""All of a request that an answer with a validator depends on."""
_NOT_IN_304 = ("content-length", "content-type", "content-encoding")


class PageCache:
    """Stands before the application and keeps its answers that bear a validator, for as long as a release is served."""

    def __init__(self, app: WSGIApplication, site: Site) -> None:
        self._app, self._site, self._kept = app, site, site.answers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        try:
            view = self._site.views.current()
        except ReleaseError:
            return self._app(environ, start_response)
        key = (view.number, view.manifest["published"], *map(environ.get, _ASKED))
        kept = self._kept.get(key)
        if kept is None:
            return self._ask(environ, start_response, key)
        limits = self._site.limits
        share = limits.spend(limits.client(environ), Bucket.PAGES, 1)
        if share is not None and share.left < 0:  # which the application says better
            return self._app(environ, start_response)
        if client_has(environ, kept.etag):
            headers = [header for header in kept.headers if header[0].lower() not in _NOT_IN_304]
            start_response("304 NOT MODIFIED", headers)
            return []
        start_response("200 OK", kept.headers)
        return [kept.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse, key: tuple[object, ...]) -> Iterable[bytes]:
        told: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told[:] = [status, headers]
            return start_response(status, headers, *rest)

        answer = self._app(environ, listen)
        if not told or environ["REQUEST_METHOD"] != "GET" or not told[0].startswith("200 "):
            return answer
        by_name = {name.lower(): value for name, value in told[1]}
        etag = by_name.get("etag", "")
        fit = etag.startswith('W/"') and by_name.get("cache-control") == "no-cache" and "set-cookie" not in by_name
        if not fit or by_name.get("talkoot-release") != str(key[0]):
            return answer
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        self._kept.put(key, Kept(list(told[1]), body, etag))
        return [body]
