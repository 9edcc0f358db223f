"""The check of somebody's own data: an RDF file against the publish gate and the terms that there are."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat

from talkoot.ontology.data_faults import doubts, faults
from talkoot.ontology.files import FOLDER, publish_shapes_file
from talkoot.ontology.namespaces import RDF, SH, TALKOOT
from talkoot.ontology.shacl import results
from talkoot.ontology.sources import Sources, short

CONTEXT = TALKOOT + "context.jsonld"
"""The address of our JSON-LD context; a file that names it is read with the one that travels with the program."""

SUFFIXES = (".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf")


class DataError(ValueError):
    """A file that cannot be read as RDF; the message names file, place and what was expected."""


@dataclass(slots=True)
class DataReport:
    """What the check of a file found: sentences, and how many things of each class the gate looked at."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    things: Counter[str] = field(default_factory=Counter)


def check_data(path: Path) -> DataReport:
    """Check an RDF file (its graphs taken together); its suffix tells the format. Raises :class:`DataError`."""
    quads = read_rdf(path)
    sources = Sources(FOLDER)
    checked = {
        quad.object
        for _, quad in sources.all_quads("shapes")
        if quad.predicate == SH["targetClass"] and isinstance(quad.object, NamedNode)
    }
    report = DataReport()
    classes: dict[object, list[str]] = defaultdict(list)
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for triple in sorted({quad.triple for quad in quads}, key=str):
        value = str(getattr(triple.object, "value", triple.object))
        said[str(getattr(triple.subject, "value", triple.subject)), triple.predicate.value].append(value)
        if triple.predicate == RDF["type"]:
            classes[triple.subject].append(short(value))
            report.things[short(value)] += triple.object in checked
    unnamed = {node.value: kinds[0] for node, kinds in classes.items() if isinstance(node, BlankNode)}

    def named(text: str) -> str:
        return f"the {unnamed[text]} without an IRI" if text in unnamed else short(text)

    def place(*parts: str) -> str:
        return ": ".join([path.name, *(named(part) for part in parts if part)])

    if not +report.things:
        report.faults.append(f"{path.name}: holds nothing of a class that the gate knows, such as tk:Solution")
    for told, found in ((report.faults, faults), (report.warnings, doubts)):
        for quad, message in found(quads, sources):
            told.append(f"{place(getattr(quad.subject, 'value', ''), quad.predicate.value)}: {message}")
    for result in results((quad.triple for quad in quads), publish_shapes_file()):
        values = [result.value] if result.value != result.node else []
        if not result.value and result.path:
            values = said[result.node, result.path]
        now = f" (now: {', '.join(named(value) for value in values[:4])})" if any(values) else ""
        told = report.faults if result.severity == "Violation" else report.warnings
        told.append(f"{place(result.node, result.path)}: {result.message}{now}")
    report.faults, report.warnings = list(dict.fromkeys(report.faults)), list(dict.fromkeys(report.warnings))
    report.things = +report.things
    return report


def read_rdf(path: Path) -> list[Quad]:
    """The quads of an RDF file. Raises :class:`DataError`."""
    form = RdfFormat.from_extension(path.suffix.removeprefix("."))
    if form is None or path.suffix not in SUFFIXES:
        raise DataError(f"{path.name}: expected a name that ends in {', '.join(SUFFIXES)}")
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")  # Windows editors begin UTF-8 with a mark
    try:
        if form == RdfFormat.JSON_LD:
            data = _with_context(data)
        return list(pyoxigraph.parse(data, format=form))
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    except (SyntaxError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path.name}: {error}: mend the syntax at this place") from error


def _with_context(data: bytes) -> bytes:
    """The document with our context in the place of its address."""
    document = json.loads(data)
    context = document.get("@context") if isinstance(document, dict) else None
    named = context if isinstance(context, list) else [context]
    if CONTEXT in named:
        own = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        document["@context"] = [own if one == CONTEXT else one for one in named]
    elif any(isinstance(one, str) for one in named):
        raise DataError(f"of contexts by address only {CONTEXT} can be read: put others into the file")
    return json.dumps(document).encode()
