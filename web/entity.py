"""Things, their documents and the records behind them: ``/id/…`` leads to ``/doc/…``, a page or data; ``/graph/…``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from flask import Blueprint, Response, abort, redirect, request
from pyoxigraph import Literal, NamedNode, Quad
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from talkoot.ontology.namespaces import OWL, RDFS
from talkoot.web.browse import PAGE_LENGTH, pager
from talkoot.web.documents import find, node_at, rdf_response, see_data, send, wanted_format
from talkoot.web.entity_citation import citation, report_link
from talkoot.web.entity_data import document, entity_quads, record_quads, source_entity_quads
from talkoot.web.entity_history import Gone, gone
from talkoot.web.entity_page import EntityList, EntityPage
from talkoot.web.entity_said import MAIN_NAMES
from talkoot.web.entity_schema import schema_org, signposts
from talkoot.web.entity_statements import statements
from talkoot.web.facts import in_order
from talkoot.web.language import reader_language
from talkoot.web.names import Ref, named, short_iri, site_path
from talkoot.web.negotiation import HTML, Choice, Format
from talkoot.web.responses import conditional, page
from talkoot.web.site import namer, release

blueprint = Blueprint("entity", __name__)

_OF_A_SOURCE = "src/"
_BIBTEX = "application/x-bibtex"


@blueprint.get("/id/<path:path>")
def thing(path: str) -> BaseResponse:
    """A thing itself cannot be sent; its document can."""
    node = node_at(f"{release().base}id/", path)
    if node is None or not _is_there(node):
        return _moved("id", path)
    return see_data(f"/doc/{path}", wanted_format(None))


@blueprint.get("/doc/<path:path>")
def doc(path: str) -> BaseResponse:
    """The document of a thing, in the format asked for."""
    view = release()
    found = find(f"{view.base}id/", path, _is_there)
    if found is None:
        return _moved("doc", path)
    path, node, suffix = found
    href = site_path(node.value, view.base)
    of_a_source = path.startswith(_OF_A_SOURCE)
    template, show = ("source_entity.html", _source_entity) if of_a_source else _shown(node, view.base + href[1:])
    quads = source_entity_quads if of_a_source else entity_quads
    return send(
        href, node.value, suffix, template, lambda: show(node),
        lambda _choice: [*document(view, href, node), *quads(view, node)],
        canonical=view.base + href[1:], signposts=lambda: () if of_a_source else signposts(view, node),
    )  # fmt: skip


@blueprint.get("/cite/<path:path>.bib")
def bibtex(path: str) -> BaseResponse:
    """The page of a thing as an entry for a bibliography, to keep as a file."""
    view = release()
    node = node_at(f"{view.base}id/", path)
    if node is None or path.startswith(_OF_A_SOURCE) or not view.exists(node):
        abort(404)
    address = view.base + site_path(node.value, view.base)[1:]

    def make() -> Response:
        entry = citation(namer().ref(node).text, address).bibtex(path)
        file = re.sub("[^A-Za-z0-9]+", "-", path) + ".bib"
        return Response(entry, headers={"Content-Disposition": f'attachment; filename="{file}"'}, content_type=_BIBTEX)

    return conditional(Choice(Format("bib", _BIBTEX), _BIBTEX), make)


@blueprint.get("/graph/<source>/<path:key>")
def record(source: str, key: str) -> Response:
    """What one record of a source says and where it comes from, as a page or as RDF."""
    view = release()
    found = find(f"{view.base}graph/{source}/", key, lambda node: view.said_of(node, view.provenance))
    _key, graph, suffix = found or abort(404)
    href = site_path(graph.value, view.base)

    def quads(choice: Choice) -> Iterable[Quad]:
        merged = choice.format.name not in ("trig", "nq")
        return [*document(view, href, graph), *record_quads(view, graph, merged=merged)]

    return send(href, graph.value, suffix, "record.html", lambda: _record(graph), quads)


def _is_there(node: NamedNode) -> bool:
    """Whether the release knows a thing, or a source's own entity."""
    view = release()
    of_a_source = node.value.startswith(f"{view.base}id/{_OF_A_SOURCE}")
    return bool(view.recorded(node)) if of_a_source else view.exists(node)


def _shown(node: NamedNode, address: str) -> tuple[str, Callable[[NamedNode], Mapping[str, object]]]:
    """The template that this request wants of a thing, and what fills it: its page, a long list, its statements."""
    view, language, name = release(), reader_language(), request.args.get("list", "")
    href = site_path(node.value, view.base)

    def thing_page(node: NamedNode) -> Mapping[str, object]:
        shown = EntityPage(view, node, language)
        report = report_link(shown.name, f"{address}\n{node.value}")
        cited = citation(shown.own_name.text, address)
        return {
            "shown": shown,
            "report": report,
            "cited": cited,
            "schema_org": partial(schema_org, view, node, address),
        }

    def statement_page(node: NamedNode) -> Mapping[str, object]:
        at = f"{address}?list=statements"
        asked = partial(statements, view, node, language, at)
        current = pager(href, asked(0, 0)[1], ("list", name))
        return {"own_name": namer().ref(node), "pager": current, "told": asked(current.first_row - 1, PAGE_LENGTH)}

    def list_page(node: NamedNode) -> Mapping[str, object]:
        current = pager(href, EntityList(view, node, language, name, 0, 0).list.total or abort(404), ("list", name))
        return {"pager": current, "shown": EntityList(view, node, language, name, current.first_row - 1, PAGE_LENGTH)}

    if name == "statements":
        return "entity_statements.html", statement_page
    return ("entity_list.html", list_page) if name else ("entity.html", thing_page)


def _moved(start: str, path: str) -> BaseResponse:
    """Lead from a replaced id to the one that stands for it now; tell what one was that is gone; else 404."""
    view = release()
    found = find(f"{view.base}id/", path, view.replacement)
    if found is None:
        return _gone(path)
    _path, old, suffix = found
    new = view.replacement(old) or abort(404)
    target = f"/{start}/" + new.value.removeprefix(f"{view.base}id/") + (f".{suffix.name}" if suffix else "")
    query = request.query_string.decode("latin-1")
    return redirect(iri_to_uri(target) + (f"?{query}" if query else ""), 308)


def _gone(path: str) -> BaseResponse:
    """What an earlier release knew of a thing that no record speaks of any more, as a page or as data."""
    view = release()

    def known(node: NamedNode) -> Gone | None:
        return gone(view.folder.parent, view.number, node.value.removeprefix(view.base))

    _path, node, suffix = find(f"{view.base}id/", path, known) or abort(404)
    last, choice = known(node) or abort(404), wanted_format(suffix)
    href = site_path(node.value, view.base)
    if choice.format is HTML:
        name = named(href, last.hit.kind, last.hit.labels, reader_language())
        response = page("gone.html", last=last, named=name, iri=node.value)
    else:
        version = Literal(f"release {last.number}")
        texts = (Literal(text, language=lang) if lang else Literal(text) for lang, text in last.hit.labels.items())
        quads = [Quad(node, OWL["deprecated"], Literal(True)), Quad(node, OWL["versionInfo"], version)]
        response = rdf_response([*quads, *(Quad(node, RDFS["label"], text) for text in texts)], choice)
    response.status_code = 410
    response.vary.add("Accept")
    return response


def _source_entity(entity: NamedNode) -> dict[str, object]:
    """A source's own entity with its statements and the thing that it is a view of."""
    view, names = release(), namer()
    said = view.recorded(entity)
    name = next((names.value(quad.object) for quad in said if quad.predicate in MAIN_NAMES), None)
    canonical = view.canonical(entity)
    return {
        "named": name or Ref("", entity.value.rsplit("/", 1)[-1], ""),
        "joined": names.ref(canonical) if canonical is not None else None,
        "subject": _subject(entity, said),
        "origins": [view.origin(graph, names.language) for graph in in_order({quad.graph_name for quad in said})],
    }


def _record(graph: NamedNode) -> dict[str, object]:
    """A record graph: what it says, subject by subject, and where it comes from."""
    view, names = release(), namer()
    said: dict[object, list[Quad]] = defaultdict(list)
    for quad in view.store.quads_for_pattern(None, None, None, graph):
        said[quad.subject].append(quad)
    subjects = in_order(said)
    joined = {canonical for node in subjects if (canonical := view.canonical(node)) is not None}
    return {
        "origin": view.origin(graph, names.language),
        "subjects": [_subject(node, said[node]) for node in subjects],
        "joined": names.refs(joined),
    }


def _subject(node: NamedNode, quads: Iterable[Quad]) -> dict[str, object]:
    """A subject with its statements: each a property and its value, as they stand in the record."""
    base, names = release().base, namer()
    statements = [(names.property(quad.predicate), names.term(quad.object)) for quad in quads]
    statements.sort(key=lambda said: (said[0].text, said[1].text))
    has_page = node.value.startswith(f"{base}id/") and "#" not in node.value
    href = site_path(node.value, base) if has_page else ""
    return {"name": short_iri(node.value, base), "href": href, "statements": statements}
