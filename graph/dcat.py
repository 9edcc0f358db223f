"""DCAT: a release as a catalogue with its graph, its sources and its query service (DCAT-AP 3.0.1).

What never changes stands in ``catalogue.ttl``, relative to the base of the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from talkoot.graph.provenance import source_iri, source_triples
from talkoot.graph.rdf_text import turtle
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import SourceDescription
from talkoot.ontology.namespaces import DCAT, DCT, FOAF, RDF, RDFS, SKOS, XSD, Namespace

SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

_STATEMENTS = Path(__file__).resolve().parent / "catalogue.ttl"
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency"
_THEME = NamedNode("http://publications.europa.eu/resource/authority/data-theme/SOCI")
_FREQUENCIES = {"daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "yearly": "ANNUAL"}
_RECORDS = {
    "en": ("Records that Talkoot has of this source: {}.", "The records as pages and as RDF"),
    "fi": ("Tietueita, jotka Talkootissa on tästä lähteestä: {}.", "Tietueet sivuina ja RDF-muodossa"),
    "sv": ("Poster i Talkoot från denna källa: {}.", "Posterna i sidform och i RDF"),
}


def catalogue(manifest: Mapping[str, Any], first: str, sources: Iterable[SourceDescription], settings: Settings) -> str:
    """The catalogue of a release as Turtle, by its manifest; ``first`` is when the first release was published."""
    base, dump, file = settings.base, dump_address(settings, manifest["number"]), manifest["files"]["graph.nq.gz"]
    catalog, dataset, quads, checksum = (
        NamedNode(base + name) for name in ("catalog", "dataset", "dataset#n-quads", "dataset#n-quads-checksum")
    )
    now = Literal(manifest["published"], datatype=XSD["dateTime"])
    said = [
        *about(settings),
        Triple(catalog, DCT["issued"], Literal(first, datatype=XSD["dateTime"])),
        Triple(catalog, DCT["modified"], now),
        Triple(dataset, DCT["identifier"], Literal(dataset.value)),
        Triple(dataset, DCT["issued"], now),
        Triple(dataset, DCAT["version"], Literal(str(manifest["number"]))),
        Triple(quads, DCT["issued"], now),
        Triple(quads, DCAT["accessURL"], NamedNode(dump)),
        Triple(quads, DCAT["downloadURL"], NamedNode(dump)),
        Triple(quads, DCAT["byteSize"], Literal(str(file["bytes"]), datatype=XSD["nonNegativeInteger"])),
        Triple(checksum, SPDX["checksumValue"], Literal(file["sha256"], datatype=XSD["hexBinary"])),
    ]
    for source in sources:
        node = source_iri(base, source.id)
        said += [Triple(catalog, DCAT["dataset"], node), Triple(dataset, DCT["source"], node)]
        said += _source(source, node, manifest["sources"][source.id]["records"], base)
    said.sort(key=lambda triple: str(triple.subject))  # one block a subject; the order within it stays
    return turtle(dict.fromkeys(said), {"spdx": SPDX, "vcard": VCARD})


def dump_address(settings: Settings, number: int) -> str:
    """Where a release's quads can be downloaded."""
    return f"{settings.base}dumps/{number}/graph.nq.gz"


def about(settings: Settings) -> Iterator[Triple]:
    """What holds of every release, with its publisher by the settings."""
    for quad in pyoxigraph.parse(path=_STATEMENTS, format=RdfFormat.TURTLE, base_iri=settings.base):
        yield quad.triple
    publisher, contact = (NamedNode(f"{settings.base}catalog#{name}") for name in ("publisher", "contact"))
    name, page = Literal(settings.publisher), NamedNode(settings.publisher_page)
    yield Triple(publisher, FOAF["name"], name)
    yield Triple(publisher, FOAF["homepage"], page)
    yield Triple(contact, VCARD["fn"], name)
    yield Triple(contact, VCARD["hasURL"], page)
    yield Triple(page, RDF["type"], FOAF["Document"])


def _source(source: SourceDescription, node: NamedNode, records: int, base: str) -> Iterator[Triple]:
    """A source as a dataset; its distribution is the page that leads to its records."""
    terms, records_of = (NamedNode(f"{node.value}#{name}") for name in ("terms", "records"))
    yield Triple(node, DCAT["theme"], _THEME)
    yield Triple(node, DCAT["distribution"], records_of)
    yield Triple(records_of, RDF["type"], DCAT["Distribution"])
    yield Triple(records_of, DCAT["accessURL"], node)
    for language, (description, title) in _RECORDS.items():
        yield Triple(node, DCT["description"], Literal(description.format(records), language=language))
        yield Triple(records_of, DCT["title"], Literal(title, language=language))
    yield Triple(terms, RDF["type"], DCT["RightsStatement"])
    for triple in source_triples(source, base):
        if triple.predicate == DCT["rights"]:
            yield Triple(terms, RDFS["label"], triple.object)
            yield Triple(records_of, DCT["rights"], terms)
            continue
        yield triple
        if isinstance(triple.object, NamedNode) and triple.predicate == DCT["license"]:
            yield Triple(records_of, DCT["license"], triple.object)
            yield Triple(triple.object, RDF["type"], DCT["LicenseDocument"])
        elif isinstance(triple.object, NamedNode) and triple.predicate in (DCAT["landingPage"], FOAF["homepage"]):
            yield Triple(triple.object, RDF["type"], FOAF["Document"])
    if code := _FREQUENCIES.get(source.frequency):
        frequency = NamedNode(f"{_FREQUENCY}/{code}")
        yield Triple(node, DCT["accrualPeriodicity"], frequency)
        yield Triple(frequency, RDF["type"], DCT["Frequency"])
        yield Triple(frequency, SKOS["inScheme"], NamedNode(_FREQUENCY))
