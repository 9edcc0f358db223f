"""Code lists: SKOS schemes whose concepts are found by code, notation or label in any language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.files import code_list_files, turtle_triples
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import RDF, SKOS, VOC


@dataclass(slots=True)
class Concept:
    """One concept of a code list: its IRI, labels by language, other labels and notations."""

    iri: NamedNode
    scheme: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    other_labels: list[str] = field(default_factory=list)
    notations: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The last segment of the IRI."""
        return self.iri.value.rsplit("/", 1)[-1]

    @property
    def alpha_2(self) -> str:
        """A country's ISO 3166 code of two letters, not the one that the EU uses instead; or empty."""
        return next((text for text in self.notations if len(text) == 2 and text not in ("EL", "UK")), "")


class CodeList:
    """The concepts of one scheme, each found by its code, a notation or a label (folded)."""

    def __init__(self, concepts: list[Concept]) -> None:
        self._by_code = {concept.code: concept for concept in concepts}
        # A notation beats a label: "EL" is Greece, though Estonian calls the EU so.
        texts = [(text, concept) for concept in concepts for text in concept.notations]
        texts += [(text, one) for one in concepts for text in (*one.labels.values(), *one.other_labels)]
        self._by_text = {fold(text): concept for text, concept in reversed(texts)}

    def code(self, code: str) -> Concept | None:
        """The concept with this code, if there is one."""
        return self._by_code.get(code)

    def find(self, text: str) -> Concept | None:
        """The concept with this notation or label, whatever its case and accents."""
        return self._by_text.get(fold(text))

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._by_code.values())


CodeLists = dict[str, CodeList]
"""All code lists, by the path of their scheme below ``voc/`` (``role``, ``src/sim/target-group`` …)."""


def read_code_lists(paths: list[Path]) -> CodeLists:
    """Read SKOS files; every concept belongs to the scheme below ``voc/`` that it names."""
    concepts: dict[str, Concept] = {}
    schemes: dict[str, list[Concept]] = {}
    for triple in (triple for path in paths for triple in turtle_triples(path)):
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if not isinstance(subject, NamedNode):
            continue
        concept = concepts.setdefault(subject.value, Concept(subject))
        if predicate == RDF["type"] and value == SKOS["ConceptScheme"]:
            schemes[subject.value.removeprefix(VOC)] = []
        elif predicate == SKOS["inScheme"] and isinstance(value, NamedNode) and value.value.startswith(VOC):
            concept.scheme = value.value.removeprefix(VOC)
        elif predicate == SKOS["prefLabel"] and isinstance(value, Literal):
            concept.labels[value.language or ""] = value.value
        elif predicate in (SKOS["altLabel"], SKOS["hiddenLabel"]) and isinstance(value, Literal):
            concept.other_labels.append(value.value)
        elif predicate == SKOS["notation"] and isinstance(value, Literal):
            concept.notations.append(value.value)
    for concept in concepts.values():
        if concept.scheme in schemes:
            schemes[concept.scheme].append(concept)
    return {scheme: CodeList(found) for scheme, found in schemes.items()}


@lru_cache(maxsize=1)
def load_code_lists() -> CodeLists:
    """The code lists that travel with the vocabulary, read once."""
    return read_code_lists(code_list_files())
