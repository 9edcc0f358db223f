"""Ways in: the first page, countries side by side, centres, and what Talkoot promises its readers."""

from __future__ import annotations

from collections import defaultdict
from heapq import nlargest
from typing import Any

from flask import Blueprint, Response, abort, redirect
from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import ADMS, COUNTRY, DCT, FOAF, TK
from talkoot.web.browse import EVERY_KIND, LISTS, list_rows, sort_key
from talkoot.web.documents import node_at
from talkoot.web.entity_parts import HOST, parts_in
from talkoot.web.facts import MERGED, first_text
from talkoot.web.map_page import drawn
from talkoot.web.names import Ref, web_link
from talkoot.web.release_view import ReleaseView
from talkoot.web.responses import page, page_at
from talkoot.web.site import namer, release
from talkoot.web.wording import moment

blueprint = Blueprint("ways_in", __name__)

_FEW = 12
_NEWEST = 6
_SIDE_BY_SIDE = ("actors", "projects", "solutions")
_PROMISES = ("accessibility", "privacy", "developers")


def _centres() -> list[dict[str, Any]]:
    """Every competence centre with its place, status, hosts and web site, in the alphabet of places."""
    view, names = release(), namer()
    found = []
    for hit in view.index.things(("centre",), limit=1000):
        node = NamedNode(view.base + hit.path)
        place, status = (
            names.ref(value) if (value := view.node(node, predicate)) else Ref("", "", "")
            for predicate in (TK["designatedFor"], ADMS["status"])
        )
        hosts = {part.agent for part in parts_in(view, node) if part.role == HOST}
        sites = [web_link(site.value) for site in view.nodes(node, FOAF["homepage"])]
        found.append(
            {"centre": names.ref(node), "place": place, "status": status, "hosts": names.refs(hosts), "sites": sites}
        )
    return sorted(found, key=lambda row: (sort_key(row["place"].text), row["centre"].text))


def programmes_by_country(view: ReleaseView) -> dict[str, set[NamedNode]]:
    """By country, the programmes under which something there is funded."""
    found: dict[str, set[NamedNode]] = defaultdict(set)
    for quad in view.store.quads_for_pattern(None, TK["fundedUnder"], None, MERGED):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            for country in view.countries(quad.subject):
                found[country.value.removeprefix(COUNTRY)].add(quad.object)
    return found


def _newest(view: ReleaseView) -> list[tuple[Ref, str]]:
    """The things that their sources changed last, with the day."""
    quads = view.store.quads_for_pattern(None, DCT["modified"], None, MERGED)
    dated = ((first_text([quad.object]), quad.subject) for quad in quads)
    things = ((day, node) for day, node in dated if isinstance(node, NamedNode) and view.kind(node))
    return [(namer().ref(node), moment(day)) for day, node in nlargest(_NEWEST, things, key=lambda pair: pair[0])]


@page_at(blueprint, "/")
def home() -> Response:
    """The first page: what this is, how much there is, where, what is new, the centres, and where to go."""
    view = release()
    if "rdf_files" in view.manifest:  # somebody's files, of which there are no pages
        abort(redirect("/sparql"))
    counts = view.index.counts()
    number_of = {name: sum(counts.get(kind, 0) for kind in kinds) for name, kinds in LISTS.items()} | {
        "centres": counts.get("centre", 0),
        "sources": len(view.sources),
        "countries": len(view.index.countries([kind for kind in EVERY_KIND if kind != "centre"])),
    }
    return page("home.html", counts=number_of, centres=_centres(), newest=_newest(view), **drawn("actors"))


@page_at(blueprint, "/centres")
def centres() -> Response:
    """The competence centres, by the place that each is designated for."""
    rows = _centres()
    places = {row["place"].code: row["place"] for row in rows}
    return page("centres.html", rows=rows, places=list(places.values()))


@page_at(blueprint, "/countries")
def countries() -> Response:
    """Every country of which something is known, side by side."""
    names, index = namer(), release().index
    centre_of = {row["place"].code: row["centre"] for row in reversed(_centres())}
    counts = {name: index.countries(LISTS[name]) for name in _SIDE_BY_SIDE}
    programmes = programmes_by_country(release())
    found = [
        {
            "code": code, "name": names.country(code), "centre": centre_of.get(code),
            "programmes": len(programmes.get(code, ())), **{name: counts[name].get(code, 0) for name in counts},
        }
        for code in {*centre_of, *programmes, *(code for by_country in counts.values() for code in by_country)}
        if code
    ]  # fmt: skip
    return page("countries.html", rows=sorted(found, key=lambda row: sort_key(row["name"])))


@page_at(blueprint, "/countries/<code>")
def country(code: str) -> Response:
    """One country: its centre, the programmes there, and the first of its actors, projects and solutions."""
    view = release()
    node = node_at(COUNTRY, code)
    if node is None or not view.exists(node):
        abort(404)
    totals = {name: view.index.count(kinds, code) for name, kinds in LISTS.items()}
    lists = [
        (name, total, list_rows(view.index.things(LISTS[name], code, 0, _FEW), code))
        for name, total in totals.items()
        if total
    ]
    here = [row for row in _centres() if row["place"].code == code]
    programmes = namer().refs(programmes_by_country(view).get(code, ()))
    return page(
        "country.html", code=code, place_name=namer().country(code), centres=here, lists=lists, programmes=programmes
    )


@page_at(blueprint, f"/<any({', '.join(_PROMISES)}):name>")
def promise(name: str) -> Response:
    """What is promised on accessibility and privacy, and what developers build on."""
    return page(f"{name}.html", base=release().base)
