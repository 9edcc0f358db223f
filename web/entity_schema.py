"""A thing in schema.org's words, for those who read pages with programs, and the links of FAIR signposting."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import DCT, FOAF, SCHEMA, SKOS
from talkoot.web.entity_said import MAIN_NAMES, MOST_RECORDS, said
from talkoot.web.facts import Facts
from talkoot.web.language import reader_language
from talkoot.web.release_view import ReleaseView
from talkoot.web.wording import is_web_address

_TYPES = {"organisation": "Organization", "network": "Organization", "centre": "Organization", "project": "Project",
          "collection": "Collection", "solution": "CreativeWork", "programme": "FundingScheme"}  # fmt: skip
_ABOUT_PAGE = f"{SCHEMA}AboutPage"


def schema_type(kind: str) -> str:
    """The class of schema.org for a kind of thing."""
    return _TYPES.get(kind, "Thing")


def _texts(facts: Facts, thing: NamedNode, *predicates: NamedNode) -> list[dict[str, str] | str]:
    texts = [text for predicate in predicates for text in facts.texts(thing, predicate)]
    return [{"@value": text.value, "@language": text.language} if text.language else text.value for text in texts]


def licences(view: ReleaseView, thing: NamedNode) -> list[str]:
    """The terms of the records behind a thing that have an address."""
    origins = (view.origin(graph, reader_language()) for graph in said(view, thing).graphs[:MOST_RECORDS])
    return sorted({origin["licence"].href for origin in origins if origin["licence"]})


def schema_org(view: ReleaseView, thing: NamedNode, address: str, description: str) -> dict[str, object]:
    """What stands in the page as JSON-LD."""
    pages = (value.value for property_ in ("homepage", "page") for value in view.nodes(thing, FOAF[property_]))
    places = [view.labels(place).get("en") for place in view.countries(thing)]
    page = {
        "@type": "WebPage", "@id": address, "isPartOf": {"@id": f"{view.base}dataset"},
        "version": f"{view.number}", "license": licences(view, thing),
    }  # fmt: skip
    told: dict[str, object] = {
        "@context": "https://schema.org", "@id": thing.value, "@type": schema_type(view.kind(thing)),
        "name": _texts(view, thing, *MAIN_NAMES),
        "alternateName": _texts(view, thing, SKOS["altLabel"], DCT["alternative"]),
        "description": description,
        "url": next((page for page in pages if is_web_address(page)), ""),
        "location" if schema_type(view.kind(thing)) == "Organization" else "spatialCoverage":
            [{"@type": "Country", "name": place} for place in places if place],
        "mainEntityOfPage": page,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def signposts(view: ReleaseView, thing: NamedNode) -> Iterator[tuple[str, str]]:
    """What the links of a thing's page tell beside its formats: what it is, and on what terms its sources stand."""
    yield _ABOUT_PAGE, "type"
    yield f"{SCHEMA}{schema_type(view.kind(thing))}", "type"
    for licence in licences(view, thing):
        yield licence, "license"
