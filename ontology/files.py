"""The files of the vocabulary: where they lie, what they say, and the whole folder as the checks look at it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from talkoot.ontology.namespaces import PREFIXES, RDF, TK, TKSH, VOC

FOLDER = Path(__file__).resolve().parent
RDF_FILES = ("**/*.ttl", "**/*.trig")
TERMS = ("*.ttl", "codelists/*.ttl")
"""The files of terms and concepts."""
QUESTIONS = "questions/*.rq"
GOOD_EXAMPLES = ("examples/valid/*.trig", "examples/worked-example.trig")


def vocabulary_file() -> Path:
    """The Turtle file of classes and properties."""
    return FOLDER / "vocabulary.ttl"


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
        (subject,) = (t.subject for t in triples if (t.predicate, t.object) == (RDF["type"], TK["AssessmentFramework"]))
        found[text(subject).rpartition("/")[2]] = triples
    return found


@lru_cache(maxsize=1)
def vocabulary_triples() -> tuple[Triple, ...]:
    """The vocabulary, its alignments, every code list and framework: what a release has beside its data; read once."""
    paths = (vocabulary_file(), FOLDER / "alignments.ttl", *code_list_files(), *framework_files())
    return tuple(triple for path in paths for triple in turtle_triples(path))


class Sources:
    """A folder laid out as ours, with its Turtle and TriG files as quads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._quads: dict[Path, list[Quad]] = {}

    def name(self, path: Path) -> str:
        """How messages name a file: its path below the folder."""
        return path.relative_to(self.folder).as_posix()

    def files(self, *patterns: str) -> list[Path]:
        """The files that match each pattern, by name."""
        return [path for pattern in patterns for path in sorted(self.folder.glob(pattern))]

    def quads(self, path: Path) -> list[Quad]:
        """The quads of a file. Raises :class:`SyntaxError`."""
        if path not in self._quads:
            form = RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.TRIG
            self._quads[path] = list(pyoxigraph.parse(path=path, format=form))
        return self._quads[path]

    def all_quads(self, *patterns: str) -> Iterator[Quad]:
        """The quads of the files that match patterns."""
        return (quad for path in self.files(*patterns) for quad in self.quads(path))

    @cached_property
    def declared(self) -> set[str]:
        """The IRIs of the own terms, code lists, concepts, datatypes and shapes."""
        quads = self.all_quads(*TERMS, "shapes/*.ttl")
        return {q.subject.value for q in quads if q.predicate == RDF["type"] and isinstance(q.subject, NamedNode)}

    def unknown(self, iri: str) -> bool:
        """Whether an IRI is in a namespace whose every name we declare, and is not declared."""
        return iri.startswith((TK, TKSH, VOC)) and iri not in self.declared


def iris(quad: Quad) -> Iterator[str]:
    """The IRIs that a quad names, a literal's datatype among them."""
    yield from (node.value for node in (quad.subject, quad.predicate, quad.object) if isinstance(node, NamedNode))
    if isinstance(quad.object, Literal):
        yield quad.object.datatype.value


@lru_cache(maxsize=4096)
def short(iri: str) -> str:
    """An IRI with its prefix where it has one of ours, else as it is."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def text(node: object) -> str:
    """The IRI, label or text of a node."""
    return str(getattr(node, "value", node))
