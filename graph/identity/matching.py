"""Matching: apply the automatic band to the actors at hand, and keep what it decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from talkoot.graph.identity.clusters import Components, components
from talkoot.graph.identity.decisions import AUTOMATIC, Decision, decide, in_force, supersede
from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.rules import NameIndex, block_keys, verdict, veto
from talkoot.ontology import CodeLists

BLOCK_CAP = 200
"""Entities that may share a key: larger blocks are left out and reported, so that cost stays linear."""

_STRENGTH = {"registered-id": 0, "exact-name": 1, "web-domain": 2}


@dataclass(slots=True)
class Matching:
    """What matching came to: all decisions after it, and what a steward should know."""

    decisions: list[Decision]
    added: int = 0
    withdrawn: int = 0
    held: list[tuple[str, str, str]] = field(default_factory=list)
    capped: list[tuple[str, int]] = field(default_factory=list)


def local_id(iri: str, base: str) -> str:
    """An entity's id in tables: its path below the base's ``id/``."""
    return iri.removeprefix(f"{base}id/")


def alpha_2_codes(codes: CodeLists) -> dict[str, str]:
    """ISO alpha-2 by the code of the EU's country table, as names.csv uses them."""
    found = {}
    for concept in codes["country"]:
        notations = [text for text in concept.notations if len(text) == 2]
        if notations:
            found[concept.code] = "GR" if "GR" in notations else notations[0]
    return found


def match(
    actors: Iterable[Entity], decisions: Sequence[Decision], names: NameTable, codes: CodeLists, base: str, today: str
) -> Matching:
    """Judge every pair that shares a key, and join what the automatic band allows.

    A decision of a person is never touched. One of a rule that fires no longer is superseded by *unsure*.
    An automatic join is refused where any two members of the joined clusters stand under a veto
    (complete-link check); such pairs are returned as held.
    """
    entities = {local_id(actor.iri, base): actor for actor in actors}
    index = NameIndex(names, alpha_2_codes(codes))
    result = Matching([])
    pairs = list(_pairs(entities, index, result))
    fired = {pair: found for pair in pairs if (found := verdict(entities[pair[0]], entities[pair[1]], index))}
    rows = Counter(decision.pair for decision in decisions)
    kept, result.withdrawn = _withdraw(decisions, entities, index, today, rows)
    standing = in_force(kept)
    joined = components(standing, entities)
    doubts = {pair for pair, decision in standing.items() if _is_doubt(decision)}
    negatives = {pair for pair, decision in standing.items() if decision.judgement != "same"} - doubts
    replaced: dict[str, Decision] = {}
    for pair in sorted(fired, key=lambda pair: (_STRENGTH[fired[pair].rule], pair)):
        found = fired[pair]
        one, other = pair
        if (pair in standing and pair not in doubts) or joined.find(one) == joined.find(other):
            continue
        if reason := _linked_veto(joined, one, other, entities, negatives):
            result.held.append((one, other, reason))
            continue
        joined.join(one, other)
        decision = decide(one, other, "same", found.rule, found.evidence, AUTOMATIC, today, rows[pair])
        if pair in doubts:
            replaced[standing[pair].id] = decision
        kept.append(decision)
        result.added += 1
    result.decisions = [supersede(old, replaced[old.id]) if old.id in replaced else old for old in kept]
    return result


def _pairs(entities: Mapping[str, Entity], index: NameIndex, result: Matching) -> Iterator[tuple[str, str]]:
    blocks: dict[str, list[str]] = defaultdict(list)
    for name in sorted(entities):
        for key in block_keys(entities[name], index):
            blocks[key].append(name)
    seen = set()
    for key in sorted(blocks):
        members = blocks[key]
        if len(members) > BLOCK_CAP:
            result.capped.append((key, len(members)))
            continue
        for pair in combinations(members, 2):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _withdraw(
    decisions: Sequence[Decision],
    entities: Mapping[str, Entity],
    index: NameIndex,
    today: str,
    rows: Mapping[tuple[str, str], int],
) -> tuple[list[Decision], int]:
    """The decisions, with those of a rule that fires no longer superseded; entities that are gone keep theirs."""
    kept: list[Decision] = []
    withdrawn = 0
    for decision in decisions:
        one, other = decision.pair
        automatic = decision.author_id == AUTOMATIC and decision.judgement == "same" and not decision.superseded_by
        if automatic and one in entities and other in entities and not verdict(entities[one], entities[other], index):
            replacement = decide(
                one, other, "unsure", "rule-no-longer-fires", decision.mapping_justification, AUTOMATIC, today,
                rows[decision.pair],
            )  # fmt: skip
            kept += [supersede(decision, replacement), replacement]
            withdrawn += 1
        else:
            kept.append(decision)
    return kept, withdrawn


def _is_doubt(decision: Decision) -> bool:
    """Whether a rule that fires no longer left this behind: it gives way as soon as a rule fires again."""
    return decision.author_id == AUTOMATIC and decision.judgement == "unsure"


def _linked_veto(
    joined: Components, one: str, other: str, entities: Mapping[str, Entity], negatives: set[tuple[str, str]]
) -> str:
    for left in joined.members(one):
        for right in joined.members(other):
            if (min(left, right), max(left, right)) in negatives:
                return f"{left} and {right} were judged not to be the same"
            if left in entities and right in entities and (reason := veto(entities[left], entities[right])):
                return f"{left} and {right}: {reason}"
    return ""
