"""The long lists of a thing's page: counted whole, read in slices, so that thousands of links cost what ten do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.namespaces import DCT, SKOS, TK
from talkoot.web.entity_parts import SOLUTIONS, links, part_rows, partner_rows, partners, parts_in, taken
from talkoot.web.entity_said import MAIN_NAMES, said
from talkoot.web.facts import Facts, first_text, in_order, kept_for_hubs
from talkoot.web.names import Ref, site_path
from talkoot.web.notes import Notes
from talkoot.web.wording import moment

FEW = 12
IN_PLACE = 50
"""As many as this are all on the page, the rest of them folded; of more, the first few and a link to the list."""


class Listed(NamedTuple):
    """A slice of a list: its name, its rows, how many there are altogether."""

    name: str
    rows: list[Any]
    total: int


@kept_for_hubs
def _solutions(facts: Facts, actor: NamedNode) -> list[Any]:
    return [part for part in links(facts, actor).played if facts.kind(part.thing) in SOLUTIONS]


@kept_for_hubs
def _decisions(facts: Facts, thing: NamedNode) -> list[NamedNode]:
    return facts.subjects(TK["linksTo"], thing, facts.identity)


def _by_thing(notes: Notes, parts: Iterable[Any]) -> Iterable[Any]:
    return part_rows(notes, parts, "thing")


def _by_agent(notes: Notes, parts: Iterable[Any]) -> Iterable[Any]:
    return part_rows(notes, parts, "agent")


def _uses(notes: Notes, nodes: Iterable[NamedNode]) -> Iterable[dict[str, object]]:
    """Uses of a solution: where, with whose money, by whom."""
    view = notes.view
    for node in nodes:
        yield {
            "href": notes.ref(node).href,
            "places": [notes.ref(place) for place in view.nodes(node, DCT["spatial"])],
            "programmes": notes.refs(view.nodes(node, TK["fundedUnder"])),
            "funding_words": [notes.ref(words) for words in view.nodes(node, DCT["relation"])],
            "actors": [*_by_agent(notes, parts_in(view, node)[:FEW])],
            "marks": notes.marks(view.nodes(node, DCT["source"])),
        }


def source_entity(facts: Facts, entity: NamedNode) -> tuple[Ref, str]:
    """A source's own entity by its name there, and its source."""
    rest = entity.value.removeprefix(f"{facts.base}id/src/")
    names = (quad.object.value for quad in facts.recorded(entity)
             if quad.predicate in MAIN_NAMES and isinstance(quad.object, Literal))  # fmt: skip
    name = next(names, rest.rsplit("/", 1)[-1])
    return Ref(site_path(entity.value, facts.base), name, None), rest.split("/", 1)[0]


def _judgements(notes: Notes, decisions: Iterable[NamedNode]) -> Iterable[dict[str, Any]]:
    """Why pairs of source entities were held to be the same, or not, on the way to a thing."""
    view = notes.view
    for decision in decisions:
        told = view.said_of(decision, view.identity)
        pair = in_order(told.get(TK["linksFrom"], ()))
        judgement = next(iter(in_order(told.get(TK["hasJudgement"], ()))), None)
        if len(pair) == 2:
            yield {
                "pair": [source_entity(view, entity) for entity in pair],
                "judgement": notes.ref(judgement).text if judgement else "",
                "rule": first_text(told.get(SKOS["note"])),
                "evidence": first_text(told.get(DCT["description"])),
                "date": moment(first_text(told.get(DCT["date"]))),
            }


_LISTS: dict[str, tuple[Callable[[Facts, NamedNode], Sequence[Any]], Callable[[Notes, Iterable[Any]], Iterable[Any]]]]
_LISTS = {
    "participants": (parts_in, _by_agent),
    "takes-part": (taken, _by_thing),
    "works-with": (partners, partner_rows),
    "solutions": (_solutions, _by_thing),
    "uses": (lambda facts, thing: links(facts, thing).uses, _uses),
    "records": (lambda facts, thing: said(facts, thing).views,
                lambda notes, nodes: (source_entity(notes.view, node) for node in nodes)),
    "judgements": (_decisions, _judgements),
}  # fmt: skip
"""By the name in addresses: everything that a list holds, and how some of it becomes rows."""


def listed(notes: Notes, thing: NamedNode, name: str, start: int = 0, most: int | None = None) -> Listed:
    """Some rows of a list, or of the things that point here by a property; at first all of a short list."""
    others = (lambda facts, thing: links(facts, thing).others.get(name, []), lambda notes, nodes: map(notes.ref, nodes))
    find, rows = _LISTS.get(name, others)
    found = find(notes.view, thing)
    if most is None:
        most = len(found) if len(found) <= IN_PLACE else FEW
    return Listed(name, list(rows(notes, found[start : start + most])), len(found))
