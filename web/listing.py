"""Rows of lists: things of the search index as names, and the pages that a long list is cut into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from talkoot.graph.search_index import Hit
from talkoot.web.language import address
from talkoot.web.names import Namer, Ref, named

PAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Pager:
    """Where in a long list a page stands, and the addresses of its neighbours."""

    number: int
    last: int
    first_row: int
    previous: str
    following: str
    numbers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class CountryCount:
    """A country with the number of things there and the address of their list."""

    code: str
    name: str
    count: int
    href: str


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


def pager(path: str, pairs: list[tuple[str, str]], number: int, total: int) -> Pager:
    """The page of this number, or the nearest there is."""
    last = max(1, -(-total // PAGE_LENGTH))
    number = min(max(number, 1), last)

    def href(page: int) -> str:
        return address(path, [*pairs, *([("page", str(page))] if page > 1 else [])])

    return Pager(
        number=number,
        last=last,
        first_row=(number - 1) * PAGE_LENGTH + 1,
        previous=href(number - 1) if number > 1 else "",
        following=href(number + 1) if number < last else "",
        numbers=tuple((page, href(page)) for page in range(1, last + 1)) if last > 1 else (),
    )


def country_counts(counts: dict[str, int], path: str, namer: Namer) -> list[CountryCount]:
    """Countries with their counts, in the alphabet of the reader's language."""
    found = [
        CountryCount(code, namer.country(code), count, address(path, [("country", code)]))
        for code, count in counts.items()
    ]
    return sorted(found, key=lambda country: sort_key(country.name))


def sort_key(text: str) -> str:
    """A text as it is sorted: å, ä and ö stand behind z, as in Finnish and Swedish; other accents do not count."""
    folded = text.casefold()
    return folded.replace("å", "z{").replace("ä", "z|").replace("ö", "z}")
