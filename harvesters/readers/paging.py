"""Paging: the one way through a listing that stands on several pages, it always ends and says if it may lack some."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar
from urllib.parse import urljoin

from requests.utils import parse_header_links

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request
from talkoot.harvesters.readers.rows import Reading, fetch_issue

PAGES = 500
"""Pages of a listing that are read at most, where ``[reading] pages`` says nothing else."""
_ENDS = (400, 404, 410)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a listing: its items by key, the request for the next page, and how many items are announced."""

    items: Mapping[str, Item]
    following: Request | None = None
    announced: int | None = None


def listed(
    definition: Definition, reading: Reading, first: Request, read: Callable[[Answer, int], Page[Item]], *,
    counted: bool = False, ceiling: int = 0,
) -> Iterator[tuple[str, Item] | Issue]:  # fmt: skip
    """Every item of a listing once, with its key; at the end an issue, if some may be missing.

    ``read`` makes a :class:`Page` of an answer and the number of pages read with it (1, 2 ...), or raises
    :class:`FetchError` where the answer is no page of the listing. ``counted`` says that addresses are counted up
    (:func:`numbered`), not told by the site: then a refusal or a page without anything new is the listing's end.
    A source that never gives more than ``ceiling`` items is not whole where it gave that many.
    """
    most, seen, asked, request = definition.reading.get("pages", PAGES), set[str](), set[str](), first
    announced, why = None, ""
    for number in count(1):
        try:
            page = read(reading.ask(request), number)
        except FetchError as error:
            if not (counted and number > 1 and error.status in _ENDS):
                yield fetch_issue(definition, error)
                return
            break
        asked.add(request.key)
        announced = announced if page.announced is None else page.announced
        new = [key for key in page.items if key not in seen]
        seen.update(new)
        yield from ((key, page.items[key]) for key in new)
        last, following = request.key, page.following
        if following is None or following.key == last or (counted and not new):
            break
        if following.key in asked or not new:
            why = "the site leads on, but to nothing new"
        elif number >= most:
            why = f"it goes on after {most} pages"
        if why:
            break
        request = following
    if announced is not None and len(seen) >= announced and not (ceiling and len(seen) >= ceiling):
        return
    if announced is not None:
        why = f"{announced} are announced"
    if ceiling and len(seen) >= ceiling:
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
