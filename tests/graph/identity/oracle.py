"""The rules of matching in plain dicts, as an engine: what SQL engines say is held against it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from talkoot.graph.identity.tables import LIMITS, Step

NAMES = ("name", "joined", "words")
"""Rules of names, the one that people would write first."""


class OracleTables:
    """Takes the feature tables, ignores the SQL text, and gives the rows that its last steps ought to have."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
        self._hints: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        self._records: dict[int, Any] = {}
        self._said: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._agreed: dict[tuple[int, int], list[tuple[str, str, str, str]]] = defaultdict(list)

    def load(self, name: str, rows: Iterable[Any]) -> None:
        for rid, *row in rows:
            if name == "records":
                self._records[rid] = row
            elif name == "keys":
                source, rule, key, detail = row
                self._keys[rule, key].append((rid, source, detail))
                self._said[rid][rule].add(key)
            elif name == "hints":
                _, rule, key, detail = row
                self._hints[rule, key].append((rid, detail))
                self._said[rid][f"hint {rule}"].add(key)

    def keep(self, step: Step) -> None:
        pass

    def rows(self, select: str) -> Iterator[Any]:
        return self._verdicts() if "verdicts" in select else self._candidates()

    def _verdicts(self) -> Iterator[Any]:
        for (rule, key), givers in self._keys.items():
            by_source = Counter(source for _, source, _ in givers)
            sound = sorted(giver for giver in givers if by_source[giver[1]] <= LIMITS["claims"])
            if len(sound) <= LIMITS["block"]:
                for (one, _, detail), (other, _, other_detail) in combinations(sound, 2):
                    if one != other:  # an actor may have two sites of one domain
                        self._agreed[one, other].append((rule, key, detail, other_detail))
        for (one, other), agreed in self._agreed.items():
            ids = sorted(f"{rule}={key}" for rule, key, _, _ in agreed if rule.startswith("id:"))
            names = sorted((NAMES.index(rule), key) for rule, key, *_ in agreed if rule in NAMES)
            told = [(rule, key) for rule, key, *details in agreed if rule in NAMES and details == ["2", "2"]]
            strong = [key for rule, key in sorted(told, key=lambda name: (NAMES.index(name[0]), name[1]))]
            sites = [(key, *details) for rule, key, *details in agreed if rule == "web"]
            rule = self._rule(one, other, ids, strong, sites)
            if rule:
                country, other_country = self._records[one][2], self._records[other][2]
                if ids:
                    evidence = ids[0]
                elif strong:
                    evidence = f"name={strong[0]}"
                else:
                    evidence = f"domain={min(sites)[0]}" if sites else f"name={names[0][1]}"
                told = country if country and country == other_country and not ids else ""
                yield one, other, rule, evidence, told

    def _rule(self, one: int, other: int, ids: list[str], strong: list[str], sites: list[Any]) -> str:
        """The rule that joins a pair, ``near``, ``part``, or nothing where a veto forbids it."""
        _, kind, _, city, unit, body, digits = self._records[one]
        _, other_kind, _, other_city, other_unit, other_body, other_digits = self._records[other]
        ours, theirs = self._said[one], self._said[other]
        if self._apart(one, other, at_all=not ids):
            return ""
        if "centre" in (kind, other_kind):
            return "near"
        if ids:
            return "registered-id"
        if strong and (not city or not other_city or city == other_city):
            return "exact-name"
        if not sites:
            return "near"
        longer = not strong and any(_within(a, b) or _within(b, a) for a in ours["name"] for b in theirs["name"])
        if unit != other_unit or longer:
            return "part"
        if digits != other_digits:
            return "near"
        words, bodies = (ours[f"hint {rule}"] & theirs[f"hint {rule}"] for rule in ("word", "body"))
        same_site = any(detail == other_detail for _, detail, other_detail in sites)
        roots = any("/" not in detail + other_detail for _, detail, other_detail in sites)
        if (same_site and (bodies or not body or not other_body)) or (roots and words and body == other_body):
            return "web-domain"
        return "near"

    def _apart(self, one: int, other: int, *, at_all: bool) -> bool:
        """Vetoes; those of country and digits only where no number is shared."""
        _, kind, country, *_, digits = self._records[one]
        _, other_kind, other_country, *_, other_digits = self._records[other]
        ours, theirs = self._said[one], self._said[other]
        registers = [rule for rule in ours.keys() & theirs.keys() if rule.startswith("id:")]
        return bool(
            (kind != other_kind and "organisation" in (kind, other_kind))
            or any(not ours[rule] & theirs[rule] for rule in registers if ours[rule] and theirs[rule])
            or (at_all and country and other_country and country != other_country)
            or (at_all and digits and other_digits and digits != other_digits)
        )

    def _candidates(self) -> Iterator[Any]:
        shared: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
        for (rule, _), givers in self._hints.items():
            if rule not in ("body", "form") and len(givers) <= LIMITS["hint"]:
                for (one, detail), (other, other_detail) in combinations(sorted(givers), 2):
                    if one != other and (rule != "initials" or detail != other_detail):
                        shared[one, other].append((rule, len(givers)))
        for (one, other), hints in shared.items():
            strong = any(rule != "word" for rule, _ in hints)
            told = len(hints) > 1 or strong or min(count for _, count in hints) <= LIMITS["rare"]
            if told and (one, other) not in self._agreed and not self._apart(one, other, at_all=True):
                yield one, other, int(strong)


def _within(short: str, long: str) -> bool:
    return long.startswith(f"{short} ") or long.endswith(f" {short}")
