"""Lists: actors, solutions, projects, programmes, centres and collections by alphabet and country; countries."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from flask_babel import gettext
from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import ADMS, COUNTRY, TK
from talkoot.web.entity_parts import parts_in
from talkoot.web.language import reader_language
from talkoot.web.listing import PAGE_LENGTH, country_counts, pager, rows, sort_key
from talkoot.web.names import Namer, Ref
from talkoot.web.responses import html_page, page
from talkoot.web.site import release

blueprint = Blueprint("browse", __name__)

LISTS: dict[str, tuple[str, ...]] = {
    "actors": ("organisation", "network"),
    "solutions": ("solution",),
    "projects": ("project",),
    "programmes": ("programme",),
    "collections": ("collection",),
}
"""The lists by their path, each with the kinds that it holds."""

NOWHERE = "none"


@dataclass(frozen=True, slots=True)
class CentreRow:
    """A competence centre in the list of them."""

    centre: Ref
    place: str
    place_code: str
    status: str
    status_code: str
    hosts: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country with what is known there."""

    code: str
    name: str
    centre: CentreRow | None
    actors: int
    solutions: int


def list_title(name: str) -> str:
    """The heading of a list."""
    words: dict[str, str] = {
        "actors": gettext("Actors"),
        "solutions": gettext("Solutions"),
        "projects": gettext("Projects"),
        "programmes": gettext("Funding programmes"),
        "collections": gettext("Collections of solutions"),
    }
    return words[name]


def _list_intro(name: str) -> str:
    words: dict[str, str] = {
        "actors": gettext("Organisations and networks that take part in projects, centres or solutions."),
        "solutions": gettext("Working models and social innovations, as their sources describe them."),
        "projects": gettext("Time-bound undertakings with the actors that carry them out."),
        "programmes": gettext("Funds and programmes that projects and uses of solutions name as their funding."),
        "collections": gettext("Larger wholes under which a source gathers solutions; at Innokylä, kokonaisuudet."),
    }
    return words[name]


@html_page
def things(name: str) -> Response:
    """One list, alphabetical, in pages of a hundred; of one country where asked."""
    view = release()
    namer = Namer(view.facts, reader_language())
    kinds = LISTS[name]
    country = request.args.get("country", "")
    by_country = view.index.countries(kinds)
    if country and country != NOWHERE and country not in by_country:
        abort(404)
    total = view.index.count(kinds, country)
    wanted = request.args.get("page", "1")
    path = f"/{name}"
    current = pager(path, [("country", country)], int(wanted) if wanted.isdecimal() else 1, total)
    hits = view.index.things(kinds, country, current.first_row - 1, PAGE_LENGTH)
    return page(
        "list.html",
        title=list_title(name),
        intro=_list_intro(name),
        list_name=name,
        rows=rows(hits, namer, country),
        total=total,
        everything=view.index.count(kinds),
        nowhere=view.index.count(kinds, NOWHERE) if by_country else 0,
        country=country,
        country_name=namer.country(country) if country and country != NOWHERE else "",
        countries=country_counts(by_country, path, namer),
        pager=current,
    )


for _name in LISTS:
    blueprint.add_url_rule(f"/{_name}", _name, things, defaults={"name": _name})


@blueprint.get("/centres")
@html_page
def centres() -> Response:
    """The competence centres, by the place that each is designated for."""
    return page("centres.html", rows=centre_rows())


def centre_rows() -> list[CentreRow]:
    """Every centre with its place, status and hosts, in the alphabet of places."""
    view = release()
    facts, namer = view.facts, Namer(view.facts, reader_language())
    found = []
    for hit in view.index.things(("centre",), limit=1000):
        node = NamedNode(view.base + hit.path)
        place, status = facts.node(node, TK["designatedFor"]), facts.node(node, ADMS["status"])
        hosts = [part.agent for part in parts_in(facts, node) if part.role.value.endswith("/host")]
        found.append(
            CentreRow(
                namer.ref(node),
                namer.concept(place).text if place else "",
                place.value.removeprefix(COUNTRY) if place else "",
                namer.concept(status).text if status else "",
                status.value.rsplit("/", 1)[-1] if status else "",
                tuple(namer.refs(dict.fromkeys(hosts))),
            )
        )
    return sorted(found, key=lambda row: (sort_key(row.place), row.centre.text))


@blueprint.get("/countries")
@html_page
def countries() -> Response:
    """Every country of which something is known."""
    view = release()
    namer = Namer(view.facts, reader_language())
    centre_of: dict[str, CentreRow] = {}
    for row in centre_rows():
        centre_of.setdefault(row.place_code, row)
    actors, solutions = view.index.countries(LISTS["actors"]), view.index.countries(LISTS["solutions"])
    found = [
        CountryRow(code, namer.country(code), centre_of.get(code), actors.get(code, 0), solutions.get(code, 0))
        for code in {*actors, *solutions, *centre_of}
        if code
    ]
    return page("countries.html", rows=sorted(found, key=lambda row: sort_key(row.name)))


@blueprint.get("/countries/<code>")
@html_page
def country(code: str) -> Response:
    """One country: its centre, and the first of its actors, projects and solutions."""
    view = release()
    namer = Namer(view.facts, reader_language())
    lists = []
    for name, kinds in LISTS.items():
        total = view.index.count(kinds, code)
        if total:
            hits = view.index.things(kinds, code, 0, 12)
            lists.append((name, list_title(name), total, rows(hits, namer, code)))
    centres_here = [row for row in centre_rows() if row.place_code == code]
    if not lists and not centres_here:
        abort(404)
    return page("country.html", code=code, place_name=namer.country(code), centres=centres_here, lists=lists)
