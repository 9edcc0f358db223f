"""The check of somebody's own data: an RDF file against the publish gate and the terms that there are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat
from rdflib import URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, PROV, SKOS

from talkoot.ontology.files import FOLDER, publish_shapes_file
from talkoot.ontology.namespaces import COUNTRY, PREFIXES, RDF, SH, TALKOOT
from talkoot.ontology.shacl import results
from talkoot.ontology.sources import Sources, iris, undeclared

CONTEXT = TALKOOT + "context.jsonld"
"""The address of our JSON-LD context; a file that names it is read with the one that travels with the program."""

SUFFIXES = (".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf")


class DataError(ValueError):
    """A file that cannot be read as RDF; the message names file, place and what was expected."""


@dataclass(slots=True)
class DataReport:
    """What the check of a file found: sentences, and how many things of each class the gate looked at."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    things: Counter[str] = field(default_factory=Counter)


def check_data(path: Path) -> DataReport:
    """Check an RDF file (its graphs taken together); its suffix tells the format. Raises :class:`DataError`."""
    quads = read_rdf(path)
    sources = Sources(FOLDER)
    checked = {
        quad.object
        for _, quad in sources.all_quads("shapes")
        if quad.predicate == SH["targetClass"] and isinstance(quad.object, NamedNode)
    }
    report = DataReport()
    for triple in {quad.triple for quad in quads}:
        kind = triple.object
        if triple.predicate == RDF["type"] and isinstance(kind, NamedNode) and kind in checked:
            report.things[short(kind.value)] += 1
    if not report.things:
        report.faults.append(f"{path.name}: holds nothing of a class that the gate knows, such as tk:Solution")
    for iri in (*undeclared(sources, quads), *_misspelt(quads)):
        report.faults.append(f"{path.name}: {short(iri)} is not declared in its vocabulary: correct the name")
    for iri in sorted({iri for quad in quads for iri in iris(quad) if iri.startswith(COUNTRY)}):
        if iri not in sources.declared:
            report.warnings.append(f"{path.name}: {short(iri)} is not in our list of countries (/voc/country)")
    classes = {quad.subject.value: quad.object for quad in quads
               if quad.predicate == RDF["type"] and isinstance(quad.subject, BlankNode)}  # fmt: skip

    def named(text: str) -> str:
        kind = classes.get(text)
        return f"the {short(kind.value)} without an IRI" if isinstance(kind, NamedNode) else short(text)

    for result in results((quad.triple for quad in quads), publish_shapes_file()):
        place = ": ".join(named(text) for text in (result.node, result.path) if text)
        value = f" (now: {named(result.value)})" if result.value and result.value != result.node else ""
        told = report.faults if result.severity == "Violation" else report.warnings
        told.append(f"{path.name}: {place}: {result.message}{value}")
    report.faults = list(dict.fromkeys(report.faults))
    return report


def _misspelt(quads: list[Quad]) -> list[str]:
    """The IRIs in namespaces of the W3C, Dublin Core and FOAF that these vocabularies do not have."""
    found = {iri for quad in quads for iri in iris(quad)}
    return sorted(
        iri for iri in found for closed in _CLOSED if iri.startswith(str(closed)) and URIRef(iri) not in closed
    )


_CLOSED = (DCAT, DCTERMS, FOAF, ORG, PROV, SKOS)


def read_rdf(path: Path) -> list[Quad]:
    """The quads of an RDF file. Raises :class:`DataError`."""
    form = RdfFormat.from_extension(path.suffix.removeprefix("."))
    if form is None or path.suffix not in SUFFIXES:
        raise DataError(f"{path.name}: expected a name that ends in {', '.join(SUFFIXES)}")
    data = path.read_bytes()
    try:
        if form == RdfFormat.JSON_LD:
            data = _with_context(data)
        return list(pyoxigraph.parse(data, format=form))
    except (SyntaxError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path.name}: {error}: mend the syntax at this place") from error


def short(iri: str) -> str:
    """An IRI with its prefix where it has one of ours, else as it is."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _with_context(data: bytes) -> bytes:
    document = json.loads(data)
    if isinstance(document, dict) and document.get("@context") == CONTEXT:
        own = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))
        return json.dumps(document | own).encode()
    return data
