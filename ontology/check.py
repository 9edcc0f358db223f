"""Checks of the vocabulary and the code lists: they parse, and every term has its texts in three languages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.files import FOLDER, code_list_files, turtle_triples, vocabulary_file
from talkoot.ontology.namespaces import OWL, PREFIXES, RDF, SKOS, TK

LANGUAGES = ("en", "fi", "sv")
"""Languages in which every own term has a label and a definition."""

_TERM_CLASSES = (OWL["Class"], OWL["ObjectProperty"], OWL["DatatypeProperty"], OWL["AnnotationProperty"])


def check_ontology() -> Iterator[str]:
    """A sentence for each fault found, naming file, term and what to do."""
    yield from _check_prefixes()
    try:
        yield from _check_vocabulary()
        for path in code_list_files():
            yield from _check_labels(
                path.name, _texts(path), SKOS["Concept"], (SKOS["prefLabel"],), _list_languages(path.name)
            )
        list(turtle_triples(FOLDER / "shapes" / "publish.ttl"))
    except SyntaxError as error:
        yield f"{error}: mend the Turtle"


Texts = dict[str, dict[NamedNode, set[str]]]


def _check_prefixes() -> Iterator[str]:
    text = (FOLDER / "prefixes.ttl").read_text(encoding="utf-8")
    for prefix, namespace in PREFIXES.items():
        if f"@prefix {prefix}: <{namespace}>" not in " ".join(text.split()):
            yield f"prefixes.ttl: {prefix}: is not <{namespace}>, as namespaces.py has it: make them agree"


def _check_vocabulary() -> Iterator[str]:
    path = vocabulary_file()
    own = {name: found for name, found in _texts(path).items() if name.startswith(TK)}
    for term_class in _TERM_CLASSES:
        yield from _check_labels(path.name, own, term_class, (SKOS["prefLabel"], SKOS["definition"]), LANGUAGES)


def _texts(path: Path) -> Texts:
    """By subject: the languages in which it has each text, and its classes under rdf:type."""
    found: Texts = defaultdict(lambda: defaultdict(set))
    for triple in turtle_triples(path):
        if isinstance(triple.subject, NamedNode):
            said = found[triple.subject.value][triple.predicate]
            if isinstance(triple.object, Literal):
                said.add(triple.object.language or "")
            elif triple.predicate == RDF["type"] and isinstance(triple.object, NamedNode):
                said.add(triple.object.value)
    return found


def _check_labels(
    file: str, texts: Texts, of: NamedNode, predicates: tuple[NamedNode, ...], languages: tuple[str, ...]
) -> Iterator[str]:
    for term, said in sorted(texts.items()):
        if of.value not in said[RDF["type"]]:
            continue
        for predicate in predicates:
            for language in languages:
                if language not in said[predicate]:
                    name = predicate.value.rsplit("#", 1)[-1]
                    yield f"{file}: {term} has no skos:{name} in {language}: add one"


def _list_languages(file: str) -> tuple[str, ...]:
    """Places of Finland have official names in Finnish and Swedish alone."""
    return (
        ("fi", "sv") if file in ("municipality-fi.ttl", "region-fi.ttl", "wellbeing-services-county.ttl") else LANGUAGES
    )
