"""What things are grouped by: themes, regions, programmes, networks and frameworks, each with how many there are."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, redirect, render_template
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as BaseResponse

from talkoot.graph.labels import reader_label
from talkoot.ontology.namespaces import CV, DCT, RDF, SKOS, TK
from talkoot.web.browse import PAGE_LENGTH, Pager, classes_of, pager, sort_key
from talkoot.web.entity_parts import parts_in
from talkoot.web.facts import MERGED, Facts
from talkoot.web.names import Namer, Ref, site_path
from talkoot.web.responses import page, page_at
from talkoot.web.site import namer, release

blueprint = Blueprint("groups", __name__)

SCHEMES = {
    "themes": ("policy-field", "src/sim/theme", "esf-plus-objective", "sdg", "src/sim/target-group", "form", "stage"),
    "regions": ("wellbeing-services-county", "region-fi", "municipality-fi", "nuts-2021"),
}
"""By page, the code lists whose terms it counts."""
Counted = tuple[Ref, int]


def uses(facts: Facts, term: NamedNode) -> int:
    """How many things bear a term; the lists and terms around it do not count."""
    quads = facts.store.quads_for_pattern(None, None, term, MERGED)
    start = f"{facts.base}id/"
    return len({quad.subject for quad in quads if getattr(quad.subject, "value", "").startswith(start)})


def counted(names: Namer, scheme: str) -> list[Counted]:
    """The terms of a code list that something bears, those that most bear first."""
    facts = names.view
    node = facts.schemes.get(scheme)
    terms = facts.subjects(SKOS["inScheme"], node) if node else []
    found = [(names.ref(term), number) for term in terms if (number := uses(facts, term))]
    return sorted(found, key=lambda row: (-row[1], sort_key(row[0].text)))


@page_at(blueprint, "/themes")
def themes() -> Response:
    """The themes, needs and groups of people by which sources sort what they describe."""
    return _terms("themes")


@page_at(blueprint, "/regions")
def regions() -> Response:
    """The regions, counties and municipalities in which something is known."""
    return _terms("regions")


def _terms(name: str) -> Response:
    names = namer()
    lists = [(names.ref(names.view.schemes[scheme]), counted(names, scheme))
             for scheme in SCHEMES[name] if scheme in names.view.schemes]  # fmt: skip
    return page("terms_used.html", which=name, lists=[(scheme, rows) for scheme, rows in lists if rows])


@page_at(blueprint, "/programmes")
def programmes() -> Response:
    """The programmes, those first under which most is funded."""
    names, view = namer(), release()
    funded: Counter[str] = Counter()
    for quad in view.store.quads_for_pattern(None, TK["fundedUnder"], None, MERGED):
        funded[getattr(quad.object, "value", "")] += 1
    hits = view.index.things(("programme",), limit=-1)
    found = [(names.ref(NamedNode(view.base + hit.path)), funded[view.base + hit.path]) for hit in hits]
    found.sort(key=lambda row: (-row[1], sort_key(row[0].text)))
    current = pager("/programmes", len(found))
    shown = found[current.first_row - 1 : current.first_row - 1 + PAGE_LENGTH]
    return _groups("programmes", shown, len(found), current)


@page_at(blueprint, "/networks")
def networks() -> Response:
    """The networks, with how many take part in each."""
    names, view = namer(), release()
    total = view.index.count(("network",))
    current = pager("/networks", total)
    nodes = [NamedNode(view.base + hit.path) for hit in view.index.things(("network",), "", current.first_row - 1)]
    rows = [(names.ref(node), len({part.agent for part in parts_in(view, node)})) for node in nodes]
    return _groups("networks", rows, total, current)


def _groups(which: str, rows: list[Counted], total: int, current: Pager) -> Response:
    query = render_template("queries/list.rq", country="", classes=classes_of((which.removesuffix("s"),)))
    return page("groups.html", which=which, rows=rows, total=total, pager=current, query=query)


@page_at(blueprint, "/frameworks")
def frameworks() -> Response:
    """The frameworks by which social innovation is assessed, with their criteria, and the assessments made."""
    names, view = namer(), release()
    found = []
    for node in view.subjects(RDF["type"], TK["AssessmentFramework"]):
        told = {text.language or "": text.value for text in view.texts(node, DCT["description"])}
        ref = Ref(site_path(node.value, view.base), *view.concept(node, names.language))  # in the reader's own language
        found.append((ref, *reader_label(told, (names.language,)), len(view.subjects(CV["isDerivedFrom"], node))))
    found.sort(key=lambda row: sort_key(row[0].text))
    made = view.subjects(RDF["type"], TK["Assessment"])
    return page("frameworks.html", rows=found, assessments=names.refs(made[:PAGE_LENGTH]), made=len(made))


@blueprint.get("/assessments")
def assessments() -> BaseResponse:
    """The assessments, which stand beside the frameworks that they follow."""
    return redirect("/frameworks#assessments", 303)
