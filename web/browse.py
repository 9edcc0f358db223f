"""The first page, lists of things by alphabet and country, and what is known of each place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, redirect, render_template, request
from pyoxigraph import NamedNode

from talkoot.graph.dumps import TABLES
from talkoot.graph.identity.features import KINDS
from talkoot.graph.search_facts import NOWHERE
from talkoot.graph.search_index import Hit
from talkoot.ontology.namespaces import ADMS, COUNTRY, TK
from talkoot.web.documents import node_at
from talkoot.web.entity_parts import HOST, parts_in
from talkoot.web.language import address
from talkoot.web.names import Ref, named, short_iri
from talkoot.web.responses import page, page_at
from talkoot.web.site import namer, release

blueprint = Blueprint("browse", __name__)

LISTS = {name: kinds for name, kinds in TABLES.items() if name != "centres"}
"""The lists by their path, each with the kinds that it holds."""
EVERY_KIND = (*(kind for kinds in LISTS.values() for kind in kinds), "centre")
PAGE_LENGTH = 100

_FEW = 12


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


def refs_of(hits: Iterable[Hit], within: str = "") -> list[Ref]:
    """Hits of the index as names with their countries; a list within one country need not say so again."""
    names = namer()
    return [
        named("/doc/" + hit.path.removeprefix("id/"), hit.kind, hit.labels, names.language,
              tuple(names.country(code) for code in hit.countries if code != within))
        for hit in hits
    ]  # fmt: skip


def _sort_key(text: str) -> str:
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
    classes = [short_iri(one) for one, (kind, _segment) in KINDS.items() if kind in kinds]
    return page(
        "list.html",
        list_name=name,
        kinds=kinds,
        rows=refs_of(index.things(kinds, country, current.first_row - 1, PAGE_LENGTH), country),
        total=total,
        everything=index.count(kinds),
        nowhere=index.count(kinds, NOWHERE) if by_country else 0,
        country=country,
        country_name=names.country(country) if country and country != NOWHERE else "",
        places=sorted(places, key=lambda place: _sort_key(place[1])),
        pager=current,
        query=render_template("queries/list.rq", country=country, classes=classes),
    )


def _centres() -> list[dict[str, Any]]:
    """Every competence centre with its place, its status and its hosts, in the alphabet of places."""
    view, names = release(), namer()
    found = []
    for hit in view.index.things(("centre",), limit=1000):
        node = NamedNode(view.base + hit.path)
        place, status = (
            names.concept(value) if (value := view.node(node, predicate)) else Ref("", "", "")
            for predicate in (TK["designatedFor"], ADMS["status"])
        )
        hosts = {part.agent for part in parts_in(view, node) if part.role == HOST}
        found.append({"centre": names.ref(node), "place": place, "status": status, "hosts": names.refs(hosts)})
    return sorted(found, key=lambda row: (_sort_key(row["place"].text), row["centre"].text))


@page_at(blueprint, "/")
def home() -> Response:
    """The first page: what this is, how much there is, the centres by country, and where to go."""
    view = release()
    if "rdf_files" in view.manifest:  # somebody's files, of which there are no pages
        abort(redirect("/sparql"))
    counts = view.index.counts()
    number_of = {name: sum(counts.get(kind, 0) for kind in kinds) for name, kinds in LISTS.items()} | {
        "centres": counts.get("centre", 0),
        "sources": len(view.sources),
        "countries": len(view.index.countries([kind for kind in EVERY_KIND if kind != "centre"])),
    }
    return page("home.html", counts=number_of, centres=_centres())


@page_at(blueprint, "/centres")
def centres() -> Response:
    """The competence centres, by the place that each is designated for."""
    return page("centres.html", rows=_centres())


@page_at(blueprint, "/countries")
def countries() -> Response:
    """Every country of which something is known."""
    names, index = namer(), release().index
    centre_of = {row["place"].code: row["centre"] for row in reversed(_centres())}
    actors, solutions = (index.countries(LISTS[name]) for name in ("actors", "solutions"))
    found = [
        (code, names.country(code), centre_of.get(code), actors.get(code, 0), solutions.get(code, 0))
        for code in {*actors, *solutions, *centre_of}
        if code
    ]
    return page("countries.html", rows=sorted(found, key=lambda row: _sort_key(row[1])))


@page_at(blueprint, "/countries/<code>")
def country(code: str) -> Response:
    """One country: its centre, and the first of its actors, projects and solutions."""
    view = release()
    node = node_at(COUNTRY, code)
    if node is None or not view.exists(node):
        abort(404)
    totals = {name: view.index.count(kinds, code) for name, kinds in LISTS.items()}
    lists = [
        (name, total, refs_of(view.index.things(LISTS[name], code, 0, _FEW), code))
        for name, total in totals.items()
        if total
    ]
    here = [row for row in _centres() if row["place"].code == code]
    return page("country.html", code=code, place_name=namer().country(code), centres=here, lists=lists)
