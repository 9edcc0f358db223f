"""Data against what ORG, PROV-O, SKOS and our own hierarchy state of their terms: no node in two disjoint classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad, Triple

from talkoot.ontology.files import FOLDER, text, turtle_triples, vocabulary_file
from talkoot.ontology.namespaces import OWL, RDF, RDFS, XSD


def contradictions(statements: Iterable[Quad] | Iterable[Triple]) -> Iterator[str]:
    """A sentence for each literal in a thing's place, each thing in a literal's, and each node of disjoint classes.

    Classes follow from types, domains, ranges and super-terms; the graphs of quads are taken together. What a term
    and its super-term both forbid is told twice.
    """
    facts: dict[NamedNode, dict[object, set[object]]] = defaultdict(lambda: defaultdict(set))
    for fact in (*turtle_triples(FOLDER / "reused.ttl"), *turtle_triples(vocabulary_file())):
        facts[fact.predicate][fact.subject].add(fact.object)
    classes: dict[object, dict[object, Quad | Triple]] = defaultdict(dict)
    for said in statements:
        if said.predicate == RDF["type"]:
            classes[said.subject].setdefault(said.object, said)
            continue
        for term in _above(facts[RDFS["subPropertyOf"]], said.predicate):
            for domain in facts[RDFS["domain"]][term]:
                classes[said.subject].setdefault(domain, said)
            ranges, kinds = facts[RDFS["range"]][term], facts[RDF["type"]][term]
            if not isinstance(said.object, Literal):
                if OWL["DatatypeProperty"] in kinds or any(
                    text(kind).startswith((RDFS["Literal"].value, XSD)) for kind in ranges
                ):
                    yield f"{said.object} stands where {term} wants a literal: {said}"
                for kind in ranges:
                    classes[said.object].setdefault(kind, said)
            elif OWL["ObjectProperty"] in kinds or ranges - {RDFS["Literal"], said.object.datatype}:
                yield f"{said.object} stands where {term} wants another kind of value: {said}"
    for node, because in classes.items():
        above = {one: kind for kind in because for one in _above(facts[RDFS["subClassOf"]], kind)}
        for one in above:
            for other in facts[OWL["disjointWith"]][one] & above.keys():
                yield f"{node} is {one} and {other} at once: {because[above[one]]} and {because[above[other]]}"


def _above(facts: dict[object, set[object]], term: object) -> set[object]:
    """A term and all its super-terms."""
    found, new = {term}, {term}
    while new:
        new = {above for one in new for above in facts[one]} - found
        found |= new
    return found
