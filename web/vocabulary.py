"""The vocabulary and the code lists: every term with its label and definition, as pages and as RDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort
from pyoxigraph import NamedNode

from talkoot.graph.labels import reader_label
from talkoot.ontology.namespaces import COUNTRY, LANGUAGE, OWL, RDF, SKOS, TALKOOT, TK, VOC
from talkoot.web.documents import cut_suffix, format_links, link_formats, wanted_format
from talkoot.web.facts import Facts
from talkoot.web.language import reader_language
from talkoot.web.linked_data import description, rdf_response
from talkoot.web.names import Namer, Ref
from talkoot.web.negotiation import HTML, Format
from talkoot.web.responses import conditional, page
from talkoot.web.site import facts, release

blueprint = Blueprint("vocabulary", __name__)


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term or a concept: its code, its labels by language, its definition for the reader."""

    code: str
    href: str
    label: Ref
    labels: tuple[tuple[str, str], ...]
    definition: str
    definition_lang: str
    notations: tuple[str, ...]


@blueprint.get("/ns")
@blueprint.get("/ns.<suffix>")
def terms(suffix: str = "") -> Response:
    """Classes and properties."""
    known = facts()
    groups = {
        "classes": _own(known.subjects(RDF["type"], OWL["Class"])),
        "properties": _own(
            [*known.subjects(RDF["type"], OWL["ObjectProperty"]), *known.subjects(RDF["type"], OWL["DatatypeProperty"])]
        ),
    }
    nodes = [node for group in groups.values() for node in group]
    rows = {name: [_row(node, "") for node in group] for name, group in groups.items()}
    return _answer("/ns", f"{TALKOOT}ns", suffix, nodes, "vocabulary.html", rows=rows, schemes=_schemes())


@blueprint.get("/voc")
def schemes() -> Response:
    """The code lists."""
    return _answer("/voc", f"{TALKOOT}voc", "", [*facts().schemes.values()], "schemes.html", schemes=_schemes())


@blueprint.get("/voc/<path:path>")
def scheme(path: str) -> Response:
    """One code list, or one concept of it."""
    suffix = ""
    node = _existing(path)
    if node is None:
        path, found = cut_suffix(path)
        suffix = found.name if found else ""
        node = _existing(path)
    if node is None:
        abort(404)
    if path not in facts().schemes:
        above = path.rsplit("/", 1)[0]
        return _answer(
            f"/voc/{path}", node.value, suffix, [node], "concept.html",
            row=_row(node, ""), scheme=_scheme(above) if above in facts().schemes else None,
            used=_used(node),
        )  # fmt: skip
    concepts = facts().subjects(SKOS["inScheme"], node)
    rows = [_row(concept, _concept_href(concept)) for concept in concepts if concept != node]
    return _answer(
        f"/voc/{path}", node.value, suffix, [node, *concepts], "scheme.html", scheme=_scheme(path), rows=rows
    )


def _existing(path: str) -> NamedNode | None:
    try:
        node = VOC[path]
    except ValueError:
        return None
    return node if facts().exists(node) else None


def _answer(path: str, iri: str, suffix: str, nodes: Sequence[NamedNode], template: str, **context: object) -> Response:
    item: Format | None = None
    if suffix:
        rest, item = cut_suffix(f"x.{suffix}")
        if rest != "x" or item is None:
            abort(404)
    choice = wanted_format(item)

    def make() -> Response:
        if choice.format is HTML:
            response = page(template, formats=format_links(path), canonical=iri, iri=iri, **context)
        else:
            response = rdf_response(description(facts(), nodes), choice)
        return link_formats(response, path, iri, iri, release().base)

    return conditional(choice, make)


def _own(nodes: Sequence[NamedNode]) -> list[NamedNode]:
    return [node for node in dict.fromkeys(nodes) if node.value.startswith(TK)]


def _row(node: NamedNode, href: str) -> TermRow:
    known: Facts = facts()
    labels = known.labels(node)
    definitions = {text.language or "": text.value for text in known.texts(node, SKOS["definition"])}
    definition, lang = reader_label(definitions, (reader_language(),))
    code = node.value.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    notations = tuple(dict.fromkeys(text.value for text in known.texts(node, SKOS["notation"])))
    shown = tuple((tag, labels[tag]) for tag in ("en", "fi", "sv") if tag in labels)
    return TermRow(code, href, Namer(known, reader_language()).concept(node), shown, definition, lang, notations)


def _concept_href(node: NamedNode) -> str:
    if node.value.startswith(VOC):
        return "/voc/" + node.value.removeprefix(VOC)
    if node.value.startswith(COUNTRY):
        return f"/countries/{node.value.removeprefix(COUNTRY)}" if _has_page(node) else ""
    return "" if node.value.startswith(LANGUAGE) else node.value


def _has_page(country: NamedNode) -> bool:
    kinds = ("organisation", "network", "solution", "project", "programme", "collection", "centre")
    return country.value.removeprefix(COUNTRY) in release().index.countries(kinds)


def _scheme(path: str) -> Ref:
    node = facts().schemes[path]
    text, lang = facts().concept(node, reader_language())
    return Ref(f"/voc/{path}", text, lang, iri=node.value)


def _schemes() -> list[Ref]:
    return [_scheme(path) for path in facts().schemes]


def _used(node: NamedNode) -> list[Ref]:
    """Things of the merged view that use a concept, at most a hundred."""
    known = facts()
    start = f"{known.base}id/"
    found: dict[NamedNode, None] = {}
    for quad in known.store.quads_for_pattern(None, None, node, None):
        subject = quad.subject
        if (
            isinstance(subject, NamedNode)
            and subject.value.startswith(start)
            and not subject.value.startswith(f"{start}src/")
            and "#" not in subject.value
        ):
            found[subject] = None
            if len(found) >= 100:
                break
    return Namer(known, reader_language()).refs(found)
