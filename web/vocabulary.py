"""The vocabulary and the code lists: every term with its label and definition, as pages and as RDF."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from flask import Blueprint, Response, abort
from pyoxigraph import NamedNode

from talkoot.graph.labels import reader_label
from talkoot.ontology.namespaces import OWL, RDF, SKOS, TALKOOT, TK, VOC
from talkoot.web.documents import Show, find, send
from talkoot.web.facts import MERGED
from talkoot.web.language import reader_language
from talkoot.web.names import Namer, Ref
from talkoot.web.negotiation import Format
from talkoot.web.site import facts

blueprint = Blueprint("vocabulary", __name__)

_TERMS = {"classes": ("Class",), "properties": ("ObjectProperty", "DatatypeProperty")}
_MOST_USES = 100


class TermRow(NamedTuple):
    """A term or a concept: its name with its code, its labels by language, its definition for the reader."""

    label: Ref
    labels: list[Ref]
    definition: Ref | None
    notations: list[str]


@blueprint.get("/ns")
@blueprint.get("/ns.<suffix>")
def terms(suffix: str = "") -> Response:
    """Classes and properties."""
    path = f"ns.{suffix}" if suffix else "ns"
    _path, _node, item = find(TALKOOT, path, lambda node: node.value == f"{TALKOOT}ns") or abort(404)
    groups = {name: _own_terms(kinds) for name, kinds in _TERMS.items()}

    def show() -> dict[str, object]:
        rows = {name: [_row(node) for node in nodes] for name, nodes in groups.items()}
        return {"rows": rows, "schemes": _schemes()}

    return _send("ns", item, [node for group in groups.values() for node in group], "vocabulary.html", show)


@blueprint.get("/voc")
def schemes() -> Response:
    """The code lists."""
    return _send("voc", None, facts().schemes.values(), "schemes.html", lambda: {"schemes": _schemes()})


@blueprint.get("/voc/<path:path>")
def scheme(path: str) -> Response:
    """One code list, or one concept of it."""
    path, node, item = find(VOC, path, facts().exists) or abort(404)
    if path not in facts().schemes:
        return _send(f"voc/{path}", item, [node], "concept.html", lambda: _concept(path, node))
    concepts = [concept for concept in facts().subjects(SKOS["inScheme"], node) if concept != node]
    return _send(
        f"voc/{path}", item, [node, *concepts], "scheme.html",
        lambda: {"scheme": _namer().concept(node), "rows": [_row(concept) for concept in concepts]},
    )  # fmt: skip


def _send(path: str, item: Format | None, nodes: Iterable[NamedNode], template: str, show: Show) -> Response:
    return send(
        f"/{path}", TALKOOT + path, item, template, show,
        lambda _choice: (quad for node in nodes for quad in facts().about(node)),
    )  # fmt: skip


def _concept(path: str, node: NamedNode) -> dict[str, object]:
    """What the page of one concept shows."""
    above = facts().schemes.get(path.rsplit("/", 1)[0])
    return {"row": _row(node), "scheme": _namer().concept(above) if above else None, "used": _used(node)}


def _own_terms(kinds: Iterable[str]) -> list[NamedNode]:
    found = dict.fromkeys(node for kind in kinds for node in facts().subjects(RDF["type"], OWL[kind]))
    return [node for node in found if node.value.startswith(TK)]


def _namer() -> Namer:
    return Namer(facts(), reader_language())


def _schemes() -> list[Ref]:
    return [_namer().concept(node) for node in facts().schemes.values()]


def _row(node: NamedNode) -> TermRow:
    known, label = facts(), _namer().concept(node)
    labels = known.labels(node)
    definitions = {text.language or "": text.value for text in known.texts(node, SKOS["definition"])}
    definition, lang = reader_label(definitions, (reader_language(),))
    return TermRow(
        label._replace(code=node.value.rsplit("#", 1)[-1].rsplit("/", 1)[-1]),
        [Ref("", labels[tag], tag) for tag in ("en", "fi", "sv") if tag in labels],
        Ref("", definition, lang) if definition else None,
        list(dict.fromkeys(text.value for text in known.texts(node, SKOS["notation"]))),
    )


def _used(node: NamedNode) -> list[Ref]:
    """Things of the merged view that use a concept, at most a hundred."""
    start = f"{facts().base}id/"
    users = (quad.subject for quad in facts().store.quads_for_pattern(None, None, node, MERGED))
    things = (
        user for user in users
        if isinstance(user, NamedNode) and user.value.startswith(start)
        and not user.value.startswith(f"{start}src/") and "#" not in user.value
    )  # fmt: skip
    return _namer().refs(islice(dict.fromkeys(things), _MOST_USES))
