"""What the ontology's own files say of its terms: shapes, examples and competency questions, read once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, NamedNode

from talkoot.ontology.code_lists import load_code_lists
from talkoot.ontology.files import FOLDER, turtle_triples
from talkoot.ontology.namespaces import DCT, RDF, SH, TKSH
from talkoot.web.names import short_iri

_PROFILES = ("publish", "core")
"""The files of shapes that say what is expected of a class, the stricter one first."""
_FEW_LISTS = 6


@lru_cache(maxsize=256)
def _code_lists(pattern: str) -> list[str]:
    """The code lists that have a concept whose IRI fits a pattern, where they are few; ``*`` for many."""
    lists = load_code_lists()
    fit = [name for name in lists if any(re.match(pattern, concept.iri.value) for concept in lists[name])]
    return fit if len(fit) <= _FEW_LISTS else ["*"]


class Shape(NamedTuple):
    """A shape: the node shapes it belongs to, the classes it is for, and all that it says by the names of SHACL."""

    name: str
    parents: list[str]
    classes: list[str]
    said: dict[str, list[str]]

    def one(self, key: str) -> str:
        """The value of what is said once at most; of a path, its steps."""
        return "/".join(self.said.get(key, ()))

    @property
    def code_lists(self) -> list[str]:
        """The code lists whose concepts are let pass."""
        pattern = self.one("pattern")
        fits_concepts = self.one("nodeKind") == "sh:IRI" and pattern and not pattern.startswith("^https?:")
        return _code_lists(pattern) if fits_concepts else []

    @property
    def types(self) -> list[str]:
        """The datatypes, classes or further shapes of a value."""
        told = [name for key in ("datatype", "class", "node", "or") for name in self.said.get(key, ())]
        return [name for name in dict.fromkeys(told) if re.fullmatch(r"xsd:\w+|[a-z]+:[A-Z]\w+", name)]


@lru_cache(maxsize=1)
def shapes() -> dict[str, list[Shape]]:
    """The shapes by the name of their file, those of the profiles first."""
    files = {path.stem: path for path in sorted((FOLDER / "shapes").glob("*.ttl"))}
    return {name: list(_read(files[name])) for name in dict.fromkeys((*_PROFILES, *files)) if name in files}


def _read(path: Path) -> Iterator[Shape]:
    said: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for triple in turtle_triples(path):
        said[triple.subject][triple.predicate.value].append(triple.object)

    def leaves(term: Any) -> list[str]:
        """A value as text; of a node without a name, the texts of all that hangs on it."""
        if not isinstance(term, BlankNode):
            return [] if term == RDF["nil"] else [short_iri(term.value)]
        return [leaf for values in said[term].values() for value in values for leaf in leaves(value)]

    for node, told in [*said.items()]:
        if isinstance(node, NamedNode) and node.value.startswith(TKSH):
            holders = [one for one, what in said.items() if node in what.get(SH + "property", ())]
            parents = [*told.get(DCT + "isPartOf", ()), *holders]
            classes = [one for shape in (node, *parents) for one in said[shape].get(SH + "targetClass", ())]
            yield Shape(
                node.value.removeprefix(TKSH),
                [parent.value.removeprefix(TKSH) for parent in parents],
                [short_iri(one.value) for one in dict.fromkeys(classes)],
                {key.removeprefix(SH): [leaf for value in values for leaf in leaves(value)]
                 for key, values in told.items() if key.startswith(SH)},
            )  # fmt: skip


@lru_cache(maxsize=1)
def expected() -> dict[tuple[str, str], Shape]:
    """What is expected of a class at a property, by the short names of both; the stricter profile goes before."""
    profiles = (shape for name in reversed(_PROFILES) for shape in shapes().get(name, ()) if shape.one("path"))
    return {(of, shape.one("path")): shape for shape in profiles for of in shape.classes}


@lru_cache(maxsize=256)
def example(term: str) -> str:
    """The valid example of a class, or the smallest one that uses a property; empty where there is none."""
    paths = (FOLDER / "examples" / "valid").glob("*.trig")
    texts = sorted((path.read_text(encoding="utf-8") for path in paths), key=lambda text: (len(text), text))
    own = (text for text in texts if text.startswith(f"# Valid, made up: {term}."))
    using = (text for text in texts if re.search(rf"(?<![\w:]){term} ", text))
    return next(own, next(using, ""))


@lru_cache(maxsize=2)
def questions(folder: Path = FOLDER / "questions") -> list[dict[str, str]]:
    """The competency questions: name, what each asks by language, other remarks, the query and the terms in it."""
    found = []
    for path in sorted(folder.glob("*.rq")):
        remarks, query = path.read_text(encoding="utf-8").split("\nPREFIX", 1)
        told = dict(line[2:].split(": ", 1) for line in remarks.splitlines())
        terms = " ".join(re.findall(r"\btk:\w+", query))
        found.append({"name": path.stem, **told, "query": f"PREFIX{query}", "terms": f"{terms} "})
    return found
