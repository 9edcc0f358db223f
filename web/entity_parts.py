"""Who takes part in what: the parts of an actor, the parts in a thing, and who works with whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import DCT, PROV, SKOS, TK, VOC
from talkoot.web.facts import MERGED, Facts, Period, in_order
from talkoot.web.names import Namer, Ref
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
_AGENT, _INVOLVED_IN, _ROLE, _TIME = PROV["agent"], TK["involvedIn"], TK["hasRole"], DCT["temporal"]
_REMARK, _BASIS, _RECORDS = SKOS["note"], DCT["type"], DCT["source"]
_INFERRED = VOC["basis/inferred"]
_NO_PERIOD = ("", "")


class Part(NamedTuple):
    """An actor's part in a thing."""

    agent: NamedNode
    thing: NamedNode
    role: NamedNode
    period: Period
    inferred: bool
    remarks: list[str]
    graphs: list[NamedNode]


class PartRow(NamedTuple):
    """A part as a page shows it: what (or who) is at its other end, in which role, when, and who says so."""

    other: Ref
    role: str
    role_code: str
    period: str
    inferred: bool
    remarks: list[str]
    marks: tuple[int, ...]
    through: Ref | None


class PartnerRow(NamedTuple):
    """Another actor, and what the two have in common."""

    actor: Ref
    shared: list[Ref]
    direct: bool
    marks: tuple[int, ...]


def parts_of(facts: Facts, agent: NamedNode) -> list[Part]:
    """The parts that an actor plays."""
    return _parts(facts, facts.subjects(_AGENT, agent))


def parts_in(facts: Facts, thing: NamedNode) -> list[Part]:
    """The parts played in a thing."""
    return _parts(facts, facts.subjects(_INVOLVED_IN, thing))


def _parts(facts: Facts, nodes: Iterable[NamedNode]) -> list[Part]:
    found = []
    for node in nodes:
        said = facts.said_of(node, MERGED)
        ends = [in_order(said.get(predicate, ())) for predicate in (_AGENT, _INVOLVED_IN, _ROLE)]
        if not all(ends):
            continue
        agent, thing, role = (values[0] for values in ends)
        periods = facts.periods(node) if _TIME in said else []
        remarks = sorted(str(text.value) for text in said.get(_REMARK, ()) if isinstance(text, Literal))
        inferred = _INFERRED in said.get(_BASIS, ())
        graphs = in_order(said.get(_RECORDS, ()))
        found.append(Part(agent, thing, role, periods[0] if periods else _NO_PERIOD, inferred, remarks, graphs))
    return found


class PartsReader:
    """Makes rows of parts, for one reader and one page's notes."""

    def __init__(self, facts: Facts, namer: Namer, notes: Notes) -> None:
        self._facts = facts
        self._namer = namer
        self._notes = notes

    def things(self, parts: Iterable[Part], through: Ref | None = None) -> list[PartRow]:
        """Rows that name the things, the weightier kinds first, then by role and alphabet."""
        named = [(self._namer.ref(part.thing), part) for part in parts]
        named.sort(key=lambda pair: (_KIND_RANK.get(pair[0].kind, 9), _rank(pair[1]), pair[0].text.casefold()))
        return [self._row(ref, part, self._own_period(part), through) for ref, part in named]

    def actors(self, parts: Iterable[Part]) -> list[PartRow]:
        """Rows that name the actors, the leading roles first."""
        named = [(self._namer.ref(part.agent), part) for part in parts]
        named.sort(key=lambda pair: (_rank(pair[1]), pair[0].text.casefold()))
        return [self._row(ref, part, part.period, None) for ref, part in named]

    def partners(self, actor: NamedNode, own: Iterable[Part], through: Iterable[Part]) -> list[PartnerRow]:
        """The actors that share things with this one, those with most in common first.

        ``through`` are the parts of the centres that the actor hosts.
        """
        found: dict[NamedNode, tuple[dict[NamedNode, bool], set[NamedNode]]] = {}
        seen: set[NamedNode] = set()
        left_out = {actor, *(part.agent for part in through)}
        for part, direct in [*((part, True) for part in own), *((part, False) for part in through)]:
            if part.thing in seen:
                continue
            seen.add(part.thing)
            for other in parts_in(self._facts, part.thing):
                if other.agent not in left_out:
                    shared, graphs = found.setdefault(other.agent, ({}, set()))
                    shared[part.thing] = direct
                    graphs.update(other.graphs)
        rows = []
        for agent, (shared, graphs) in found.items():
            things = [self._namer.ref(thing) for thing in shared]
            rows.append((self._namer.ref(agent), things, any(shared.values()), graphs))
        rows.sort(key=lambda row: (-len(row[1]), not row[2], row[0].text.casefold(), row[0].href))
        return [PartnerRow(ref, things, direct, self._notes.marks(graphs)) for ref, things, direct, graphs in rows]

    def _own_period(self, part: Part) -> Period:
        """When the part was played, or else when the thing took place."""
        if part.period != _NO_PERIOD:
            return part.period
        return next(iter(self._facts.periods(part.thing)), _NO_PERIOD)

    def _row(self, ref: Ref, part: Part, period: Period, through: Ref | None) -> PartRow:
        words = {fold(text) for text in self._facts.labels(part.role).values()} if part.remarks else set()
        remarks = [
            text.removeprefix("part: ")
            for text in part.remarks
            if fold(text) not in words and fold(ref.text) not in fold(text)
        ]
        code = part.role.value.rsplit("/", 1)[-1]
        role, marks = self._namer.concept(part.role).text, self._notes.marks(part.graphs)
        return PartRow(ref, role, code, years(*period), part.inferred, remarks, marks, through)


def others(rows: Iterable[PartRow]) -> int:
    """How many things are at the other ends; one in two roles counts once."""
    return len({row.other.iri for row in rows})


def countries(refs: Iterable[Ref]) -> int:
    """In how many countries some things are."""
    return len({place for ref in refs for place in ref.places})


def _rank(part: Part) -> tuple[int, str]:
    return _ROLE_RANK.get(part.role.value, len(_ROLES)), part.role.value
