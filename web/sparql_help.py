"""What helps in writing a query: terms that the release uses, and the example queries as SHACL."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from talkoot.ontology.namespaces import PREFIXES, RDF, RDFS, SCHEMA, SH, VOID
from talkoot.web import reference
from talkoot.web.assets import FOREVER, assets_version
from talkoot.web.documents import rdf_response
from talkoot.web.facts import MERGED
from talkoot.web.language import LANGUAGES, address
from talkoot.web.names import short_iri
from talkoot.web.negotiation import GRAPH_FORMATS, Choice, Format
from talkoot.web.responses import conditional
from talkoot.web.site import release

blueprint = Blueprint("sparql_help", __name__)

EXAMPLES = ("centres", "groups", "busiest", "pilot", "abroad", "who-says")
"""Example queries by the names of their files: about this data, and each gives rows."""
_JSON = Choice(Format("json", "application/json"), "application/json")
_TURTLE = Choice(GRAPH_FORMATS[0], GRAPH_FORMATS[0].media)
_COMPLETIONS = "/sparql/completions.json"
_PARTS = {VOID["class"]: ("class", VOID["entities"]), VOID["property"]: ("property", VOID["triples"])}


@lru_cache(maxsize=1)
def gallery() -> dict[str, dict[str, str]]:
    """The example queries by name, ours first, then the competency questions that the demo's data answers."""
    own = reference.questions(Path(__file__).parent / "templates" / "queries" / "gallery")
    own = sorted(own, key=lambda item: EXAMPLES.index(item["name"]))
    return {item["name"]: item for item in (*own, *reference.questions()) if item["name"] in EXAMPLES or "demo" in item}


def example_quads(endpoint: str) -> list[Quad]:
    """The example queries at an endpoint, each by its address, as SHACL describes queries and with what it asks."""
    quads = []
    for name, item in gallery().items():
        node = NamedNode(f"{endpoint}?example={name}")
        said: list[tuple[NamedNode, NamedNode | Literal]] = [
            (RDF["type"], SH["SPARQLExecutable"]), (RDF["type"], SH["SPARQLSelectExecutable"]),
            (SH["select"], Literal(item["query"])), (SCHEMA["target"], NamedNode(endpoint)),
            *((RDFS["comment"], Literal(item[language], language=language)) for language in LANGUAGES),
        ]  # fmt: skip
        quads += [Quad(node, predicate, value, MERGED) for predicate, value in said]
    return quads


def completions_address() -> str:
    """The address of the completions of this request's release, which may be kept for ever."""
    return address(_COMPLETIONS, [("v", f"{assets_version()}-{release().number}")])


def _terms() -> list[dict[str, Any]]:
    """The classes and properties of the release's own VoID, the most used first, with their names by language."""
    path = release().folder / "void.ttl"
    said: dict[Any, dict[NamedNode, Any]] = {}
    for quad in parse(path=path, format=RdfFormat.TURTLE) if path.is_file() else ():
        said.setdefault(quad.subject, {})[quad.predicate] = quad.object
    found = []
    for part in said.values():
        for about, (kind, counted) in _PARTS.items():
            if (term := part.get(about)) is not None:
                short, uses, labels = short_iri(term.value), int(part[counted].value), release().labels(term)
                name = f"<{short}>" if short == term.value else short
                found.append({"name": name, "kind": kind, "uses": uses, "labels": labels})
    return sorted(found, key=lambda term: (-term["uses"], term["name"]))


@blueprint.get(_COMPLETIONS)
def completions() -> Response:
    """What the editor completes: our prefixes, and the classes and properties that this release uses."""
    response = conditional(_JSON, lambda: jsonify({"prefixes": PREFIXES, "terms": _terms()}))
    if request.full_path == completions_address():
        response.headers["Cache-Control"] = FOREVER
    return response


@blueprint.get("/sparql/examples.ttl")
def examples() -> Response:
    """The example queries as SHACL describes queries, with what each asks in every language of the interface."""
    return conditional(_TURTLE, lambda: rdf_response(example_quads(f"{release().base}sparql"), _TURTLE))
