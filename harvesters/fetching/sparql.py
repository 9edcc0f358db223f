"""SPARQL over our own fetcher: SPARQLWrapper composes the request and decodes the answer, and sends nothing."""

from __future__ import annotations

import io
from typing import Any

from SPARQLWrapper import JSON, POST, TSV, TURTLE, SPARQLWrapper
from SPARQLWrapper.Wrapper import QueryResult

from talkoot.harvesters.fetching.fetcher import ReplayFetcher
from talkoot.harvesters.fetching.request import Answer, Request, strict_json

LONGEST_GET = 2_000
"""Longest query, in characters, that goes into the address, where a server can say that nothing has changed."""
MEDIA_TYPES = {
    JSON: ("application/sparql-results+json", "application/json"),
    TSV: ("text/tab-separated-values",),
    TURTLE: ("text/turtle", "application/turtle"),
}


class FetchedSPARQL(SPARQLWrapper):
    """One query to one endpoint; not to be shared between threads, nor used for a second query."""

    def __init__(self, endpoint: str, fetcher: ReplayFetcher, query: str, return_format: str = JSON) -> None:
        super().__init__(endpoint, returnFormat=return_format)
        self._fetcher = fetcher
        self.setOnlyConneg(True)
        self.setQuery(query)
        self.setMethod(POST if len(query) > LONGEST_GET else self.method)
        if "?" in endpoint or self.isSparqlUpdateRequest():
            raise ValueError(f"{endpoint}: expected a query, and an endpoint without a query string")

    def request(self) -> Request:
        """The request as composed; an answer that is too long for memory is fetched by it and read as a stream."""
        composed = self._createRequest()
        headers = tuple(item for item in composed.header_items() if item[0] != "User-agent")
        body = composed.data if isinstance(composed.data, bytes) else b""
        return Request(composed.full_url, composed.get_method(), body, headers, MEDIA_TYPES[self.returnFormat])

    def query(self) -> QueryResult:
        """Fetch the answer; ``convert()`` decodes it, JSON strictly."""
        answer = _Response(self._fetcher.fetch(self.request()))
        return _Strict((answer, self.returnFormat))  # type: ignore[arg-type]  # it asks for less than it declares


class _Response(io.BytesIO):
    """An answer in the form that SPARQLWrapper decodes."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self._answer = answer

    def info(self) -> dict[str, str]:
        return {"content-type": self._answer.media_type}

    def geturl(self) -> str:
        return self._answer.final_url


class _Strict(QueryResult):
    def _convertJSON(self) -> Any:  # noqa: N802  # SPARQLWrapper's name
        return strict_json(self.response.read())
