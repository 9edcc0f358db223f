"""Where the files of the vocabulary lie, and their triples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, RdfFormat, Triple

from talkoot.ontology.namespaces import RDF, TK

FOLDER = Path(__file__).resolve().parent


def vocabulary_file() -> Path:
    """The Turtle file of classes and properties."""
    return FOLDER / "vocabulary.ttl"


def reused_file() -> Path:
    """What other vocabularies state of those of their terms that our data uses."""
    return FOLDER / "reused.ttl"


def publish_shapes_file() -> Path:
    """The SHACL file of the publish gate."""
    return FOLDER / "shapes" / "publish.ttl"


def code_list_files() -> list[Path]:
    """The SKOS files, one a code list, in the order of their names."""
    return sorted((FOLDER / "codelists").glob("*.ttl"))


def framework_files() -> list[Path]:
    """The files of the assessment frameworks that travel with a release; the made-up one serves the examples alone."""
    return [path for path in sorted((FOLDER / "frameworks").glob("*.ttl")) if path.stem != "example"]


def turtle_triples(path: Path) -> Iterator[Triple]:
    """The triples of a Turtle file, its blank nodes numbered so that every reading gives the same.

    Raises :class:`SyntaxError` with file and line.
    """
    blank: dict[object, BlankNode] = {}

    def named(node: object) -> Any:
        return blank.setdefault(node, BlankNode(f"{path.stem}-{len(blank)}")) if isinstance(node, BlankNode) else node

    try:
        for quad in pyoxigraph.parse(path=path, format=RdfFormat.TURTLE):
            yield Triple(named(quad.subject), quad.predicate, named(quad.object))
    except SyntaxError as error:
        raise SyntaxError(f"{path.name}: {error}") from error


@lru_cache(maxsize=1)
def frameworks() -> dict[str, tuple[Triple, ...]]:
    """The triples of each assessment framework by its opaque id, the last segment of its IRI; read once.

    Like the vocabulary they keep their IRIs under every base, so that assessments of two homes by one framework meet.
    """
    found = {}
    for path in framework_files():
        triples = tuple(turtle_triples(path))
        named = next(t.subject for t in triples if t.predicate == RDF["type"] and t.object == TK["AssessmentFramework"])
        found[str(named.value).rsplit("/", 1)[-1]] = triples  # type: ignore[union-attr]
    return found


@lru_cache(maxsize=1)
def vocabulary_triples() -> tuple[Triple, ...]:
    """The vocabulary, its alignments, every code list and framework: what a release has beside its data; read once."""
    paths = (vocabulary_file(), FOLDER / "alignments.ttl", *code_list_files())
    listed = (triple for path in paths for triple in turtle_triples(path))
    return (*listed, *(triple for triples in frameworks().values() for triple in triples))
