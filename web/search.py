"""Search: what a text and facets find, as a page and as data; suggestions while one types; what is not here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from flask_babel import gettext
from pyoxigraph import NamedNode
from werkzeug.exceptions import NotAcceptable

from talkoot.graph.coverage import coverage_graph
from talkoot.graph.dumps import no_formula
from talkoot.graph.labels import main_label
from talkoot.graph.search_facts import FACETS, NOWHERE
from talkoot.graph.search_index import MOST_FOUND, Hit
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import COUNTRY, DCT, VOC
from talkoot.web.browse import EVERY_KIND, LISTS, PAGE_LENGTH, Pager, classes_of, list_rows, pager
from talkoot.web.documents import rdf_response
from talkoot.web.language import address
from talkoot.web.names import named, site_path
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, Choice, Format, by_name, negotiate
from talkoot.web.responses import conditional, page
from talkoot.web.site import namer, release

blueprint = Blueprint("search", __name__)

JSON, CSV = Format("json", "application/json"), Format("csv", "text/csv")
_FORMATS = (HTML, JSON, CSV, *GRAPH_FORMATS)
_OFFERED = {"csv": "CSV", "json": "JSON", "ttl": "Turtle"}
_LONGEST_TEXT = 200
_MOST_SUGGESTIONS = 10
_VALUE = re.compile(r"[\w./%-]+")
_COLUMNS = ("iri", "kind", "name", "language", "other languages", "countries")


@dataclass(slots=True)
class Asked:
    """What this request asks for, and the numbers of all things found, the likeliest first.

    ``unfiltered`` is what the text alone finds, None where there is no text.
    """

    text: str
    filters: dict[str, list[str]]
    unfiltered: list[int] | None
    numbers: list[int]

    def pairs(self, leave: str = "", value: str = "") -> list[tuple[str, str]]:
        """The query of an address that asks the same, of one facet another value or none."""
        kept = [(facet, one) for facet, values in self.filters.items() for one in values if facet != leave]
        return [("q", self.text), *kept, (leave, value)]


def _asked() -> Asked:
    text = request.args.get("q", "").strip()[:_LONGEST_TEXT]
    filters = {facet: values for facet in FACETS if (values := [one for one in request.args.getlist(facet) if one])}
    if not all(_VALUE.fullmatch(one) for values in filters.values() for one in values):
        abort(404)
    index = release().index
    unfiltered = index.find(text) if text else None
    return Asked(text, filters, unfiltered, index.select(unfiltered, filters) if text or filters else [])


@blueprint.get("/search")
@blueprint.get("/search.<suffix>")
def search(suffix: str = "") -> Response:
    """What a text and facets find, the likeliest first, in the format asked for."""
    name = suffix or request.args.get("format", "")
    choice = by_name(name, _FORMATS) if name else negotiate(request.headers.get("Accept"), _FORMATS)
    if choice is None:
        raise NotAcceptable("A search can be had as " + ", ".join(item.name for item in _FORMATS))

    def make() -> Response:
        asked, of_format = _asked(), {HTML: _page, JSON: _json, CSV: _csv}.get(choice.format)
        response = of_format(asked) if of_format else _graph(asked, choice)
        if len(asked.unfiltered or ()) >= MOST_FOUND:
            response.headers["Talkoot-Truncated"] = f"rows={MOST_FOUND}"
        return response

    return conditional(choice, make)


def _page(asked: Asked) -> Response:
    index = release().index
    current = pager("/search", len(asked.numbers), *asked.pairs())
    hits = index.hits(asked.numbers[current.first_row - 1 : current.first_row - 1 + PAGE_LENGTH])
    tallies = index.tallies(asked.unfiltered, asked.filters)
    facets = [(facet, options) for facet, rows in tallies if len(options := _options(asked, facet, rows)) > 1]
    return page(
        "search.html",
        asked=asked,
        rows=list_rows(hits),
        total=len(asked.numbers),
        most=MOST_FOUND,
        pager=current,
        facets=facets,
        chosen=[option for _, options in facets for option in options if option["chosen"]],
        formats=[(address(f"/search.{name}", asked.pairs()), label) for name, label in _OFFERED.items()],
        query=_sparql(asked, hits, current) if hits else "",
        missing=_not_here(asked),
    )


def _options(asked: Asked, facet: str, rows: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """The values of a facet as links that choose or leave them; what is chosen comes first and is always among them."""
    chosen = asked.filters.get(facet, [])
    rows = [*rows, *((value, 0) for value in chosen if value not in dict(rows))]
    options = [
        {
            "text": _word(facet, value),
            "things": things,
            "chosen": value in chosen,
            "unknown": value == NOWHERE,
            "href": address("/search", asked.pairs(facet, "" if value in chosen else value)),
        }
        for value, things in rows
    ]
    return sorted(options, key=lambda option: (not option["chosen"], option["unknown"]))


def _word(facet: str, value: str) -> str:
    """What a value of a facet is called for the reader."""
    names = namer()
    if facet == "kind":
        return _kind_words().get(value, value)
    if facet == "country":
        return gettext("country not known") if value == NOWHERE else names.country(value)
    if facet == "source":
        return str((release().source(value) or {"title": value})["title"])
    return names.ref(NamedNode((release().base if facet == "programme" else VOC) + value)).text


def _kind_words() -> Mapping[str, str]:
    words: Any = current_app.jinja_env.get_template("words.html").module
    found: Mapping[str, str] = words.kinds
    return found


def _sparql(asked: Asked, hits: Sequence[Hit], current: Pager) -> str:
    """The query that gives the same: by the facets, or where there is a text, of what this page lists."""
    kinds = asked.filters.get("kind", EVERY_KIND)
    return render_template(
        "queries/search.rq",
        base=release().base,
        words=fold(asked.text),
        things=[hit.path for hit in hits] if asked.text else [],
        page=current.number,
        classes=classes_of(kinds),
        others=classes_of({"centre", "network"}.difference(kinds)),
        filters=asked.filters,
    )


def _not_here(asked: Asked) -> dict[str, Any]:
    """What is known to exist and is not here: of the sources asked about, and countries with no actor or solution."""
    view, names = release(), namer()
    wanted = asked.filters.get("source", [source["id"] for source in view.sources])
    kinds = [kind for kinds in LISTS.values() for kind in kinds]
    graph, here = coverage_graph(view.base), view.index.countries(kinds)
    members = (node.value.removeprefix(COUNTRY) for node in view.nodes(graph, DCT["spatial"], graph))
    return {
        "sources": [one for one in view.sources if one["id"] in wanted and one["known_to_exist"]],
        "countries": sorted(names.country(code) for code in members if code not in here),
    }


def _json(asked: Asked) -> Response:
    index, base = release().index, release().base
    tallies = index.tallies(asked.unfiltered, asked.filters)
    results = [
        {"iri": base + hit.path, "kind": hit.kind, "names": hit.labels, "countries": hit.countries}
        for hit in index.hits(asked.numbers)
    ]
    told = {"text": asked.text, "filters": asked.filters, "total": len(results), "results": results}
    return jsonify(told | {"facets": {facet: dict(rows) for facet, rows in tallies}, "missing": _not_here(asked)})


def _csv(asked: Asked) -> Response:
    """One row a thing; UTF-8 with a mark at its start, by which spreadsheets know it."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for hit in release().index.hits(asked.numbers):
        main, language = main_label(hit.labels)
        others = " | ".join(f"{label} ({tag})" for tag, label in hit.labels.items() if label != main)
        row = (release().base + hit.path, hit.kind, main, language, others, " ".join(hit.countries))
        table.writerow(map(no_formula, row))
    response = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="talkoot-search.csv"'
    return response


def _graph(asked: Asked, choice: Choice) -> Response:
    """All that the merged view says of the things found."""
    view = release()
    found = view.index.hits(asked.numbers)
    return rdf_response((quad for hit in found for quad in view.about(NamedNode(view.base + hit.path))), choice)


@blueprint.get("/suggest")
@blueprint.get("/sparql/suggest")
def suggest() -> Response:
    """The likeliest things for what has been typed so far, from the search index and never from the query engine."""
    text, names, words = request.args.get("q", "").strip()[:_LONGEST_TEXT], namer(), _kind_words()
    rows = []
    for hit in release().index.search(text, _MOST_SUGGESTIONS) if text else ():
        iri = release().base + hit.path
        ref = named(site_path(iri, release().base), hit.kind, hit.labels, names.language)
        places = [*map(names.country, hit.countries)]
        told = {"iri": iri, "href": ref.href, "name": ref.text, "lang": ref.lang, "gloss": ref.gloss}
        rows.append(told | {"kind": hit.kind, "word": words.get(hit.kind, ""), "places": places})
    response = jsonify(rows)
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Cache-Control"] = "max-age=60"
    return response
