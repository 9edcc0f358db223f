"""Services: listings that stand on several pages, REST that answers in JSON, and SPARQL endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urljoin

from requests.utils import parse_header_links
from SPARQLWrapper import GET, JSON, POST, SPARQLWrapper

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, hide, strict_json
from talkoot.harvesters.readers.documents import items
from talkoot.harvesters.readers.fields import found, pick
from talkoot.harvesters.readers.files import Reading, Row, addresses, beside, fetch_issue, unknown_id

PAGES = 500
"""Pages of a listing that are read at most, where ``[reading] pages`` says nothing else."""
CAPS = (10_000, 2**20)
"""Numbers of rows at which Virtuoso cuts its answers off."""
LONGEST_GET = 2_000
"""Longest query, in characters, that goes into the address, where a server can say that nothing has changed."""
_ENDS = (400, 404, 410)
_ACCEPT = (("Accept", "application/json, application/*+json;q=0.9, */*;q=0.1"),)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a listing: its items by key, the request for the next page, and how many items are announced."""

    items: Mapping[str, Item]
    following: Request | None = None
    announced: int | None = None


def listed(
    definition: Definition, reading: Reading, first: Request, read: Callable[[Answer, int], Page[Item]], *,
    counted: bool = False, ceiling: int = 0, asked_id: str = "",
) -> Iterator[tuple[str, Item] | Issue]:  # fmt: skip
    """Every item of a listing once, with its key; at the end an issue, if some may be missing.

    ``read`` makes a :class:`Page` of an answer and the number of pages read with it (1, 2 ...), or raises
    :class:`FetchError` where the answer is no page of the listing. ``counted`` says that addresses are counted up
    (:func:`numbered`), not told by the site: then a refusal or a page without anything new is the listing's end.
    A source that never gives more than ``ceiling`` items is not whole where it gave that many. ``asked_id`` is what
    the listing is of, where that may be unknown to the source.
    """
    most, seen, asked, request = definition.reading.get("pages", PAGES), set[str](), set[str](), first
    announced, why = None, ""
    for number in count(1):
        try:
            page = read(reading.fetch(request), number)
        except FetchError as error:
            if not (counted and number > 1 and error.status in _ENDS):
                yield fetch_issue(definition, error, asked=asked_id if number == 1 else "")
                return
            break
        asked.add(request.key)
        announced = announced if page.announced is None else page.announced
        new = [key for key in page.items if key not in seen]
        seen.update(new)
        yield from ((key, page.items[key]) for key in new)
        following = page.following
        if following is None or following.key == request.key or (counted and not new):
            break
        if following.key in asked or not new or number >= most:
            again = following.key in asked or not new
            why = "the site leads on, but to nothing new" if again else f"it goes on after {most} pages"
            break
        request = following
    if announced is not None:
        why = f"{announced} are announced" if len(seen) < announced else ""
    if 0 < ceiling <= len(seen):
        why = f"the source never gives more than {ceiling}"
    if why:
        yield Issue("listing-incomplete", definition.id, f"{len(seen)} items listed: {why}", file=request.url,
                    value=str(len(seen)), expected=str(announced or "the listing's end"))  # fmt: skip


def numbered(definition: Definition, pattern: str, base: str, number: int) -> Request:
    """The request for the page after ``number`` pages; ``{n}`` counts from ``[reading] first`` in steps of ``step``."""
    place = definition.reading.get("first", 1) + number * definition.reading.get("step", 1)
    return Request(urljoin(base, pattern.replace("{n}", str(place))))


def next_links(answer: Answer) -> list[str]:
    """The addresses that an answer's Link header calls the next page (RFC 8288)."""
    return [link["url"] for link in parse_header_links(answer.headers.get("Link", "")) if link.get("rel") == "next"]


def whole_number(text: str) -> int | None:
    """The number that a text writes with its digits, whatever stands between them; None where it is none."""
    digits = re.sub(r"[^0-9]", "", text)
    return int(digits) if 0 < len(digits) < 12 else None


@contextmanager
def in_json(answer: Answer) -> Iterator[None]:
    """Take what is wrong with an answer's JSON as a :class:`FetchError`."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        came = answer.headers.get("Content-Type") or "an answer without media type"
        raise FetchError("not-json", f"{error} in {came}", answer.final_url) from error


def read_rest(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each item of the listing, or of the answers for each id."""
    options, counted = definition.reading, "{n}" in definition.reading.get("next", "")
    for each, address in addresses(definition):
        first, number = Request(address, headers=_ACCEPT), 0
        place, read = hide(address, options.get("secrets", ())) if each else "", _listing(definition, first)
        ceiling = options.get("ceiling", 0)
        for item in listed(definition, reading, first, read, counted=counted, ceiling=ceiling, asked_id=each):
            number += 1
            yield item if isinstance(item, Issue) else Row(number, item[1], place)
        if each and not number:
            yield unknown_id(definition, each, place)


def _listing(definition: Definition, first: Request) -> Callable[[Answer, int], Page[Any]]:
    options, parts = definition.reading, {name: definition.fields[name] for name in definition.keys}
    pattern, got = options.get("next", ""), 0

    def read(answer: Answer, number: int) -> Page[Any]:
        """The items of one answer, and the request for the next one."""
        nonlocal got
        with in_json(answer):
            document = strict_json(answer.body)
            here = items(document, options.get("items", ""))
            if not all(isinstance(item, dict) for item in here):
                raise ValueError("an item is no object")
        got += len(here)
        announced = next((int(n) for n in found(document, options.get("total", "")) if str(n).isdecimal()), None)
        following, value = "", next(iter(found(document, pattern)), None)
        if announced is not None and got >= announced:
            pass  # what is announced is there
        elif "{n}" in pattern:
            following = numbered(definition, first.url + pattern, first.url, number).url
        elif value and "cursor" in options:
            following = first.url + options["cursor"].replace("{next}", quote(str(value), safe=""))
        elif value:
            following = urljoin(answer.url, str(value))
        keyed = {json.dumps(pick(parts, item) or item, sort_keys=True): item for item in here}
        return Page(keyed, Request(following, headers=_ACCEPT) if following else None, announced)

    return read


def read_sparql(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A row for each solution of a SELECT query, which is asked page by page after the last key.

    A text with a language stands under ``variable@language`` too.
    """

    options, incomplete = definition.reading, partial(Issue, "listing-incomplete", definition.id, file=definition.place)
    key, after, number, keys, most = options.get("key", ""), "", 0, 0, options.get("pages", PAGES)
    query = beside(definition, options.get("query", "")).replace("{size}", str(options.get("size", 500)))
    for _ in range(most):
        rows = _ask(definition, reading, query.replace("{after}", json.dumps(after, ensure_ascii=False)))
        here = [row[key] for row in rows if key in row]
        yield from (Row(number + place, row) for place, row in enumerate(rows, start=1))
        number, keys = number + len(rows), keys + len(set(here))
        if len(rows) in CAPS:
            yield incomplete(f"an answer of exactly {len(rows)} rows is cut off", value=str(number))
            return
        if not rows or "{after}" not in query:
            break
        if len(here) < len(rows) or here != sorted(here) or here[0] <= after:
            yield incomplete(f"the rows after {after!r} are not in the order of ?{key}", value=str(number))
            return
        after = here[-1]
    else:
        yield incomplete(f"it goes on after {most} pages", value=str(number))
    if name := options.get("count"):
        counts = [value for row in _ask(definition, reading, beside(definition, name)) for value in row.values()]
        if counts != [str(keys)]:
            yield incomplete(f"{keys} keys came, the source counts {counts}", value=str(keys))


def sparql_request(endpoint: str, query: str) -> Request:
    """A SELECT query as SPARQLWrapper composes it. Raises ValueError where it or the endpoint cannot be asked."""
    wrapper = SPARQLWrapper(endpoint, returnFormat=JSON)
    wrapper.setOnlyConneg(True)
    wrapper.setQuery(query)
    wrapper.setMethod(POST if len(query) > LONGEST_GET else GET)
    if "?" in endpoint or wrapper.isSparqlUpdateRequest():
        raise ValueError(f"{endpoint}: expected a query, and an endpoint without a query string")
    composed = wrapper._createRequest()
    headers = tuple(item for item in composed.header_items() if item[0] != "User-agent")
    accept = ("application/sparql-results+json", "application/json")
    body = composed.data if isinstance(composed.data, bytes) else b""
    return Request(composed.full_url, composed.get_method(), body, headers, accept)


def _ask(definition: Definition, reading: Reading, query: str) -> list[dict[str, str]]:
    """The solutions of one query, each variable with its value as text."""
    try:
        answer = strict_json(reading.fetch(sparql_request(definition.address, query)).body)
        return [
            {name: term["value"] for name, term in row.items()}
            | {f"{name}@{term['xml:lang']}": term["value"] for name, term in row.items() if "xml:lang" in term}
            for row in answer["results"]["bindings"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"no SPARQL results: {type(error).__name__} {error}"
        raise FetchError("not-json", message, definition.address) from error
