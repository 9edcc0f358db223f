"""The canonical form of our Turtle files: rdflib's layout in one order, comments kept where they stood.

A file is a head of prefixes and then blocks between blank lines, each the statements of one subject. Comments stand
above the statements of a block or are a block of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import rdflib
from rdflib import Graph, URIRef
from rdflib.namespace import NamespaceManager
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from talkoot.ontology.namespaces import PREFIXES

_DIRECTIVE = re.compile(r"^@(?:base|prefix +([\w-]*):) *<([^<>]*)> *\.", re.MULTILINE)
_TOKEN = re.compile(r"""#.*|"{3}(?:[^\\]|\\.)*?"{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|\\.""")
_BLOCK = re.compile(r"((?:[ \t]*#.*\n?)*)((?:.*\S.*\n?)*)")
_MISPLACED = {
    "#": "a comment stands inside a statement: put it above, between two blocks",
    "_:": "a blank node has a label: write it as [ … ]",
}
_ORDER = (
    "rdf:type rdfs:subClassOf rdfs:subPropertyOf rdfs:isDefinedBy owl:versionIRI owl:versionInfo skos:inScheme "
    "skos:topConceptOf skos:broader skos:notation skos:prefLabel skos:altLabel skos:hiddenLabel skos:definition "
    "skos:scopeNote dct:title dct:identifier dct:isPartOf sh:targetClass sh:targetSubjectsOf sh:targetObjectsOf "
    "sh:path sh:minCount sh:maxCount * sh:severity sh:message skos:example skos:note skos:editorialNote"
).split()
_PLACES = {PREFIXES.get(prefix, "") + local: n for n, (prefix, _, local) in enumerate(x.partition(":") for x in _ORDER)}


class FormError(ValueError):
    """Turtle that cannot be put into form; the message gives the line and what to do."""


def canonical(text: str, namespaces: Mapping[str, str]) -> str:
    """A sound Turtle document in canonical form; prefixes stand in the order of ``namespaces``.

    Raises :class:`FormError` for a comment inside a statement, or a blank node with a label.
    """
    end = max((found.end() for found in _DIRECTIVE.finditer(text)), default=0)
    told = dict(_DIRECTIVE.findall(text[:end]))
    base, names = told.pop("", None), {**namespaces, **told}
    manager = NamespaceManager(Graph(), bind_namespaces="none")
    for prefix, namespace in names.items():
        if namespace != base:
            manager.bind(prefix, namespace)
    used: set[str] = set()
    blocks = []
    masked = _TOKEN.sub(lambda found: found[0] if found[0][0] == "#" else "x" * len(found[0]), text)
    for block in _BLOCK.finditer(masked, end):
        remarks, statements = block[1].splitlines(), text[slice(*block.span(2))]
        if fault := re.search("#|_:", block[2]):
            line = text.count("\n", 0, block.start(2) + fault.start()) + 1
            raise FormError(f"line {line}: {_MISPLACED[fault[0]]}")
        with literals_as_written():
            graph = Graph(namespace_manager=manager).parse(data=text[:end] + statements, format="turtle")
            writer = _Writer(graph)
            writer.serialize(written := BytesIO(), base=base)
        used |= writer.namespaces.keys()
        blocks.append("\n".join([*remarks, written.getvalue().decode().strip()]).strip())
    head = [line for line in text[:end].splitlines() if line.startswith("#")] + [f"@base <{base}> ."] * bool(base)
    head += [f"@prefix {prefix}: <{names[prefix]}> ." for prefix in names if prefix in used]
    return "\n\n".join(["\n".join(head), *filter(None, blocks)]) + "\n"


@contextmanager
def literals_as_written() -> Iterator[None]:
    """Within, rdflib leaves ``"2019"^^xsd:gYear`` and ``1.0`` as they are."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


class _Writer(TurtleSerializer):
    """rdflib's writer of Turtle, without the head, in our order, and with short names for all below the base."""

    indentString = "  "  # noqa: N815

    def startDocument(self) -> None:  # noqa: N802
        """Write no head."""

    def get_pname(self, uri: Node, gen_prefix: bool = False) -> str | None:
        """The name of an IRI with a prefix that is declared."""
        return super().get_pname(uri, gen_prefix=False)

    def relativize(self, uri: Any) -> Any:
        """An IRI without the base."""
        short = uri.removeprefix(self.base or "")
        return URIRef(short) if re.fullmatch(r"\w[^:]*", short) else uri

    def sortProperties(self, properties: Mapping[Node, list[Node]]) -> list[Node]:  # noqa: N802
        """The predicates in our order; sorts the objects in place, by language and then as people count."""
        for objects in properties.values():
            objects.sort(key=_counted)
        return sorted(properties, key=lambda name: (_PLACES.get(str(name), _PLACES[""]), name))


def _counted(node: Node) -> tuple[str, list[tuple[int, int | str]]]:
    """Where an object stands: texts by language, then level-2 before level-10."""
    parts = re.split(r"(\d+)", node.n3())
    return getattr(node, "language", "") or "", [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]
