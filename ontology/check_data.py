"""The check of somebody's own data: an RDF file against the publish gate and the terms that there are."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat
from rdflib import URIRef, namespace

from talkoot.ontology.files import FOLDER, Sources, iris, publish_shapes_file, short, text
from talkoot.ontology.namespaces import ADMS, COUNTRY, DCAT, DCT, FOAF, ORG, PROV, RDF, SH, TALKOOT, TK, XSD
from talkoot.ontology.shacl import results

CONTEXT = TALKOOT + "context.jsonld"
"""The address of our JSON-LD context; a file that names it is read with the one that travels with the program."""
SUFFIXES = (".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf")
_CLOSED = (namespace.DCAT, namespace.DCTERMS, namespace.FOAF, namespace.ORG, namespace.PROV, namespace.SKOS)
_LEXICAL = {
    "gYear": (r"\d{4}", "2023"),
    "gYearMonth": (r"\d{4}-(0[1-9]|1[0-2])", "2023-04"),
    "date": (r"\d{4}-\d{2}-\d{2}", "2023-04-30"),
    "dateTime": (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", "2023-04-30T12:00:00Z"),
    "integer": (r"[+-]?\d+", "12"),
    "decimal": (r"[+-]?(\d+(\.\d*)?|\.\d+)", "12.5"),
}
"""By datatype of XML Schema: what its texts look like, and one of them (https://www.w3.org/TR/xmlschema11-2/)."""
_LEADS_TO = {
    PROV["agent"], TK["involvedIn"], TK["implements"], TK["developedIn"], TK["fundedUnder"], DCT["temporal"],
    ORG["member"], ORG["organization"], ADMS["identifier"],
}  # fmt: skip


class DataError(ValueError):
    """A file that cannot be read as RDF; the message names file, place and what was expected."""


class DataReport(NamedTuple):
    """What the check of a file found: sentences, and how many things of each class the gate looked at."""

    faults: list[str]
    warnings: list[str]
    things: Counter[str]


def check_data(path: Path) -> DataReport:
    """Check an RDF file (its graphs taken together); its suffix tells the format. Raises :class:`DataError`."""
    quads = read_rdf(path)
    sources = Sources(FOLDER)
    checked = {quad.object for quad in sources.all_quads("shapes/*.ttl") if quad.predicate == SH["targetClass"]}
    things: Counter[str] = Counter()
    unnamed: dict[str, str] = {}
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for triple in sorted({quad.triple for quad in quads}, key=str):
        subject, value = text(triple.subject), text(triple.object)
        said[subject, triple.predicate.value].append(value)
        if triple.predicate == RDF["type"]:
            things[short(value)] += triple.object in checked
            if isinstance(triple.subject, BlankNode):
                unnamed.setdefault(subject, f"the {short(value)} without an IRI")
    # By sentence, so that none is told twice: whether it is a fault.
    told: dict[str, bool] = {}

    def tell(is_fault: bool, node: str, predicate: str, message: str) -> None:
        place = [unnamed.get(part) or short(part) for part in (node, predicate) if part]
        told.setdefault(": ".join([path.name, *place, message]), is_fault)

    if not +things:
        tell(True, "", "", "holds nothing of a class that the gate knows, such as tk:Solution")
    for is_fault, quad, message in _unseen_by_shapes(quads, sources):
        tell(is_fault, text(quad.subject), quad.predicate.value, message)
    for result in results((quad.triple for quad in quads), publish_shapes_file()):
        values = [result.value] if result.value != result.node else []
        if not result.value and result.path:
            values = said[result.node, result.path]
        now = ", ".join(unnamed.get(value) or short(value) for value in values[:4]) if any(values) else ""
        tell(result.severity == "Violation", result.node, result.path, result.message + f" (now: {now})" * bool(now))
    faults, warnings = ([sentence for sentence in told if told[sentence] is kind] for kind in (True, False))
    return DataReport(faults, warnings, +things)


def _unseen_by_shapes(quads: list[Quad], sources: Sources) -> Iterator[tuple[bool, Quad, str]]:
    """Statements that cannot be right (true) or may be wrong (false), with what to do.

    They use names that no vocabulary has, impossible dates and ends that lead nowhere.
    """
    ends = {
        q.subject: text(q.object) for q in quads if q.predicate == DCAT["endDate"] and isinstance(q.object, Literal)
    }
    described = {quad.subject for quad in quads}
    for quad in quads:
        predicate, node, value = quad.predicate, quad.object, text(quad.object)
        for iri in iris(quad):
            if sources.unknown(iri) or any(iri.startswith(str(v)) and URIRef(iri) not in v for v in _CLOSED):
                yield True, quad, f"{short(iri)} is not declared in its vocabulary: correct the name"
        if isinstance(node, Literal):
            kind, end = node.datatype.value.removeprefix(XSD), ends.get(quad.subject, value)
            pattern, example = _LEXICAL.get(kind, ("(?s).*", ""))
            if not re.fullmatch(pattern, value) or (kind in ("date", "dateTime") and not _is_day(value[:10])):
                yield True, quad, f"“{value}” is no xsd:{kind}: write it as {example}, and words into skos:note"
            length = min(len(value), len(end))
            if predicate == DCAT["startDate"] and end[:length] < value[:length]:
                yield True, quad, f"the end, {end}, lies before the start, {value}: correct one of them"
        elif isinstance(node, NamedNode):
            if value.startswith(COUNTRY) and value not in sources.declared:
                known = "three letters, such as FIN, PRT or GRC"
                yield False, quad, f"no country of our list (/voc/country): the code has {known}"
            elif predicate in _LEADS_TO and node not in described:
                yield False, quad, f"{short(value)} is named here and described nowhere in this file"
            elif predicate == FOAF["homepage"] and value.startswith(TALKOOT):
                yield False, quad, "the home page is an address of ours: was https:// forgotten?"


def _is_day(day: str) -> bool:
    try:
        return bool(date.fromisoformat(day))
    except ValueError:
        return False


def read_rdf(path: Path) -> list[Quad]:
    """The quads of an RDF file. Raises :class:`DataError`."""
    if path.suffix not in SUFFIXES:
        raise DataError(f"{path.name}: expected a name that ends in {', '.join(SUFFIXES)}")
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")  # Windows editors begin UTF-8 with a mark
    try:
        if path.suffix == ".jsonld":
            data = _with_context(data, path.name)
        return list(pyoxigraph.parse(data, format=RdfFormat.from_extension(path.suffix[1:])))
    except (SyntaxError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path.name}: {error}: mend the syntax at this place") from error


def _with_context(data: bytes, file: str) -> bytes:
    """The document with our context in the place of its address. Raises :class:`DataError` for an address of others."""
    document = json.loads(data)
    context = document.get("@context") if isinstance(document, dict) else None
    named = context if isinstance(context, list) else [context]
    if CONTEXT in named:
        own = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        document["@context"] = [own if one == CONTEXT else one for one in named]
    elif any(isinstance(one, str) for one in named):
        raise DataError(f"{file}: of contexts by address only {CONTEXT} can be read: put others into the file")
    return json.dumps(document).encode()
