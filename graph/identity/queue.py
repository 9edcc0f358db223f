"""The review queue: pairs that no rule decides, a few for each actor, the greatest doubt first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from talkoot.graph.identity.clusters import Components
from talkoot.graph.identity.decisions import AUTOMATIC, Decision
from talkoot.graph.identity.pairs import Pair

MOST = 3
"""Candidates that one actor may have in the queue."""
_EVEN = 0.7
"""Likeness of names at which as many pairs are one body as are two."""


class Candidate(NamedTuple):
    """A pair for a person to judge: what a rule suggests (same or part of), what agrees, and why no rule decided."""

    one: str
    other: str
    suggestion: str
    evidence: str
    reason: str
    score: float

    @property
    def doubt(self) -> float:
        """How little the facts say: 1 where a rule and a veto contradict one another, 0 where all is plain."""
        return 1.0 if self.reason.startswith("held") else 1.0 - abs(self.score - _EVEN)

    @property
    def question(self) -> str:
        """Why the pair is asked, in a sentence for a person."""
        what, _, value = self.evidence.partition("; ")[0].partition("=")
        told = self.reason[:1].upper() + self.reason[1:]
        if self.reason in ("near", "part"):
            same = {
                "name": f"Both are called “{value}”",
                "domain": f"Both are at {value}",
                "names": "The names are alike",
            }
            told = same.get(what, self.evidence)
        part = "; one looks like a part of the other" if self.suggestion == "part of" else ""
        return f"{told}{part} (likeness of names {self.score:.2f})."


def queue(
    near: Iterable[Pair],
    held: Iterable[tuple[str, str, str]],
    joined: Components,
    decided: Mapping[tuple[str, str], Decision],
    most: int = MOST,
) -> list[Candidate]:
    """At most ``most`` candidates for each actor, those that are most alike; in the order in which to ask.

    Left out: pairs that are one already, and those that a person has judged.
    """
    found = [Candidate(one, other, "same", "", f"held: {reason}", 1.0) for one, other, reason in held]
    found += [
        Candidate(p.one, p.other, "part of" if p.rule == "part" else "same", p.evidence, p.rule, p.score) for p in near
    ]
    taken: Counter[str] = Counter()
    chosen = []
    for candidate in sorted(found, key=lambda c: (not c.reason.startswith("held"), -c.score, c.one, c.other)):
        judged = decided.get((candidate.one, candidate.other))
        if (judged and judged.author_id != AUTOMATIC) or joined.find(candidate.one) == joined.find(candidate.other):
            continue
        if taken[candidate.one] < most and taken[candidate.other] < most:
            taken.update((candidate.one, candidate.other))
            chosen.append(candidate)
    return sorted(chosen, key=lambda c: (-c.doubt, c.one, c.other))
