"""Lists of things by alphabet and country."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template, request

from talkoot.graph.dumps import TABLES
from talkoot.graph.identity.features import kinds as kinds_by_class
from talkoot.graph.search_facts import NOWHERE
from talkoot.graph.search_index import Hit
from talkoot.web.language import address
from talkoot.web.names import Ref, named, short_iri
from talkoot.web.responses import page, page_at
from talkoot.web.site import namer, release

blueprint = Blueprint("browse", __name__)

LISTS = {name: kinds for name, kinds in TABLES.items() if name != "centres"}
"""The lists by their path, each with the kinds that it holds."""
EVERY_KIND = (*(kind for kinds in LISTS.values() for kind in kinds), "centre")
PAGE_LENGTH = 100


class Pager(NamedTuple):
    """Where in a long list a page stands, and the addresses of all its pages."""

    number: int
    first_row: int
    hrefs: list[str]


def pager(path: str, total: int, *pairs: tuple[str, str]) -> Pager:
    """The page that this request asks for, or the nearest there is."""
    last = max(1, -(-total // PAGE_LENGTH))
    wanted = request.args.get("page", "1")
    number = min(max(int(wanted) if wanted.isdecimal() else 1, 1), last)
    hrefs = [address(path, [*pairs, ("page", str(page) if page > 1 else "")]) for page in range(1, last + 1)]
    return Pager(number, (number - 1) * PAGE_LENGTH + 1, hrefs)


def list_rows(hits: Iterable[Hit], within: str = "") -> list[Ref]:
    """Hits of the index as names with their countries; a list within one country need not say so again."""
    names = namer()
    return [
        named("/doc/" + hit.path.removeprefix("id/"), hit.kind, hit.labels, names.language,
              tuple(names.country(code) for code in hit.countries if code != within))
        for hit in hits
    ]  # fmt: skip


def classes_of(kinds: Iterable[str]) -> list[str]:
    """The classes of some kinds, as queries name them."""
    wanted = set(kinds)
    return [short_iri(one) for one, (kind, _segment) in kinds_by_class().items() if kind in wanted]


def sort_key(text: str) -> str:
    """A text as it is sorted: å, ä and ö stand behind z, as in Finnish and Swedish; other accents do not count."""
    folded = text.casefold()
    return folded.replace("å", "z{").replace("ä", "z|").replace("ö", "z}")


@page_at(blueprint, f"/<any({', '.join(LISTS)}):name>")
def things(name: str) -> Response:
    """One list, alphabetical, in pages of a hundred; of one country where asked."""
    index, kinds, names = release().index, LISTS[name], namer()
    country = request.args.get("country", "")
    by_country = index.countries(kinds)
    if country and country != NOWHERE and country not in by_country:
        abort(404)
    total = index.count(kinds, country)
    current = pager(f"/{name}", total, ("country", country))
    places = [
        (code, names.country(code), count, address(f"/{name}", [("country", code)]))
        for code, count in by_country.items()
    ]
    return page(
        "list.html",
        list_name=name,
        kinds=kinds,
        rows=list_rows(index.things(kinds, country, current.first_row - 1, PAGE_LENGTH), country),
        total=total,
        everything=index.count(kinds),
        nowhere=index.count(kinds, NOWHERE) if by_country else 0,
        country=country,
        country_name=names.country(country) if country and country != NOWHERE else "",
        places=sorted(places, key=lambda place: sort_key(place[1])),
        pager=current,
        query=render_template("queries/list.rq", country=country, classes=classes_of(kinds)),
    )
