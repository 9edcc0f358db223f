"""The files of the ontology folder, each read and parsed once: what the checks look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from talkoot.ontology.namespaces import OWL, PREFIXES, RDF, SKOS, TK, TKSH, VOC


class Sources:
    """A folder laid out as ours, with its Turtle and TriG files as quads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._quads: dict[Path, list[Quad]] = {}

    def name(self, path: Path) -> str:
        """How messages name a file: its path below the folder."""
        return path.relative_to(self.folder).as_posix()

    def rdf_files(self) -> list[Path]:
        """Every Turtle and TriG file."""
        return sorted(path for path in self.folder.rglob("*.t*") if path.suffix in (".ttl", ".trig"))

    def turtle_files(self, *folders: str) -> list[Path]:
        """The Turtle files of the folder itself (``.``) or of folders below it."""
        return [path for name in folders for path in sorted((self.folder / name).glob("*.ttl"))]

    def examples(self, kind: str) -> list[Path]:
        """The examples of a kind: ``valid`` or ``invalid``."""
        return sorted((self.folder / "examples" / kind).glob("*.trig"))

    def questions(self) -> list[Path]:
        """The competency questions."""
        return sorted((self.folder / "questions").glob("*.rq"))

    def quads(self, path: Path) -> list[Quad]:
        """The quads of a file. Raises :class:`SyntaxError`."""
        if path not in self._quads:
            form = RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.TRIG
            self._quads[path] = list(pyoxigraph.parse(path=path, format=form))
        return self._quads[path]

    def all_quads(self, *folders: str) -> Iterator[tuple[Path, Quad]]:
        """The quads of Turtle files, each with the file it stands in."""
        return ((path, quad) for path in self.turtle_files(*folders) for quad in self.quads(path))

    @cached_property
    def declared(self) -> dict[str, Path]:
        """By IRI: the own terms, code lists, concepts, datatypes and shapes, with the file that declares each."""
        return {
            quad.subject.value: path
            for path, quad in self.all_quads(".", "codelists", "shapes")
            if quad.predicate == RDF["type"] and isinstance(quad.subject, NamedNode)
        }

    @cached_property
    def meanings(self) -> dict[str, str]:
        """By IRI of an own term or concept: its English definition, or else its first label."""
        found: dict[str, tuple[int, str, str]] = {}
        for _, quad in self.all_quads(".", "codelists"):
            rank = _MEANING.get(quad.predicate)
            text = quad.object
            if rank is None or not isinstance(quad.subject, NamedNode) or not isinstance(text, Literal):
                continue
            language = text.language or ""
            entry = (rank if language == "en" else rank + 2, language, text.value)
            found[quad.subject.value] = min(found.get(quad.subject.value, entry), entry)
        return {iri: entry[2] for iri, entry in found.items() if self.declared.get(iri)}

    @cached_property
    def deprecated(self) -> set[str]:
        """The IRIs marked ``owl:deprecated``."""
        return {
            quad.subject.value
            for _, quad in self.all_quads(".", "codelists")
            if quad.predicate == OWL["deprecated"] and isinstance(quad.subject, NamedNode)
        }

    def own_terms(self) -> list[str]:
        """The classes and properties of the vocabulary."""
        return sorted(iri for iri in self.declared if iri.startswith(TK))


def undeclared(sources: Sources, quads: Iterable[Quad]) -> Iterator[str]:
    """The IRIs of our namespaces that quads use though nothing declares them, each once."""
    for iri in sorted({iri for quad in quads for iri in iris(quad) if iri.startswith(OWN)}):
        if iri not in sources.declared:
            yield iri


def iris(quad: Quad) -> Iterator[str]:
    """The IRIs that a quad names, a literal's datatype among them."""
    yield from (node.value for node in (quad.subject, quad.predicate, quad.object) if isinstance(node, NamedNode))
    if isinstance(quad.object, Literal):
        yield quad.object.datatype.value


def short(iri: str) -> str:
    """An IRI with its prefix where it has one of ours, else as it is."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


OWN = (TK, TKSH, VOC)
"""The namespaces whose every name we declare."""

_MEANING = {SKOS["definition"]: 0, SKOS["prefLabel"]: 1}
