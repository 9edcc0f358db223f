"""Who takes part in what, and what else points to a thing: read in one pass, sorted, the same for every reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.graph.labels import main_label
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import DCT, PROV, RDF, SKOS, TK, VOC
from talkoot.web.facts import MERGED, Facts, Period, in_order, kept_for_hubs
from talkoot.web.names import Ref, short_iri
from talkoot.web.notes import Notes
from talkoot.web.wording import years

_ROLES = (
    "designating-authority", "lead", "co-lead", "main-implementer", "coordinator", "applicant", "co-applicant",
    "host", "developer", "implementer", "co-implementer", "partner", "associated-partner", "funder", "evaluator",
    "adviser", "adopter", "member", "participant",
)  # fmt: skip
_ROLE_RANK = {f"{VOC}role/{code}": rank for rank, code in enumerate(_ROLES)}
_KIND_RANK = {"centre": 0, "network": 1, "project": 2, "collection": 3, "programme": 4, "solution": 5}
HOST = VOC["role/host"]
SOLUTIONS = ("solution", "implementation")
_NO_PERIOD = ("", "")

Row = dict[str, Any]
"""A part as a page shows it: what (or who) is at its other end, in which role, when, and who says so."""


class Part(NamedTuple):
    """An actor's part in a thing; ``through`` is the centre that plays it for its host."""

    agent: NamedNode
    thing: NamedNode
    role: NamedNode
    period: Period
    inferred: bool
    remarks: list[str]
    graphs: list[NamedNode]
    through: NamedNode | None = None

    @property
    def rank(self) -> tuple[int, str]:
        """Where its role stands, the leading ones first."""
        return _ROLE_RANK.get(self.role.value, len(_ROLES)), self.role.value


class Links(NamedTuple):
    """What points to a thing: the parts it plays, the parts in it, its uses, other things by property."""

    played: list[Part]
    within: list[Part]
    uses: list[NamedNode]
    others: dict[str, list[NamedNode]]


class Partner(NamedTuple):
    """An actor with the things shared with another one, each shared directly or through a centre, and who says so."""

    agent: NamedNode
    shared: dict[NamedNode, bool]
    graphs: set[NamedNode]

    @property
    def direct(self) -> bool:
        """Whether anything is shared directly."""
        return any(self.shared.values())


def _alphabet(facts: Facts, node: NamedNode) -> tuple[str, str]:
    return main_label(facts.labels(node))[0].casefold(), node.value


def _part(facts: Facts, node: NamedNode) -> Part | None:
    said = facts.said_of(node, MERGED)
    ends = [in_order(said.get(predicate, ())) for predicate in (PROV["agent"], TK["involvedIn"], TK["hasRole"])]
    if not all(ends):
        return None
    agent, thing, role = (values[0] for values in ends)
    periods = facts.periods(node) if DCT["temporal"] in said else []
    remarks = sorted(str(text.value) for text in said.get(SKOS["note"], ()) if isinstance(text, Literal))
    inferred = VOC["basis/inferred"] in said.get(DCT["type"], ())
    graphs = in_order(said.get(DCT["source"], ()))
    return Part(agent, thing, role, periods[0] if periods else _NO_PERIOD, inferred, remarks, graphs)


def _parts(facts: Facts, nodes: Iterable[NamedNode]) -> list[Part]:
    return [part for node in in_order(nodes) if (part := _part(facts, node))]


def _by_thing(facts: Facts, part: Part) -> tuple[object, ...]:
    return _KIND_RANK.get(facts.kind(part.thing), 9), part.rank, *_alphabet(facts, part.thing)


@kept_for_hubs
def links(facts: Facts, thing: NamedNode) -> Links:
    """What points to a thing, the weightier kinds and the leading roles first, then by alphabet."""
    groups: dict[NamedNode, list[NamedNode]] = {}
    own = f"{facts.base}id/"
    for quad in facts.store.quads_for_pattern(None, None, thing, MERGED):
        if isinstance(quad.subject, NamedNode) and quad.predicate != RDF["type"]:
            groups.setdefault(quad.predicate, []).append(quad.subject)
    played, within = (_parts(facts, groups.pop(end, ())) for end in (PROV["agent"], TK["involvedIn"]))
    uses = in_order(groups.pop(TK["implements"], ()))
    others = {
        short_iri(predicate.value): sorted(nodes, key=lambda node: _alphabet(facts, node))
        for predicate in in_order(groups)
        if (nodes := [node for node in groups[predicate] if node.value.startswith(own) and "#" not in node.value])
    }
    played.sort(key=lambda part: _by_thing(facts, part))
    within.sort(key=lambda part: (part.rank, *_alphabet(facts, part.agent)))
    return Links(played, within, uses, others)


def parts_in(facts: Facts, thing: NamedNode) -> list[Part]:
    """The parts played in a thing, the leading roles first."""
    return links(facts, thing).within


@kept_for_hubs
def hosted(facts: Facts, actor: NamedNode) -> list[NamedNode]:
    """The centres that an actor hosts."""
    return [part.thing for part in links(facts, actor).played
            if part.role == HOST and facts.kind(part.thing) == "centre"]  # fmt: skip


@kept_for_hubs
def taken(facts: Facts, actor: NamedNode) -> list[Part]:
    """What an actor takes part in but for solutions, itself and then through the centres that it hosts."""
    own = [part for part in links(facts, actor).played if facts.kind(part.thing) not in SOLUTIONS]
    known = {part.thing for part in own}
    return own + [part._replace(through=centre) for centre in hosted(facts, actor)
                  for part in links(facts, centre).played if part.thing not in known]  # fmt: skip


def partners(facts: Facts, actor: NamedNode) -> list[Partner]:
    """The actors that share things with this one, those with most in common first."""
    parts = chain(links(facts, actor).played, taken(facts, actor))
    many = facts.is_hub(actor) or any(facts.is_hub(part.thing) for part in parts)
    found: list[Partner] = (facts.held if many else facts.recent)(_partners, actor)
    return found


def _partners(facts: Facts, actor: NamedNode) -> list[Partner]:
    through = [part for part in taken(facts, actor) if part.through]
    left_out = {actor, *hosted(facts, actor)}
    things = {part.thing: True for part in links(facts, actor).played}
    for part in through:
        things.setdefault(part.thing, False)
    found: dict[NamedNode, Partner] = {}
    for thing, direct in things.items():
        for other in _parts(facts, facts.subjects(TK["involvedIn"], thing)):  # of thousands, their order costs too much
            if other.agent not in left_out:
                partner = found.setdefault(other.agent, Partner(other.agent, {}, set()))
                partner.shared[thing] = direct
                partner.graphs.update(other.graphs)
    return sorted(found.values(), key=lambda one: (-len(one.shared), not one.direct, *_alphabet(facts, one.agent)))


def part_rows(notes: Notes, parts: Iterable[Part], end: str) -> Iterator[Row]:
    """Parts as rows that name what stands at one end: ``thing`` or ``agent``."""
    for part in parts:
        node = part.thing if end == "thing" else part.agent
        ref = notes.ref(node)
        when = part.period
        if when == _NO_PERIOD and end == "thing":
            when = next(iter(notes.view.periods(node)), _NO_PERIOD)
        words = {fold(text) for text in notes.view.labels(part.role).values()} if part.remarks else set()
        yield {
            "other": ref,
            "role": notes.ref(part.role).text,
            "period": years(*when),
            "years": tuple(int(day[:4]) for day in when if day[:4].isdecimal()),
            "inferred": part.inferred,
            "remarks": [
                text.removeprefix("part: ")
                for text in part.remarks
                if fold(text) not in words and fold(ref.text) not in fold(text)
            ],
            "marks": notes.marks(part.graphs),
            "through": notes.ref(part.through) if part.through else None,
        }


def partner_rows(notes: Notes, found: Iterable[Partner]) -> Iterator[Row]:
    """Partners as rows, with the first of the things they share."""
    for one in found:
        shared: list[Ref] = [notes.ref(thing) for thing in list(one.shared)[:3]]
        yield {"actor": notes.ref(one.agent), "shared": shared, "things": len(one.shared), "direct": one.direct,
               "marks": notes.marks(one.graphs)}  # fmt: skip
