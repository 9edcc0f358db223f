"""Who takes part in what: the parts of an actor, the parts in a thing, and who works with whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import DCT, PROV, SKOS, TK, VOC
from talkoot.web.facts import Facts
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
_INFERRED = VOC["basis/inferred"]


@dataclass(frozen=True, slots=True)
class Part:
    """An actor's part in a thing."""

    agent: NamedNode
    thing: NamedNode
    role: NamedNode
    start: str
    end: str
    inferred: bool
    remarks: tuple[str, ...]
    graphs: tuple[NamedNode, ...]


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part as a page shows it: what (or who) is at its other end, in which role, when, and who says so."""

    other: Ref
    role: str
    role_code: str
    period: str
    inferred: bool
    remarks: tuple[str, ...]
    marks: tuple[int, ...]
    through: Ref | None = None


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """Another actor, and what the two have in common."""

    actor: Ref
    shared: tuple[Ref, ...]
    direct: bool
    marks: tuple[int, ...]


@dataclass(slots=True)
class _Partner:
    direct: dict[NamedNode, None] = field(default_factory=dict)
    through: dict[NamedNode, None] = field(default_factory=dict)
    graphs: set[NamedNode] = field(default_factory=set)


def parts_of(facts: Facts, agent: NamedNode) -> list[Part]:
    """The parts that an actor plays."""
    return _parts(facts, facts.subjects(PROV["agent"], agent))


def parts_in(facts: Facts, thing: NamedNode) -> list[Part]:
    """The parts played in a thing."""
    return _parts(facts, facts.subjects(TK["involvedIn"], thing))


def _parts(facts: Facts, nodes: Iterable[NamedNode]) -> list[Part]:
    found = []
    for node in nodes:
        agent, thing = facts.node(node, PROV["agent"]), facts.node(node, TK["involvedIn"])
        role = facts.node(node, TK["hasRole"])
        if agent is None or thing is None or role is None:
            continue
        start, end = facts.period(node)
        remarks = tuple(text.value for text in facts.texts(node, SKOS["note"]))
        inferred = _INFERRED in facts.nodes(node, DCT["type"])
        graphs = tuple(facts.nodes(node, PROV["wasDerivedFrom"]))
        found.append(Part(agent, thing, role, start, end, inferred, remarks, graphs))
    return found


class PartsReader:
    """Makes rows of parts, for one reader and one page's notes."""

    def __init__(self, facts: Facts, namer: Namer, notes: Notes) -> None:
        self._facts = facts
        self._namer = namer
        self._notes = notes

    def things(self, parts: Iterable[Part], through: Ref | None = None) -> list[PartRow]:
        """Rows that name the things, the weightier kinds first, then the latest."""
        named = [(self._namer.ref(part.thing), part) for part in parts]
        return [
            self._row(ref, part, self._facts.period(part.thing), through)
            for ref, part in sorted(
                named, key=lambda pair: (_KIND_RANK.get(pair[0].kind, 9), _rank(pair[1]), pair[0].text.casefold())
            )
        ]

    def actors(self, parts: Iterable[Part]) -> list[PartRow]:
        """Rows that name the actors, the leading roles first."""
        named = [(self._namer.ref(part.agent), part) for part in parts]
        return [
            self._row(ref, part, ("", ""), None)
            for ref, part in sorted(named, key=lambda pair: (_rank(pair[1]), pair[0].text.casefold()))
        ]

    def partners(self, actor: NamedNode, own: Iterable[Part], through: Iterable[Part]) -> list[PartnerRow]:
        """The actors that share things with this one, those with most in common first.

        ``through`` are the parts of the centres that the actor hosts.
        """
        found: dict[NamedNode, _Partner] = {}
        seen: set[NamedNode] = set()
        stand_ins = {part.agent for part in through}
        for part, direct in [*((part, True) for part in own), *((part, False) for part in through)]:
            if part.thing in seen:
                continue
            seen.add(part.thing)
            for other in parts_in(self._facts, part.thing):
                if other.agent == actor or other.agent in stand_ins:
                    continue
                partner = found.setdefault(other.agent, _Partner())
                (partner.direct if direct else partner.through)[part.thing] = None
                partner.graphs.update(other.graphs)
        refs: dict[NamedNode, Ref] = {thing: self._namer.ref(thing) for thing in seen}
        rows = []
        for agent, partner in found.items():
            shared = tuple(refs[thing] for thing in (*partner.direct, *partner.through))
            rows.append((self._namer.ref(agent), shared, bool(partner.direct), partner.graphs))
        rows.sort(key=lambda row: (-len(row[1]), not row[2], row[0].text.casefold(), row[0].href))
        return [PartnerRow(ref, shared, direct, self._notes.marks(graphs)) for ref, shared, direct, graphs in rows]

    def _row(self, ref: Ref, part: Part, fallback: tuple[str, str], through: Ref | None) -> PartRow:
        role = self._namer.concept(part.role)
        words = {fold(text) for text in self._facts.labels(part.role).values()}
        remarks = tuple(
            text.removeprefix("part: ")
            for text in part.remarks
            if fold(text) not in words and fold(ref.text) not in fold(text)
        )
        start, end = (part.start, part.end) if part.start or part.end else fallback
        return PartRow(
            ref, role.text, part.role.value.rsplit("/", 1)[-1], years(start, end), part.inferred, remarks,
            self._notes.marks(part.graphs), through,
        )  # fmt: skip


def _rank(part: Part) -> tuple[int, str]:
    return _ROLE_RANK.get(part.role.value, len(_ROLES)), part.role.value
