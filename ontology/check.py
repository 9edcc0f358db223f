"""The checks of the ontology, from the cheapest to the dearest; the first kind that finds a fault ends them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import Store

from talkoot.ontology.check_examples import check_context, check_examples, check_questions, check_ranges
from talkoot.ontology.files import FOLDER
from talkoot.ontology.namespaces import PREFIXES, TK, VOC
from talkoot.ontology.released import check_released, write_released
from talkoot.ontology.shacl import results
from talkoot.ontology.sources import Sources, undeclared
from talkoot.ontology.turtle_form import FormError, canonical


def check_ontology(folder: Path = FOLDER, *, fix: bool = False) -> list[str]:
    """A sentence for each fault of the first kind found, naming file, term and what to do; none when all is well.

    ``fix`` first writes Turtle and TriG files in canonical form, and new terms into the table of released ones.
    """
    sources = Sources(folder)
    for check in CHECKS:
        faults = list(check(sources))
        if fix and not faults and check is check_syntax:
            _write_canonical(sources)
            sources = Sources(folder)
            write_released(sources)
        if faults:
            return faults
    return []


def check_syntax(sources: Sources) -> Iterator[str]:
    """Every file parses."""
    for path in sources.rdf_files():
        try:
            sources.quads(path)
        except SyntaxError as error:
            yield f"{sources.name(path)}: {error}: mend the syntax at this place"
    for path in sources.questions():
        try:
            Store().query(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            yield f"{sources.name(path)}: {error}: mend the query"
    try:
        json.loads((sources.folder / "context.jsonld").read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        yield f"context.jsonld: {error}: mend the JSON"


def check_prefixes(sources: Sources) -> Iterator[str]:
    """A prefix stands for the same namespace in every file and in the program."""
    declared = dict(_prefixes((sources.folder / "prefixes.ttl").read_text(encoding="utf-8")))
    for prefix in sorted(PREFIXES.keys() | declared.keys()):
        if declared.get(prefix) != PREFIXES.get(prefix):
            yield (
                f"prefixes.ttl: {prefix}: is <{declared.get(prefix, '')}>, in namespaces.py it is "
                f"<{PREFIXES.get(prefix, '')}>: make them agree"
            )
    for path in (*sources.rdf_files(), *sources.questions()):
        for prefix, namespace in _prefixes(path.read_text(encoding="utf-8")):
            expected = declared.get(prefix, namespace)
            if namespace != expected:
                yield f"{sources.name(path)}: {prefix}: is <{namespace}>: write <{expected}>, as prefixes.ttl has it"


def check_form(sources: Sources) -> Iterator[str]:
    """Turtle and TriG files are in canonical form."""
    for path in sources.rdf_files():
        text = path.read_text(encoding="utf-8")
        try:
            if path.name != "prefixes.ttl" and canonical(text, PREFIXES) != text:
                yield f"{sources.name(path)} is not in canonical form: run talkoot check --fix"
        except FormError as error:
            yield f"{sources.name(path)}: {error}"


def check_declared(sources: Sources) -> Iterator[str]:
    """Own terms, concepts and shapes that a file uses are declared."""
    for path in (*sources.rdf_files(), *sources.questions()):
        found = (
            _undeclared_in_query(sources, path) if path.suffix == ".rq" else undeclared(sources, sources.quads(path))
        )
        for iri in found:
            # An invalid example may name a concept that no list has: that can be what is wrong with it.
            if path.parent.name != "invalid" or not iri.startswith(VOC):
                yield (
                    f"{sources.name(path)}: {iri} is not declared in vocabulary.ttl, codelists/ or shapes/: "
                    "add it there or correct the name"
                )


def check_lint(sources: Sources) -> Iterator[str]:
    """Vocabulary, lists, frameworks and shapes keep to the style rules of shapes/lint.ttl."""
    quads = list(sources.all_quads(".", "codelists", "frameworks", "shapes"))
    files = {str(getattr(quad.subject, "value", "")): path for path, quad in quads}
    triples = (quad.triple for _, quad in quads)
    for result in results(triples, sources.folder / "shapes" / "lint.ttl"):
        if result.severity == "Violation":
            where = sources.name(files[result.node]) if result.node in files else "vocabulary.ttl"
            value = f" ({result.value})" if result.value and result.value != result.node else ""
            yield f"{where}: {result.node}{value}: {result.message}"


Check = Callable[[Sources], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    check_syntax, check_prefixes, check_declared, check_form, check_released, check_questions, check_context,
    check_ranges, check_examples, check_lint,
)  # fmt: skip


def _prefixes(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^@?prefix +([\w-]*): *<([^>]*)>", text, re.MULTILINE | re.IGNORECASE)


def _undeclared_in_query(sources: Sources, path: Path) -> list[str]:
    text = re.sub(r"(?im)^prefix.*$", "", path.read_text(encoding="utf-8"))
    named = set(re.findall(rf"<((?:{TK}|{VOC})[^<>\s]+)>", text))
    for prefix, local in re.findall(r"\b(tk|tksh|voc):((?:\\/|[\w-])+)", text):
        named.add(PREFIXES[prefix] + local.replace("\\", ""))
    return sorted(iri for iri in named - sources.declared.keys() if not iri.endswith("/"))


def _write_canonical(sources: Sources) -> None:
    for path in sources.rdf_files():
        if path.name != "prefixes.ttl":
            text = path.read_text(encoding="utf-8")
            form = canonical(text, PREFIXES)
            if form != text:
                path.write_text(form, encoding="utf-8")
