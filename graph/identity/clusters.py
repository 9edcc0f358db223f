"""Clusters: the connected components of the positive decisions, a pure function of the table."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from talkoot.graph.identity.decisions import Decision


class Contradiction(ValueError):
    """Two entities judged different are joined by a chain of positive decisions; the message prints the chain."""


class Components:
    """Sets of entities that are the same, joined pair by pair."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}

    def find(self, item: str) -> str:
        """The smallest member of the item's set."""
        root = item
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        while (parent := self._parent.get(item, item)) != root:
            self._parent[item], item = root, parent
        return root

    def members(self, item: str) -> list[str]:
        """All members of the item's set."""
        root = self.find(item)
        return self._members.get(root, [root])

    def join(self, one: str, other: str) -> None:
        """Join the sets of two items."""
        low, high = sorted((self.find(one), self.find(other)))
        if low != high:
            self._members[low] = self.members(low) + self.members(high)
            self._members.pop(high, None)
            self._parent[high] = low


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
    before: dict[str, str] = {start: ""}
    queue = deque([start])
    while queue and end not in before:
        item = queue.popleft()
        for neighbour in sorted(beside[item]):
            if neighbour not in before:
                before[neighbour] = item
                queue.append(neighbour)
    chain = [end]
    while before.get(chain[-1]):
        chain.append(before[chain[-1]])
    return chain[::-1]
