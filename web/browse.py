"""Lists of things by alphabet and country, one mechanism for all of them, and search."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from talkoot.web.language import address, reader_language
from talkoot.web.listing import PAGE_LENGTH, pager, rows, sort_key
from talkoot.web.names import Namer
from talkoot.web.responses import html_page, page
from talkoot.web.site import release

blueprint = Blueprint("browse", __name__)

LISTS = {
    "actors": ("organisation", "network"),
    "solutions": ("solution",),
    "projects": ("project",),
    "programmes": ("programme",),
    "collections": ("collection",),
}
"""The lists by their path, each with the kinds that it holds."""
EVERY_KIND = (*(kind for kinds in LISTS.values() for kind in kinds), "centre")
NOWHERE = "none"

_MOST_FOUND = 100
_LONGEST_TEXT = 200


@html_page
def things(name: str) -> Response:
    """One list, alphabetical, in pages of a hundred; of one country where asked."""
    view, kinds = release(), LISTS[name]
    namer = Namer(view.facts, reader_language())
    country = request.args.get("country", "")
    by_country = view.index.countries(kinds)
    if country and country != NOWHERE and country not in by_country:
        abort(404)
    total = view.index.count(kinds, country)
    current = pager(f"/{name}", total, ("country", country))
    hits = view.index.things(kinds, country, current.first_row - 1, PAGE_LENGTH)
    places = [
        (code, namer.country(code), count, address(f"/{name}", [("country", code)]))
        for code, count in by_country.items()
    ]
    return page(
        "list.html",
        list_name=name,
        rows=rows(hits, namer, country),
        total=total,
        everything=view.index.count(kinds),
        nowhere=view.index.count(kinds, NOWHERE) if by_country else 0,
        country=country,
        country_name=namer.country(country) if country and country != NOWHERE else "",
        places=sorted(places, key=lambda place: sort_key(place[1])),
        pager=current,
    )


for _name in LISTS:
    blueprint.add_url_rule(f"/{_name}", _name, things, defaults={"name": _name})


@blueprint.get("/search")
@html_page
def search() -> Response:
    """What a text finds, the likeliest first, whatever its case, accents or alphabet."""
    view = release()
    text = request.args.get("q", "").strip()[:_LONGEST_TEXT]
    hits = view.index.search(text, _MOST_FOUND + 1) if text else []
    found = rows(hits[:_MOST_FOUND], Namer(view.facts, reader_language()))
    return page("search.html", asked=text, rows=found, more=len(hits) > _MOST_FOUND, most=_MOST_FOUND)
