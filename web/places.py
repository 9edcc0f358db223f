"""The first page, the competence centres by place, and what is known of each country."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, abort
from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import ADMS, COUNTRY, TK
from talkoot.web.browse import EVERY_KIND, LISTS
from talkoot.web.documents import node_at
from talkoot.web.entity_parts import HOST, parts_in
from talkoot.web.language import reader_language
from talkoot.web.listing import rows, sort_key
from talkoot.web.names import Namer, Ref
from talkoot.web.responses import html_page, page
from talkoot.web.site import release

blueprint = Blueprint("places", __name__)

_FEW = 12


class CentreRow(NamedTuple):
    """A competence centre with its place, its status and its hosts."""

    centre: Ref
    place: Ref
    status: Ref
    hosts: list[Ref]


def centre_rows() -> list[CentreRow]:
    """Every centre, in the alphabet of places."""
    view = release()
    facts, namer = view.facts, Namer(view.facts, reader_language())
    found = []
    for hit in view.index.things(("centre",), limit=1000):
        node = NamedNode(view.base + hit.path)
        place, status = (
            namer.concept(value) if value else Ref("", "", "")
            for value in (facts.node(node, TK["designatedFor"]), facts.node(node, ADMS["status"]))
        )
        hosts = {part.agent for part in parts_in(facts, node) if part.role == HOST}
        found.append(CentreRow(namer.ref(node), place, status, namer.refs(hosts)))
    return sorted(found, key=lambda row: (sort_key(row.place.text), row.centre.text))


@blueprint.get("/")
@html_page
def home() -> Response:
    """The first page: what this is, how much there is, the centres by country, and where to go."""
    view = release()
    counts = view.index.counts()
    number_of = {name: sum(counts.get(kind, 0) for kind in kinds) for name, kinds in LISTS.items()}
    number_of["centres"] = counts.get("centre", 0)
    number_of["sources"] = len(view.sources)
    number_of["countries"] = len(view.index.countries([kind for kind in EVERY_KIND if kind != "centre"]))
    return page("home.html", counts=number_of, centres=centre_rows())


@blueprint.get("/centres")
@html_page
def centres() -> Response:
    """The competence centres, by the place that each is designated for."""
    return page("centres.html", rows=centre_rows())


@blueprint.get("/countries")
@html_page
def countries() -> Response:
    """Every country of which something is known."""
    view = release()
    namer = Namer(view.facts, reader_language())
    centre_of = {row.place.code: row.centre for row in reversed(centre_rows())}
    actors, solutions = (view.index.countries(LISTS[name]) for name in ("actors", "solutions"))
    found = [
        (code, namer.country(code), centre_of.get(code), actors.get(code, 0), solutions.get(code, 0))
        for code in {*actors, *solutions, *centre_of}
        if code
    ]
    return page("countries.html", rows=sorted(found, key=lambda row: sort_key(row[1])))


@blueprint.get("/countries/<code>")
@html_page
def country(code: str) -> Response:
    """One country: its centre, and the first of its actors, projects and solutions."""
    view = release()
    node = node_at(COUNTRY, code)
    if node is None or not view.facts.exists(node):
        abort(404)
    namer = Namer(view.facts, reader_language())
    lists = []
    for name, kinds in LISTS.items():
        total = view.index.count(kinds, code)
        if total:
            hits = view.index.things(kinds, code, 0, _FEW)
            lists.append((name, total, rows(hits, namer, code)))
    here = [row for row in centre_rows() if row.place.code == code]
    return page("country.html", code=code, place_name=namer.country(code), centres=here, lists=lists)
