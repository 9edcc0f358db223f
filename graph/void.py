"""VoID: what a release holds, counted from its store (https://www.w3.org/TR/void/)."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Triple

from talkoot.graph.rdf_text import turtle
from talkoot.ontology.namespaces import DCT, FOAF, RDF, VOID, XSD

_CLASSES = "SELECT ?class (COUNT(?thing) AS ?count) WHERE { ?thing a ?class } GROUP BY ?class"
_PROPERTIES = "SELECT ?property (COUNT(*) AS ?count) WHERE { ?thing ?property ?value } GROUP BY ?property"


def void_description(store: Store, base: str, kinds: Mapping[str, int]) -> str:
    """The description as Turtle: triples, entities, and the parts by class and by property of the merged view."""
    dataset = NamedNode(f"{base}dataset")
    said = [
        Triple(dataset, RDF["type"], VOID["Dataset"]),
        Triple(dataset, DCT["title"], Literal("Talkoot", language="en")),
        Triple(dataset, FOAF["homepage"], NamedNode(base)),
        Triple(dataset, VOID["sparqlEndpoint"], NamedNode(f"{base}sparql")),
        Triple(dataset, VOID["uriSpace"], Literal(f"{base}id/")),
        Triple(dataset, VOID["triples"], _number(len(store))),
        Triple(dataset, VOID["entities"], _number(sum(kinds.values()))),
    ]
    for kind, partition, name, query, count in (
        ("class", VOID["classPartition"], VOID["class"], _CLASSES, VOID["entities"]),
        ("property", VOID["propertyPartition"], VOID["property"], _PROPERTIES, VOID["triples"]),
    ):
        found = store.query(query)
        rows = sorted((str(row[0].value), row[1]) for row in found) if isinstance(found, QuerySolutions) else []
        for number, (term, counted) in enumerate(rows, start=1):
            node = NamedNode(f"{dataset.value}#{kind}-{number}")
            said += [
                Triple(dataset, partition, node),
                Triple(node, name, NamedNode(term)),
                Triple(node, count, _number(int(counted.value))),
            ]
    return turtle(said)


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=XSD["integer"])
