"""What a release says of itself, by DCAT-AP 3.0.1 and by VoID (https://www.w3.org/TR/void/).

What never changes stands in ``catalogue.ttl``, relative to the base of the data.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, Triple

from talkoot.graph.dumps import release_files
from talkoot.graph.provenance import source_iri, source_values
from talkoot.graph.rdf_text import construct, turtle
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import SourceDescription
from talkoot.ontology.namespaces import DCAT, DCT, PREFIXES, VOID, XSD

_STATEMENTS = Path(__file__).resolve().parent / "catalogue.ttl"
_MORE_PREFIXES = {"spdx": "http://spdx.org/rdf/terms#", "vcard": "http://www.w3.org/2006/vcard/ns#"}
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
_FREQUENCIES = {"daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "yearly": "ANNUAL"}
_RECORDS = {
    "en": "Records that Talkoot has of this source: {}.",
    "fi": "Tietueita, jotka Talkootissa on tästä lähteestä: {}.",
    "sv": "Poster i Talkoot från denna källa: {}.",
}

_CLASSES = """SELECT ?class (COUNT(?thing) AS ?count) (MIN(?address) AS ?example)
WHERE { ?thing a ?class BIND (IF(CONTAINS(STR(?thing), "#"), "", STR(?thing)) AS ?address) } GROUP BY ?class"""
_PROPERTIES = "SELECT ?property (COUNT(*) AS ?count) WHERE { ?thing ?property ?value } GROUP BY ?property"
_SHARED = (DCT["title"], DCT["description"], DCT["publisher"], DCT["rights"])


def catalogue(manifest: Mapping[str, Any], first: str, sources: Iterable[SourceDescription], settings: Settings) -> str:
    """The catalogue of a release as Turtle, by its manifest; ``first`` is when the first release was published."""
    published = Literal(manifest["published"], datatype=XSD["dateTime"])
    said = _about(
        settings,
        id=Literal(f"{settings.base}dataset"),
        first=Literal(first, datatype=XSD["dateTime"]),
        now=published,
        number=Literal(str(manifest["number"])),
    )
    for name, file in release_files().items():
        if file["node"] and (told := manifest["files"].get(name)):
            dump = NamedNode(f"{settings.base}dataset#{file['node']}")
            said += construct("catalogue_dump.rq", settings.base, {
                "dump": dump, "name": Literal(name), "now": published,
                "file": _address(settings, manifest["number"], name), file["terms"]: dump,
                "sum": NamedNode(f"{dump.value}-checksum"),
                "sha256": Literal(told["sha256"], datatype=XSD["hexBinary"]),
                **{column: NamedNode(file[column]) for column in ("format", "media")},
                **{language: Literal(file[language], language=language) for language in _RECORDS},
            })  # fmt: skip
            # In the query the engine would make it an integer.
            size = Literal(str(told["bytes"]), datatype=XSD["nonNegativeInteger"])
            said.append(Triple(dump, DCAT["byteSize"], size))
    for source in sources:
        values = source_values(source, settings.base)
        count, node = manifest["sources"][source.id]["records"], source_iri(settings.base, source.id).value
        values |= {language: Literal(text.format(count), language=language) for language, text in _RECORDS.items()}
        values |= {f"{part}_of": NamedNode(f"{node}#{part}") for part in ("terms", "records")}
        if code := _FREQUENCIES.get(source.frequency):
            values["frequency"] = NamedNode(_FREQUENCY + code)
        said += construct("catalogue_source.rq", settings.base, values)
    said.sort(key=lambda triple: str(triple.subject))  # one block a subject; the order within it stays
    return turtle(dict.fromkeys(said), _MORE_PREFIXES)


def _address(settings: Settings, number: int, name: str) -> NamedNode:
    """Where a file of a release can be downloaded."""
    return NamedNode(f"{settings.base}dumps/{number}/{name}")


def _about(settings: Settings, **values: NamedNode | Literal) -> list[Triple]:
    """What holds of every release, with its publisher by the settings, and of one whose values are given."""
    always = pyoxigraph.parse(path=_STATEMENTS, format=RdfFormat.TURTLE, base_iri=settings.base)
    values |= {"publisher": Literal(settings.publisher), "page": NamedNode(settings.publisher_page)}
    return [*(quad.triple for quad in always), *construct("catalogue.rq", settings.base, values)]


def void_description(store: Store, number: int, kinds: Mapping[str, int], settings: Settings) -> str:
    """A release's VoID as Turtle: triples, entities, and the parts by class and by property of the merged view.

    The catalogue's title, publisher and rights of the dataset are repeated.
    """
    base, told = settings.base, _about(settings)
    dataset = NamedNode(f"{base}dataset")
    shared = [triple for triple in told if triple.subject == dataset and triple.predicate in _SHARED]
    values = {triple.object for triple in shared}
    said = construct("void.rq", base, {
        "whole": _address(settings, number, "graph.nq.gz"), "space": Literal(f"{base}id/"),
        "triples": Literal(len(store)), "entities": Literal(sum(kinds.values())),
    })  # fmt: skip
    said += shared
    parts: list[Triple] = []
    if number:  # files that are served as they are have no release and no dumps
        dumps = {"opened": "graph-open.nq.gz", "merged": "merged.ttl.gz"}
        parts += construct("void_dumps.rq", base, {key: _address(settings, number, dumps[key]) for key in dumps})
    shown: list[NamedNode] = []
    used: set[str] = set()
    for kind, partition, name, query, count in (
        ("class", VOID["classPartition"], VOID["class"], _CLASSES, VOID["entities"]),
        ("property", VOID["propertyPartition"], VOID["property"], _PROPERTIES, VOID["triples"]),
    ):
        found = store.query(query)
        rows = sorted([value.value for value in row] for row in found) if isinstance(found, QuerySolutions) else []
        for place, (term, counted, *examples) in enumerate(rows, start=1):
            node = NamedNode(f"{dataset.value}#{kind}-{place}")
            said.append(Triple(dataset, partition, node))
            parts += [Triple(node, name, NamedNode(term)), Triple(node, count, Literal(int(counted)))]
            shown += [NamedNode(example) for example in examples if example.startswith(f"{base}id/")]
            used.update(namespace for namespace in PREFIXES.values() if term.startswith(namespace))
    said += [Triple(dataset, VOID["exampleResource"], example) for example in shown]
    said += [Triple(dataset, VOID["vocabulary"], NamedNode(namespace)) for namespace in sorted(used)]
    return turtle([*said, *(triple for triple in told if triple.subject in values), *parts])
