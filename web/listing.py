"""Rows of lists: things of the search index as names, and the pages that a long list is cut into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask import request

from talkoot.graph.search_index import Hit
from talkoot.web.language import address
from talkoot.web.names import Namer, Ref, named

PAGE_LENGTH = 100


class Pager(NamedTuple):
    """Where in a long list a page stands, and the addresses of all its pages."""

    number: int
    first_row: int
    hrefs: list[str]


def rows(hits: Iterable[Hit], namer: Namer, within: str = "") -> list[Ref]:
    """Hits of the index as names with their countries; a list within one country need not say so again."""
    return [
        named(
            "/doc/" + hit.path.removeprefix("id/"),
            hit.kind,
            hit.labels,
            namer.language,
            tuple(namer.country(code) for code in hit.countries if code != within),
        )
        for hit in hits
    ]


def pager(path: str, total: int, *pairs: tuple[str, str]) -> Pager:
    """The page that this request asks for, or the nearest there is."""
    last = max(1, -(-total // PAGE_LENGTH))
    wanted = request.args.get("page", "1")
    number = min(max(int(wanted) if wanted.isdecimal() else 1, 1), last)
    hrefs = [address(path, [*pairs, ("page", str(page) if page > 1 else "")]) for page in range(1, last + 1)]
    return Pager(number, (number - 1) * PAGE_LENGTH + 1, hrefs)


def sort_key(text: str) -> str:
    """A text as it is sorted: å, ä and ö stand behind z, as in Finnish and Swedish; other accents do not count."""
    folded = text.casefold()
    return folded.replace("å", "z{").replace("ä", "z|").replace("ö", "z}")
