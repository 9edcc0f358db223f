"""VoID: what a release holds, counted from its store (https://www.w3.org/TR/void/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Triple

from talkoot.graph.rdf_text import turtle
from talkoot.ontology.namespaces import DCT, FOAF, PREFIXES, RDF, VOID, XSD

_CLASSES = """SELECT ?class (COUNT(?thing) AS ?count) (MIN(?address) AS ?example)
WHERE { ?thing a ?class BIND (IF(CONTAINS(STR(?thing), "#"), "", STR(?thing)) AS ?address) } GROUP BY ?class"""
_PROPERTIES = "SELECT ?property (COUNT(*) AS ?count) WHERE { ?thing ?property ?value } GROUP BY ?property"
_SHARED = (DCT["title"], DCT["description"], DCT["publisher"], DCT["rights"])


def void_description(store: Store, base: str, kinds: Mapping[str, int], about: Iterable[Triple], dump: str) -> str:
    """The description as Turtle: triples, entities, and the parts by class and by property of the merged view.

    ``about`` are the statements of the catalogue, of which the dataset's title, publisher and rights are repeated.
    """
    dataset = NamedNode(f"{base}dataset")
    told = list(about)
    shared = [triple for triple in told if triple.subject == dataset and triple.predicate in _SHARED]
    values = {triple.object for triple in shared}
    said = [
        Triple(dataset, RDF["type"], VOID["Dataset"]),
        *shared,
        Triple(dataset, FOAF["homepage"], NamedNode(base)),
        Triple(dataset, VOID["sparqlEndpoint"], NamedNode(f"{base}sparql")),
        Triple(dataset, VOID["dataDump"], NamedNode(dump)),
        Triple(dataset, VOID["uriSpace"], Literal(f"{base}id/")),
        Triple(dataset, VOID["triples"], _number(len(store))),
        Triple(dataset, VOID["entities"], _number(sum(kinds.values()))),
    ]
    parts: list[Triple] = []
    shown: list[NamedNode] = []
    used: set[str] = set()
    for kind, partition, name, query, count in (
        ("class", VOID["classPartition"], VOID["class"], _CLASSES, VOID["entities"]),
        ("property", VOID["propertyPartition"], VOID["property"], _PROPERTIES, VOID["triples"]),
    ):
        found = store.query(query)
        rows = sorted([value.value for value in row] for row in found) if isinstance(found, QuerySolutions) else []
        for number, (term, counted, *examples) in enumerate(rows, start=1):
            node = NamedNode(f"{dataset.value}#{kind}-{number}")
            said.append(Triple(dataset, partition, node))
            parts += [Triple(node, name, NamedNode(term)), Triple(node, count, _number(int(counted)))]
            shown += [NamedNode(example) for example in examples if example.startswith(f"{base}id/")]
            used.update(namespace for namespace in PREFIXES.values() if term.startswith(namespace))
    said += [Triple(dataset, VOID["exampleResource"], example) for example in shown]
    said += [Triple(dataset, VOID["vocabulary"], NamedNode(namespace)) for namespace in sorted(used)]
    return turtle([*said, *(triple for triple in told if triple.subject in values), *parts])


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=XSD["integer"])
