"""Where the files of the vocabulary lie, and their triples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, RdfFormat, Triple

FOLDER = Path(__file__).resolve().parent


def vocabulary_file() -> Path:
    """The Turtle file of classes and properties."""
    return FOLDER / "vocabulary.ttl"


def publish_shapes_file() -> Path:
    """The SHACL file of the publish gate."""
    return FOLDER / "shapes" / "publish.ttl"


def code_list_files() -> list[Path]:
    """The SKOS files, one a code list, in the order of their names."""
    return sorted((FOLDER / "codelists").glob("*.ttl"))


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
def vocabulary_triples() -> tuple[Triple, ...]:
    """All triples of the vocabulary and of every code list: what a release carries beside its data; read once."""
    return tuple(triple for path in (vocabulary_file(), *code_list_files()) for triple in turtle_triples(path))
