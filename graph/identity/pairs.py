"""Pairs of actors: what the matching text says of all of them, kept, and made anew only where something changed."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.identity.comparison import Comparison
from talkoot.graph.identity.similarity import likeness
from talkoot.graph.identity.tables import INPUT, LIMITS, SQLiteTables, Tables, steps, text_of

AUTOMATIC_RULES = ("registered-id", "exact-name", "web-domain")
WORTH_ASKING = 0.4
"""Similarity of names from which a pair that shares no key is shown to a person."""
_ANEW = 4
"""Where one of so many actors or more is touched, looking at all anew costs less."""
_TOO_MUCH = 0.1
"""The share of a source's actors that may be one actor, told again and again."""

_Key = tuple[str, str]
_NO_PAIRS = ("body", "form")
"""Hints that make no pairs."""


class _State(NamedTuple):
    """What is true of a key: too many actors share it; sources that claim it too often; (of hints) few share it."""

    full: bool
    claimed: frozenset[str] = frozenset()
    rare: bool = False


class Pair(NamedTuple):
    """Two actors, the smaller first; a rule of the automatic band, ``near`` or ``part``; what agrees; likeness."""

    one: str
    other: str
    rule: str
    evidence: str
    score: float


class Excess(NamedTuple):
    """A key that was not used: too many actors share it, or one source (named) claims it for too many records."""

    rule: str
    key: str
    source: str
    actors: int


class Pairs:
    """The feature tables of all actors and the pairs that they come to, in one SQLite file that can be made anew."""

    def __init__(self, path: Path | None = None) -> None:
        """``path``: the file, or None for memory. A file that other rules wrote is emptied."""
        self._tables = SQLiteTables(str(path) if path else ":memory:")
        self._run = self._tables.connection.execute
        version = hashlib.sha256(f"{text_of('matching.sql')}{text_of('candidates.sql')}{LIMITS}".encode()).hexdigest()
        if self._run("PRAGMA user_version").fetchone()[0] != int(version[:7], 16):
            for name in ("records", "keys", "hints", "overfull", "claimed"):
                self._run(f"DELETE FROM {name}")
            for name, columns in (
                ("pairs", "l, r, rule, evidence, score"),
                ("seen", "n INTEGER PRIMARY KEY, rid UNIQUE, hash"),
                ("echoes", "rid, first, source, held, k"),
            ):
                self._run(f"DROP TABLE IF EXISTS {name}")
                self._run(f"CREATE TABLE {name} ({columns})")
            self._run("CREATE INDEX echoes_k ON echoes (k)")
            self._run(f"PRAGMA user_version = {int(version[:7], 16)}")

    def close(self) -> None:
        """Close the file."""
        self._tables.connection.close()

    def update(self, actors: Iterable[Comparison], tables: Tables | None = None) -> None:
        """Bring the pairs up to what all actors are now.

        Actors of one source that say the same are compared once, by the first of them, and not at all where they are
        too many. With ``tables``, that engine looks at all pairs anew; the same pairs come out.
        """
        groups: dict[object, list[Comparison]] = defaultdict(list)
        by_source: Counter[str] = Counter()
        for actor in actors:
            groups[actor.alike()].append(actor)
            by_source[actor.record[1]] += 1
        known = dict(self._run("SELECT rid, hash FROM seen"))
        there, changed, echoes = set(), {}, []
        for members in groups.values():
            first = min(members)
            rid, source = first.record[:2]
            held = len(members) > max(LIMITS["echoes"], by_source[source] * _TOO_MUCH)
            key = min((key for rule, key, _ in first.keys if rule == "name"), default="")
            if held:
                first = first._replace(keys=(), hints=())
            there.add(rid)
            if known.get(rid) != _hash(first):
                changed[rid] = first
            echoes += [(one.record[0], rid, source, held, key) for one in members if one.record[0] != rid]
        self.change(changed, known.keys() - there, tables)
        self._run("BEGIN")
        self._run("DELETE FROM echoes")
        self._tables.connection.executemany("INSERT INTO echoes VALUES (?, ?, ?, ?, ?)", echoes)
        self._run("COMMIT")

    def change(self, changed: Mapping[str, Comparison], gone: Iterable[str] = (), tables: Tables | None = None) -> None:
        """Take new and changed actors, drop those that are gone, and judge what that touches (with ``tables``: all)."""
        gone = list(gone)
        touched = {*changed, *gone}
        count = self._run("SELECT count(*) FROM seen").fetchone()[0]
        self._run("BEGIN")
        if tables or _ANEW * len(touched) > count:
            self._write(changed, gone)
            self._tables.index()
            self._look_at_all(tables)
        elif touched:
            self._look_at(self._flipped(changed, gone))
        self._run("COMMIT")

    def __iter__(self) -> Iterator[Pair]:
        """All pairs, in no order; actors that say the same as another of their source among them."""
        for row in self._run(
            "SELECT min(one.rid, other.rid), max(one.rid, other.rid), rule, evidence, score FROM pairs "
            "JOIN seen one ON one.n = l JOIN seen other ON other.n = r"
        ):
            yield Pair(*row)
        for first, rid, key in self._run("SELECT first, rid, k FROM echoes WHERE NOT held"):
            yield Pair(first, rid, "exact-name", f"name={key}", 1.0)

    def excesses(self) -> list[Excess]:
        """Keys that were not used because they say nothing, sorted."""
        counts: dict[_Key, Counter[str]] = defaultdict(Counter)
        select = "SELECT rule, k FROM keys GROUP BY rule, k HAVING count(*) > ?"
        for rule, key, source, count in self._run(
            f"SELECT keys.rule, keys.k, source, count(*) FROM ({select}) big JOIN keys ON keys.rule = big.rule "
            "AND keys.k = big.k GROUP BY keys.rule, keys.k, source", (LIMITS["claims"],)
        ):  # fmt: skip
            counts[rule, key][source] = count
        found = []
        for (rule, key), by_source in counts.items():
            full, claimed, _ = _state(by_source)
            found += [Excess(rule, key, source, by_source[source]) for source in claimed]
            if full:
                found.append(Excess(rule, key, "", sum(n for source, n in by_source.items() if source not in claimed)))
        rows = self._run("SELECT k, source, count(*) + 1 FROM echoes WHERE held GROUP BY first, k, source")
        return sorted([*found, *(Excess("name", *row) for row in rows)])

    def claimants(self, excess: Excess, most: int = 3) -> list[Pair]:
        """A few of the actors for which a source claims a key, each with one to which other sources give it."""
        select = (
            "SELECT rid FROM (SELECT seen.rid, source, rule, k FROM keys JOIN seen ON seen.n = keys.rid "
            "UNION ALL SELECT rid, source, 'name', k FROM echoes WHERE held) "
            "WHERE rule = ? AND k = ? AND source {} ? ORDER BY rid LIMIT ?"
        )
        own, others = (
            [rid for (rid,) in self._run(select.format(sign), (excess.rule, excess.key, excess.source, count))]
            for sign, count in (("=", most), ("<>", 1))
        )
        told = f"{excess.rule}={excess.key}".removeprefix("id:")
        return [Pair(min(one, other), max(one, other), "near", told, WORTH_ASKING) for one in own for other in others]

    def _write(self, changed: Mapping[str, Comparison], gone: Iterable[str]) -> set[int]:
        """Write what changed; returns the numbers of the actors that this touches."""
        many = self._tables.connection.executemany
        many(
            "INSERT INTO seen (rid, hash) VALUES (?, ?) ON CONFLICT (rid) DO UPDATE SET hash = excluded.hash",
            ((rid, _hash(actor)) for rid, actor in changed.items()),
        )
        select = "SELECT n FROM seen WHERE rid = ?"
        numbers = {rid: n for rid in (*changed, *gone) for (n,) in self._run(select, (rid,))}
        for name in ("records", "keys", "hints"):
            many(f"DELETE FROM {name} WHERE rid = ?", ((n,) for n in numbers.values()))
        many("DELETE FROM seen WHERE rid = ?", ((rid,) for rid in gone))
        self._tables.load("records", ((numbers[rid], *actor.record[1:]) for rid, actor in changed.items()))
        for name in ("keys", "hints"):
            self._tables.load(name, (
                (numbers[rid], actor.record[1], *row) for rid, actor in changed.items() for row in getattr(actor, name)
            ))  # fmt: skip
        return set(numbers.values())

    def _flipped(self, changed: Mapping[str, Comparison], gone: Iterable[str]) -> set[int]:
        """Write what changed; returns the touched actors and those of keys that began or ceased to count."""
        before = {}
        select = "SELECT n FROM seen WHERE rid = ?"
        known = [n for rid in (*changed, *gone) for (n,) in self._run(select, (rid,))]
        for name in ("keys", "hints"):
            wanted = self._keys_of(known, name)
            told = {(rule, key) for actor in changed.values() for rule, key, _ in getattr(actor, name)}
            wanted |= {key for key in told if key[0] not in _NO_PAIRS}
            before[name] = self._states(wanted, name)
        dirty = self._write(changed, gone)
        for name, states in before.items():
            after = self._states(states, name)
            for key in states:
                if states[key] != after[key]:
                    never = states[key].claimed & after[key].claimed
                    dirty |= {rid for rid, source in self._members(name, key) if source not in never}
        return dirty

    def _members(self, name: str, key: _Key) -> Iterator[tuple[int, str]]:
        return self._run(f"SELECT rid, source FROM {name} WHERE rule = ? AND k = ?", key)

    def _keys_of(self, actors: Iterable[int], name: str) -> set[_Key]:
        select = f"SELECT rule, k FROM {name} WHERE rid = ? AND rule NOT IN {_NO_PAIRS}"
        return {(rule, key) for rid in actors for rule, key in self._run(select, (rid,))}

    def _states(self, wanted: Iterable[_Key], name: str) -> dict[_Key, _State]:
        if name == "keys":
            select = "SELECT source, count(*) FROM keys WHERE rule = ? AND k = ? GROUP BY source"
            return {key: _state(dict(self._run(select, key))) for key in wanted}
        select = f"SELECT count(*) FROM (SELECT 1 FROM hints WHERE rule = ? AND k = ? LIMIT {LIMITS['hint'] + 1})"
        counts = ((key, self._run(select, key).fetchone()[0]) for key in wanted)
        return {key: _State(n > LIMITS["hint"], rare=n <= LIMITS["rare"]) for key, n in counts}

    def _look_at(self, dirty: set[int]) -> None:
        """Judge the pairs of some actors anew: the same text over them and all that they share a counting key with."""
        some, around = SQLiteTables(), set(dirty)
        for name in ("keys", "hints"):
            states = self._states(self._keys_of(dirty, name), name)
            some.load("overfull", (key for key, state in states.items() if state.full))
            some.load("claimed", ((*key, source) for key, state in states.items() for source in state.claimed))
            for key, state in states.items():
                if not state.full:
                    around |= {rid for rid, source in self._members(name, key) if source not in state.claimed}
        for name in ("records", "keys", "hints"):
            select = f"SELECT * FROM {name} WHERE rid = ?"
            some.load(name, (row for rid in around for row in self._run(select, (rid,))))
        self._tables.connection.executemany("DELETE FROM pairs WHERE l = ?1 OR r = ?1", ((rid,) for rid in dirty))
        self._keep(some, dirty)
        some.connection.close()

    def _look_at_all(self, tables: Tables | None) -> None:
        if tables:
            for name in INPUT:
                tables.load(name, self._run(f"SELECT * FROM {name}"))
        self._run("DELETE FROM pairs")
        for side in "lr":
            self._run(f"DROP INDEX IF EXISTS pairs_{side}")
        self._keep(tables or self._tables, None)
        for side in "lr":
            self._run(f"CREATE INDEX pairs_{side} ON pairs ({side})")

    def _keep(self, tables: Tables, dirty: set[int] | None) -> None:
        """Run the text and keep the pairs that touch the dirty actors, or all."""
        for step in chain(steps("matching.sql"), steps("candidates.sql")):
            tables.keep(step)
        names: dict[int, list[str]] = {}

        def alike(one: int, other: int) -> float:
            for rid in (one, other):
                if rid not in names:
                    select = "SELECT k FROM keys WHERE rid = ? AND rule = 'name'"
                    names[rid] = [name for (name,) in self._run(select, (rid,))]
            return likeness(names[one], names[other])

        def found() -> Iterator[tuple[int, int, str, str, float]]:
            for one, other, rule, evidence, country in tables.rows(
                "SELECT l, r, rule, evidence, country FROM verdicts"
            ):
                if dirty is None or one in dirty or other in dirty:
                    told = evidence.removeprefix("id:") + (f"; country={country}" if country else "")
                    yield one, other, rule, told, 1.0 if rule in AUTOMATIC_RULES else alike(one, other)
            for one, other, strong in tables.rows("SELECT l, r, strong FROM candidates"):
                if dirty is None or one in dirty or other in dirty:
                    score = max(alike(one, other), WORTH_ASKING * int(strong))
                    if score >= WORTH_ASKING:
                        yield one, other, "near", "names", score

        self._tables.connection.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?)", found())


def _hash(actor: Comparison) -> str:
    return hashlib.sha256(repr(actor).encode()).hexdigest()[:16]


def _state(by_source: Mapping[str, int]) -> _State:
    """Whether too many actors share a key, and the sources that claim it too often."""
    claimed = frozenset(source for source, count in by_source.items() if count > LIMITS["claims"])
    return _State(sum(n for source, n in by_source.items() if source not in claimed) > LIMITS["block"], claimed)
