"""The addresses of all pages, for the sitemap: ways in, things, and what every statement goes back to."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode
from werkzeug.urls import iri_to_uri

from talkoot.graph.release import releases
from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import COUNTRY, DCT, RDF, SKOS, TK, VOC
from talkoot.web.facts import MERGED, Graph
from talkoot.web.problem import problem_types
from talkoot.web.release_view import ReleaseView

MOST_ADDRESSES = 50_000
"""More than that one file of a sitemap may not have."""


def page_paths(view: ReleaseView, settings: Settings) -> Iterator[str]:
    """The path of every page that is about something, without its first slash."""
    yield from _subjects(view, RDF["type"], MERGED, f"{view.base}id/", "doc/")
    countries = view.subjects(SKOS["inScheme"], VOC["country"])
    yield from (f"countries/{node.value.removeprefix(COUNTRY)}" for node in countries)
    yield from (f"sources/{source['id']}" for source in view.sources)
    yield from (f"dumps/{release.number}/" for release in releases(settings))
    yield from (f"problems/{slug}" for slug in problem_types())
    yield from (f"voc/{path}" for path in view.schemes)
    yield from _subjects(view, SKOS["inScheme"], MERGED, VOC, "voc/")
    yield from _subjects(view, DCT["isPartOf"], view.provenance, f"{view.base}graph/", "graph/")
    yield from _subjects(view, TK["viewOf"], view.identity, f"{view.base}id/", "doc/")


def _subjects(view: ReleaseView, predicate: NamedNode, graph: Graph, start: str, path: str) -> Iterator[str]:
    """The pages, below a path, of what bears a property in a graph, each once; parts of a page are no pages."""
    quads = view.store.quads_for_pattern(None, predicate, None, graph)
    found = dict.fromkeys(quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode))
    yield from (iri_to_uri(path + iri.removeprefix(start)) for iri in found if iri.startswith(start) and "#" not in iri)
