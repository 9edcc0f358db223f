"""Names of a query that the data never uses: the usual reason why nothing is found."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from talkoot.graph.engine.query_text import tokens
from talkoot.ontology.namespaces import PREFIXES, VOID

_BUILT_IN = ("rdf", "rdfs", "owl", "xsd", "voc", "country", "language")
"""Prefixes whose names are no properties or classes, or are used by engines themselves."""
_VOCABULARIES = tuple(namespace for prefix, namespace in PREFIXES.items() if prefix not in _BUILT_IN)


def unused_terms(query: str, void: Path) -> list[str]:
    """The classes and properties of known vocabularies that a query names and a release, by its VoID, never uses."""
    used = _used_terms(void)
    found = dict.fromkeys(shown for shown, iri in _names(query) if iri.startswith(_VOCABULARIES) and iri not in used)
    return list(found) if used else []


@lru_cache(maxsize=8)
def _used_terms(void: Path) -> frozenset[str]:
    if not void.exists():
        return frozenset()
    told = pyoxigraph.parse(path=void, format=RdfFormat.TURTLE)
    terms = (VOID["class"], VOID["property"])
    return frozenset(
        quad.object.value for quad in told if quad.predicate in terms and isinstance(quad.object, NamedNode)
    )


def _names(query: str) -> Iterator[tuple[str, str]]:
    """The IRIs of a query after its prologue, as they are written and in full."""
    prefixes: dict[str, str] = {}
    declared = ""
    for token in tokens(query):
        if token.kind == "word":
            declared = "=" if token.text.upper() == "PREFIX" else ""
        elif declared == "=" and token.kind == "name":
            declared = token.text
        elif declared and token.kind == "iri":
            prefixes[declared.rstrip(":")] = token.text[1:-1]
            declared = ""
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            yield token.text, prefixes.get(prefix, "") + local
        elif token.kind == "iri":
            yield token.text, token.text[1:-1]
