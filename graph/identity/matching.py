"""Matching: apply the automatic band to the actors at hand, and keep what it decides."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from talkoot.graph.identity.clusters import Components, components
from talkoot.graph.identity.comparison import Comparer, Comparison
from talkoot.graph.identity.decisions import AUTOMATIC, Decision, decide, in_force, supersede
from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import AUTOMATIC_RULES, Excess, Pair, Pairs
from talkoot.graph.identity.rules import veto
from talkoot.graph.identity.tables import Tables
from talkoot.ontology import CodeLists

_STRENGTH = {rule: place for place, rule in enumerate(AUTOMATIC_RULES)}


@dataclass(slots=True)
class Matching:
    """What matching came to: all decisions after it, and what a steward should know.

    ``held``: pairs that a rule joins and a veto inside the joined clusters forbids, with the reason. ``near``: pairs
    that no rule joins, for the queue. ``excesses``: keys that were not used.
    """

    decisions: list[Decision]
    added: int = 0
    withdrawn: int = 0
    held: list[tuple[str, str, str]] = field(default_factory=list)
    near: list[Pair] = field(default_factory=list)
    excesses: list[Excess] = field(default_factory=list)


def local_id(iri: str, base: str) -> str:
    """An entity's id in tables: its path below the base's ``id/``."""
    return iri.removeprefix(f"{base}id/")


def match(
    actors: Iterable[Entity],
    decisions: Sequence[Decision],
    names: NameTable,
    codes: CodeLists,
    base: str,
    today: str,
    pairs: Pairs | None = None,
    tables: Tables | None = None,
) -> Matching:
    """Judge every pair that shares a key, and join what the automatic band allows.

    A decision of a person is never touched. Rules join anew each time, so that the order in which records came
    does not matter; a join by a rule that is not made again is superseded by *unsure*. A join is refused where any
    two members of the joined clusters stand under a veto (complete-link check); such pairs are returned as held.
    ``pairs`` remembers what was compared before, in memory when left out; ``tables`` is the engine that compares all
    anew. Raises :class:`Contradiction` where a person's negative stands inside a chain of positives.
    """
    comparer = Comparer(names, codes["country"])
    entities = {name: comparer.compare(name, actor) for actor in actors for name in [local_id(actor.iri, base)]}
    pairs = pairs or Pairs()
    pairs.update(entities.values(), tables)
    result = Matching([], excesses=pairs.excesses())
    standing = {p: d for p, d in in_force(decisions).items() if p[0] in entities and p[1] in entities}
    fired = {}
    for verdict in pairs:
        if verdict.rule in _STRENGTH:
            fired[verdict.one, verdict.other] = verdict
        else:
            result.near.append(verdict)
    told = {*fired, *((pair.one, pair.other) for pair in result.near)}
    claims = {(pair.one, pair.other): pair for excess in result.excesses for pair in pairs.claimants(excess)}
    result.near += [claim for pair, claim in claims.items() if pair not in told]
    components({p: d for p, d in standing.items() if not _is_automatic(d) or p in fired}, entities)
    judged = {pair: decision for pair, decision in standing.items() if not _is_automatic(decision)}
    joined = components(judged, entities)
    negatives = {pair for pair, decision in judged.items() if decision.judgement != "same"}
    accepted = {}
    for pair in sorted(fired, key=lambda pair: (_STRENGTH[fired[pair].rule], pair)):
        one, other = pair
        if pair in judged or joined.find(one) == joined.find(other):
            continue
        if reason := _linked_veto(joined, one, other, entities, negatives):
            result.held.append((one, other, reason))
            continue
        joined.join(one, other)
        accepted[pair] = fired[pair]
    rows = Counter(decision.pair for decision in decisions)
    withdrawn = {}
    for pair, old in standing.items():
        if not _is_automatic(old) or old.judgement != "same" or pair in accepted:
            continue
        if pair not in fired or joined.find(pair[0]) != joined.find(pair[1]):
            reason = "held-by-a-veto" if pair in fired else "rule-no-longer-fires"
            withdrawn[pair] = decide(*pair, "unsure", reason, old.mapping_justification, AUTOMATIC, today, rows[pair])
    added = {
        pair: decide(*pair, "same", found.rule, found.evidence, AUTOMATIC, today, rows[pair])
        for pair, found in accepted.items()
        if pair not in standing or standing[pair].judgement != "same"  # a doubt that a rule left behind gives way
    }
    result.added, result.withdrawn = len(added), len(withdrawn)
    replaced = {standing[pair].id: by for pair, by in (withdrawn | added).items() if pair in standing}
    for decision in decisions:
        by = replaced.get(decision.id)
        result.decisions += [supersede(decision, by), by] if by else [decision]
    result.decisions += [decision for pair, decision in added.items() if pair not in standing]
    return result


def _is_automatic(decision: Decision) -> bool:
    return decision.author_id == AUTOMATIC


def _linked_veto(
    joined: Components, one: str, other: str, entities: Mapping[str, Comparison], negatives: set[tuple[str, str]]
) -> str:
    for left in joined.members(one):
        for right in joined.members(other):
            if (min(left, right), max(left, right)) in negatives:
                return f"{left} and {right} were judged not to be the same"
            if left in entities and right in entities and (reason := veto(entities[left], entities[right])):
                return f"{left} and {right}: {reason}"
    return ""
