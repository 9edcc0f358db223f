"""Clusters: the connected components of the positive decisions, a pure function of the table."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from operator import itemgetter

from talkoot.graph.identity.decisions import Decision


class Contradiction(ValueError):
    """Two entities judged different are joined by a chain of positive decisions; the message prints the chain."""


class Components:
    """Sets of entities that are the same, joined pair by pair."""

    def __init__(self) -> None:
        self._members: dict[str, list[str]] = {}  # one list for all that are in it, the smallest first

    def find(self, item: str) -> str:
        """The smallest member of the item's set."""
        return self.members(item)[0]

    def members(self, item: str) -> list[str]:
        """All members of the item's set."""
        return self._members.get(item, [item])

    def join(self, one: str, other: str) -> None:
        """Join the sets of two items."""
        low, high = sorted((self.members(one), self.members(other)), key=itemgetter(0))
        if low[0] != high[0]:
            low += high
            self._members |= dict.fromkeys((low[0], *high), low)


def components(decisions: Mapping[tuple[str, str], Decision], known: Iterable[str]) -> Components:
    """The components of the decisions in force, over entities that exist.

    Raises :class:`Contradiction` where a negative stands inside a component.
    """
    there = set(known)
    found = Components()
    for (one, other), decision in sorted(decisions.items()):
        if decision.judgement == "same" and one in there and other in there:
            found.join(one, other)
    for (one, other), decision in sorted(decisions.items()):
        negative = decision.judgement in ("different", "part of") and one in there and other in there
        if negative and found.find(one) == found.find(other):
            told = " = ".join(chain(decisions, one, other))
            raise Contradiction(
                f"decisions.tsv says that {one} and {other} are {decision.judgement!r} (row {decision.id}), "
                f"but a chain of positive rows joins them: {told}"
            )
    return found


def chain(decisions: Mapping[tuple[str, str], Decision], start: str, end: str) -> list[str]:
    """The shortest chain of positive decisions between two entities."""
    beside = defaultdict(list)
    for (one, other), decision in decisions.items():
        if decision.judgement == "same":
            beside[one].append(other)
            beside[other].append(one)
    ways = {start: [start]}
    queue = deque([start])
    while queue and end not in ways:
        item = queue.popleft()
        for neighbour in sorted(beside[item]):
            if neighbour not in ways:
                ways[neighbour] = [*ways[item], neighbour]
                queue.append(neighbour)
    return ways.get(end, [end])
