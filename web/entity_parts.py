"""Who takes part in what: the parts of an actor, the parts in a thing, and who works with whom."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import DCT, PROV, SKOS, TK, VOC
from talkoot.web.facts import MERGED, Facts, Period, in_order
from talkoot.web.names import Ref
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
_NO_PERIOD = ("", "")

Row = dict[str, Any]
"""A part as a page shows it: what (or who) is at its other end, in which role, when, and who says so."""


class Part(NamedTuple):
    """An actor's part in a thing."""

    agent: NamedNode
    thing: NamedNode
    role: NamedNode
    period: Period
    inferred: bool
    remarks: list[str]
    graphs: list[NamedNode]

    @property
    def rank(self) -> tuple[int, str]:
        """Where its role stands, the leading ones first."""
        return _ROLE_RANK.get(self.role.value, len(_ROLES)), self.role.value


def _parts(end: NamedNode, facts: Facts, node: NamedNode) -> list[Part]:
    found = []
    for part in facts.subjects(end, node):
        said = facts.said_of(part, MERGED)
        ends = [in_order(said.get(predicate, ())) for predicate in (PROV["agent"], TK["involvedIn"], TK["hasRole"])]
        if all(ends):
            periods = facts.periods(part) if DCT["temporal"] in said else []
            remarks = sorted(str(text.value) for text in said.get(SKOS["note"], ()) if isinstance(text, Literal))
            inferred = VOC["basis/inferred"] in said.get(DCT["type"], ())
            agent, thing, role = (values[0] for values in ends)
            graphs = in_order(said.get(DCT["source"], ()))
            found.append(Part(agent, thing, role, periods[0] if periods else _NO_PERIOD, inferred, remarks, graphs))
    return found


parts_of = partial(_parts, PROV["agent"])
"""The parts that an actor plays, by the facts and the actor."""
parts_in = partial(_parts, TK["involvedIn"])
"""The parts played in a thing, by the facts and the thing."""


def thing_rows(notes: Notes, parts: Iterable[Part], through: Ref | None = None) -> list[Row]:
    """Rows that name the things, the weightier kinds first, then by role and alphabet."""
    named = [(notes.ref(part.thing), part) for part in parts]
    named.sort(key=lambda pair: (_KIND_RANK.get(pair[0].kind, 9), pair[1].rank, pair[0].text.casefold()))
    rows = []
    for ref, part in named:
        when = [part.period] if part.period != _NO_PERIOD else notes.view.periods(part.thing)
        rows.append(_row(notes, ref, part, next(iter(when), _NO_PERIOD), through))
    return rows


def actor_rows(notes: Notes, parts: Iterable[Part]) -> list[Row]:
    """Rows that name the actors, the leading roles first."""
    named = [(notes.ref(part.agent), part) for part in parts]
    named.sort(key=lambda pair: (pair[1].rank, pair[0].text.casefold()))
    return [_row(notes, ref, part, part.period) for ref, part in named]


def _row(notes: Notes, ref: Ref, part: Part, period: Period, through: Ref | None = None) -> Row:
    words = {fold(text) for text in notes.view.labels(part.role).values()} if part.remarks else set()
    return {
        "other": ref,
        "role": notes.concept(part.role).text,
        "role_code": part.role.value.rsplit("/", 1)[-1],
        "period": years(*period),
        "inferred": part.inferred,
        "remarks": [
            text.removeprefix("part: ")
            for text in part.remarks
            if fold(text) not in words and fold(ref.text) not in fold(text)
        ],
        "marks": notes.marks(part.graphs),
        "through": through,
    }


def partners(notes: Notes, actor: NamedNode, own: Iterable[Part], through: Iterable[Part]) -> list[dict[str, Any]]:
    """The actors that share things with this one, and what they share, those with most in common first.

    ``through`` are the parts of the centres that the actor hosts.
    """
    found: dict[NamedNode, tuple[dict[NamedNode, bool], set[NamedNode]]] = {}
    left_out = {actor, *(part.agent for part in through)}
    things = {part.thing: True for part in own}
    for part in through:
        things.setdefault(part.thing, False)
    for thing, direct in things.items():
        for other in parts_in(notes.view, thing):
            if other.agent not in left_out:
                shared, graphs = found.setdefault(other.agent, ({}, set()))
                shared[thing] = direct
                graphs.update(other.graphs)
    rows = [
        (notes.ref(agent), [notes.ref(thing) for thing in shared], any(shared.values()), graphs)
        for agent, (shared, graphs) in found.items()
    ]
    rows.sort(key=lambda row: (-len(row[1]), not row[2], row[0].text.casefold(), row[0].href))
    return [
        {"actor": ref, "shared": shared, "direct": direct, "marks": notes.marks(graphs)}
        for ref, shared, direct, graphs in rows
    ]
