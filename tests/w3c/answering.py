"""One test of the W3C asked over HTTP and of plain pyoxigraph, and judged the same way."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import requests
from pyoxigraph import NamedNode, Quad, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store
from rdflib import Graph

from tests.w3c.comparing import Result, read, same
from tests.w3c.manifests import Entry
from tests.w3c.serving import triples

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV, TURTLE = "text/csv", "text/tab-separated-values", "text/turtle"
MEDIA = {".srx": XML, ".srj": JSON, ".csv": CSV, ".tsv": TSV, ".ttl": TURTLE}
_SORTED = re.compile(r"\bORDER\s+BY\b[^{}]*\Z", re.IGNORECASE)


def known_failures() -> dict[str, str]:
    """Tests that the engine itself fails, and why; each by folder and name."""
    with (Path(__file__).parent / "known_failures.tsv").open(encoding="utf-8", newline="") as file:
        return {row["test"]: row["reason"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def judge(test: Entry, address: str) -> None:
    """Hold the answer at an address against the expected one; a known failure must fail, also in plain pyoxigraph."""
    fault = over_http(test, address)
    if test.id in known_failures():
        assert fault is not None, f"{test.id} passes now: take it from known_failures.tsv and docs/conformance.md"
        assert in_process(test) is not None, f"{test.id}: plain pyoxigraph passes, so the fault is ours: {fault}"
    elif fault is not None:
        raise AssertionError(f"{test.id}: {fault}\n\nplain pyoxigraph: {in_process(test) or 'passes'}\n\n{test.text}")


def over_http(test: Entry, address: str) -> str | None:
    """What is wrong with the answer at an address, in any of the formats that can be compared; None if nothing is."""
    for media in _formats(test):
        answer = ask(address, _with_base(test), media)
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.text}"
        assert answer.headers["Content-Type"].split(";")[0] == media
        if fault := _fault(test, answer.content, media):
            return fault
    return None


def ask(address: str, body: str, media: str = "", kind: str = "application/sparql-query") -> requests.Response:
    """The answer to a body that is posted as it is."""
    headers = {"Content-Type": kind, "Accept": media or "application/problem+json, */*"}
    return requests.post(address, body.encode(), headers=headers, timeout=30)


def refused(address: str, body: str, kind: str = "application/sparql-query") -> str:
    """The type of the problem with which a body is refused with 403."""
    answer = ask(address, body, kind=kind)
    assert answer.status_code == 403, answer.text
    return str(answer.json()["type"]).rpartition("/")[2]


def in_process(test: Entry) -> str | None:
    """What is wrong with the answers of plain pyoxigraph over the same files; None if nothing is."""
    store = Store()
    for file in test.data:
        store.load(path=file, base_iri=file.as_uri())
    for file in test.graphs:
        for triple in triples(file):
            store.add(Quad(*triple, NamedNode(file.as_uri())))
    for media in _formats(test):
        try:
            answer = store.query(_with_base(test))
            rows = isinstance(answer, QuerySolutions | QueryBoolean)
            kind = (QueryResultsFormat if rows else RdfFormat).from_media_type(media)
            body = answer.serialize(format=kind)
        except (SyntaxError, RuntimeError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        if fault := _fault(test, body or b"", media):
            return fault
    return None


def _with_base(test: Entry) -> str:
    """The query with the address of its file as its base: the protocol has no other way to tell it."""
    assert test.request is not None
    return f"BASE <{test.request.as_uri()}>\n{test.text}"


def _expected(test: Entry) -> Result:
    assert test.result is not None
    return read(test.result.read_bytes(), MEDIA[test.result.suffix], test.result)


def _formats(test: Entry) -> tuple[str, ...]:
    assert test.result is not None
    if test.result.suffix in (".csv", ".tsv"):
        return (MEDIA[test.result.suffix],)
    return (TURTLE,) if isinstance(_expected(test), Graph) else (XML, JSON)


def _fault(test: Entry, body: bytes, media: str) -> str | None:
    text = body.decode(errors="replace")
    try:
        answer = read(body, media)
    except (ValueError, SyntaxError) as error:
        return f"{media} that cannot be read: {error}\n{text}"
    ordered = _SORTED.search(test.text) is not None
    return None if same(answer, _expected(test), ordered=ordered) else f"another answer, as {media}:\n{text}"
