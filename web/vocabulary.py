"""The vocabulary, its shapes and its code lists: every term with all that is known of it, as pages and as RDF."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from flask import Blueprint, Response, abort
from pyoxigraph import Literal, NamedNode, Quad
from werkzeug.wrappers import Response as BaseResponse

from talkoot.ontology.files import FOLDER, turtle_triples
from talkoot.ontology.namespaces import DCT, OWL, RDF, RDFS, SKOS, TALKOOT, TK, VOC
from talkoot.web import reference
from talkoot.web.documents import DOCUMENT_FORMATS, Show, find, see_data, send, wanted_format
from talkoot.web.facts import MERGED, Graph
from talkoot.web.language import LANGUAGES
from talkoot.web.names import Ref, short_iri, web_link
from talkoot.web.negotiation import GRAPH_FORMATS, HTML, Format, by_name
from talkoot.web.notes import licence_link
from talkoot.web.responses import conditional
from talkoot.web.site import namer, release

blueprint = Blueprint("vocabulary", __name__)

_USES = {
    "classes": "?thing a {}",
    "properties": "?thing {} ?value",
    "concepts": "?thing ?property {} . FILTER (!STRSTARTS(STR(?property), STR(skos:)))",
}
_MOST_USES = 100
_MOST_COUNTED = 10_000
"""Uses are counted so far, so that a page stays fast whatever the release; the query gives them all."""

Entry = dict[str, Any]
"""A term, a concept or a list: its name, its texts (the reader's first) and links by property, and its uses."""


@blueprint.get("/ns")
@blueprint.get("/ns.<suffix>")
def terms(suffix: str = "") -> Response:
    """Classes and properties."""
    about = NamedNode(f"{TALKOOT}ns")
    nodes = release().subjects(RDFS["isDefinedBy"], about)

    def show() -> dict[str, object]:
        rows: dict[str, list[Entry]] = {"classes": [], "properties": []}
        for node in nodes:
            group = "classes" if OWL["Class"] in release().nodes(node, RDF["type"]) else "properties"
            rows[group].append(_entry(node, group))
        lists = {path: _link(node) for path, node in release().schemes.items()}
        return {"about": _entry(about), "rows": rows, "lists": lists, "reference": reference}

    return _send("ns", _format(suffix), [about, *nodes], "vocabulary.html", show)


@blueprint.get("/shapes")
@blueprint.get("/shapes.<suffix>")
def shapes(suffix: str = "") -> Response:
    """What records, and the vocabulary itself, are checked against."""
    triples = (triple for path in sorted((FOLDER / "shapes").glob("*.ttl")) for triple in turtle_triples(path))
    return send(
        "/shapes", f"{TALKOOT}shapes", _format(suffix), "shapes.html", lambda: {"files": reference.shapes()},
        lambda _choice: (Quad(one.subject, one.predicate, one.object, MERGED) for one in triples),
    )  # fmt: skip


@blueprint.get("/context.jsonld")
def context() -> Response:
    """The JSON-LD context."""
    choice = by_name("jsonld", GRAPH_FORMATS) or abort(404)
    text = (FOLDER / "context.jsonld").read_bytes()
    return conditional(choice, lambda: Response(text, content_type=choice.content_type))


@blueprint.get("/voc")
def schemes() -> Response:
    """The code lists."""
    nodes = release().schemes.values()
    return _send("voc", None, nodes, "schemes.html", lambda: {
        "rows": [(_entry(node), len(_concepts(node))) for node in nodes],
    })  # fmt: skip


@blueprint.get("/voc/<path:path>")
def scheme(path: str) -> BaseResponse:
    """One code list, or one concept of it."""
    path, node, item = find(VOC, path, release().exists) or abort(404)
    if path in release().schemes:
        concepts = _concepts(node)
        said = [node, *release().nodes(node, DCT["source"]), *(concept for _depth, concept in concepts)]
        return _send(f"voc/{path}", item, said, "scheme.html", lambda: {
            "about": _entry(node), "rows": [(depth, _entry(concept, "concepts")) for depth, concept in concepts],
        })  # fmt: skip
    choice = wanted_format(item)
    if item is None and choice.format is not HTML:  # the concept itself cannot be sent; the data about it can
        return see_data(f"/voc/{path}", choice)
    return _send(
        f"voc/{path}", item, [node], "concept.html", lambda: {"entry": _entry(node, "concepts"), "used": _used(node)}
    )


def _format(suffix: str) -> Format | None:
    return (by_name(suffix, DOCUMENT_FORMATS) or abort(404)).format if suffix else None


def _send(path: str, item: Format | None, nodes: Iterable[NamedNode], template: str, show: Show) -> Response:
    return send(
        f"/{path}", TALKOOT + path, item, template, show,
        lambda _choice: (quad for node in nodes for quad in release().about(node)),
    )  # fmt: skip


def _concepts(scheme: NamedNode) -> list[tuple[int, NamedNode]]:
    """The concepts of a code list by number or code, those below another behind it; and how far below they stand."""
    known = release()
    members = {node for node in known.subjects(SKOS["inScheme"], scheme) if known.is_concept(node)}

    def place(node: NamedNode) -> list[str]:
        above = next((one for one in known.nodes(node, SKOS["broader"]) if one in members), None)
        numbers = (text.value for text in known.texts(node, SKOS["notation"]) if text.value.isdigit())
        own = next(numbers, re.split("[/#]", node.value)[-1])
        own = own.zfill(9) if own.isdigit() else own
        return [*place(above), own] if above else [own]

    return [(len(steps) - 1, node) for steps, node in sorted((place(node), node) for node in members)]


def _entry(node: NamedNode, used_as: str = "") -> Entry:
    known, names = release(), namer()
    texts: dict[str, list[Ref]] = defaultdict(list)
    links: dict[str, list[Ref]] = defaultdict(list)
    for predicate, values in known.said_of(node, MERGED).items():
        name = short_iri(predicate.value)
        for value in values:
            if isinstance(value, Literal):
                gloss = (
                    known.concept(value.datatype, names.language) if value.datatype.value.startswith(VOC) else ("", "")
                )
                texts[name].append(Ref("", value.value, value.language or "", gloss=gloss[0], gloss_lang=gloss[1]))
            elif isinstance(value, NamedNode):
                links[name].append(licence_link(value.value) or _link(value) if name == "dct:license" else _link(value))
    links["narrower"] = [
        _link(one)
        for up in (SKOS["broader"], RDFS["subClassOf"], RDFS["subPropertyOf"])
        for one in known.subjects(up, node)
    ]
    order = (names.language, "en", *LANGUAGES)
    for refs in texts.values():
        refs.sort(key=lambda ref: (order.index(ref.lang) if ref.lang in order else len(order), ref.lang, ref.text))
    for refs in links.values():
        refs.sort(key=lambda ref: ref.text)
    label = names.ref(node)._replace(code=re.split("[/#]", node.value)[-1])
    uses, query = _uses(node, used_as) if used_as else (0, "")
    return {"label": label, "iri": node.value, "texts": texts, "links": links, "uses": uses, "query": query}


def _link(node: NamedNode) -> Ref:
    """A term, a concept or an address, by its name where it has one, leading to where it is described."""
    known, short = release(), short_iri(node.value)
    label = namer().ref(node)
    if node.value.startswith(TK):
        return namer().property(node)
    if label.href or not known.labels(node):
        return label if label.href else web_link(node.value, short if short != node.value else "")
    lists = (one.value.removeprefix(VOC) for one in known.nodes(node, SKOS["inScheme"]) if one.value.startswith(VOC))
    href = next((f"/voc/{path}#{label.code}" for path in lists), "")
    return label._replace(href=href) if href else web_link(node.value, label.text)


def _uses(node: NamedNode, used_as: str) -> tuple[int, str]:
    """How often the merged view uses a term or a concept, or else the other graphs do; and a query that lists where."""
    short = short_iri(node.value)
    where = _USES[used_as].format(short if short.startswith("tk:") else f"<{node.value}>")
    predicate, value = {"classes": (RDF["type"], node), "properties": (node, None)}.get(used_as, (None, node))

    def count(graph: Graph | None) -> int:
        quads = islice(release().store.quads_for_pattern(None, predicate, value, graph), _MOST_COUNTED)
        return sum(1 for quad in quads if predicate or not quad.predicate.value.startswith(SKOS))

    uses = count(MERGED)
    if not uses and (uses := count(None)):
        where = f"GRAPH ?graph {{ {where} }}"
    return uses, f"PREFIX tk: <{TK}>\nPREFIX skos: <{SKOS}>\nSELECT * WHERE {{\n  {where}\n}}"


def _used(node: NamedNode) -> list[Ref]:
    """Things of the merged view that use a concept, themselves or in a part of theirs; at most a hundred."""
    start = f"{release().base}id/"
    users = (quad.subject for quad in release().store.quads_for_pattern(None, None, node, MERGED))
    things = (NamedNode(user.value.partition("#")[0]) for user in users if isinstance(user, NamedNode))
    own = (one for one in things if one.value.startswith(start) and not one.value.startswith(f"{start}src/"))
    return namer().refs(islice(dict.fromkeys(own), _MOST_USES))
