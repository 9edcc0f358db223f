"""Pairs of actors: what the matching text says of all of them, kept, and made anew only where something changed."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.identity.comparison import Comparison
from talkoot.graph.identity.similarity import likeness
from talkoot.graph.identity.tables import INPUT, LIMITS, SQLiteTables, Tables, steps, text_of
from talkoot.graph.sql import named

AUTOMATIC_RULES = ("registered-id", "exact-name", "web-domain")
WORTH_ASKING = 0.4
"""Similarity of names from which a pair that shares no key is shown to a person."""
_ANEW = 4
"""Where one of so many actors or more is touched, looking at all anew costs less."""
_TOO_MUCH = 0.1
"""The share of a source's actors that may be one actor, told again and again."""


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
        self._run, script = self._tables.connection.execute, self._tables.connection.executescript
        texts = [text_of(name) for name in ("pairs.sql", "matching.sql", "candidates.sql")]
        self._sql = named(texts[0])
        version = int(hashlib.sha256(f"{texts}{LIMITS}".encode()).hexdigest()[:7], 16)
        if self._run("PRAGMA user_version").fetchone()[0] != version:
            script(self._sql["kept"])
            self._run(f"PRAGMA user_version = {version}")
        script(self._sql["asked"])

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
            self._write_and_spread(changed, gone)
            self._look_at_dirty()
        self._run("COMMIT")

    def __iter__(self) -> Iterator[Pair]:
        """All pairs, in no order; actors that say the same as another of their source among them."""
        return map(Pair._make, self._run(self._sql["pairs"]))

    def excesses(self) -> list[Excess]:
        """Keys that were not used because they say nothing, sorted."""
        self._run("DELETE FROM wanted")
        self._run(self._sql["want_many"])
        return [Excess(*row) for row in self._run(self._sql["excesses"])]

    def claimants(self, excess: Excess, most: int = 3) -> list[Pair]:
        """A few of the actors for which a source claims a key, each with one to which other sources give it."""
        own, others = (
            [rid for (rid,) in self._run(self._sql["claimants"], (excess.rule, excess.key, excess.source, same, count))]
            for same, count in ((True, most), (False, 1))
        )
        told = f"{excess.rule}={excess.key}".removeprefix("id:")
        return [Pair(min(one, other), max(one, other), "near", told, WORTH_ASKING) for one in own for other in others]

    def _write(self, changed: Mapping[str, Comparison], gone: Iterable[str]) -> None:
        """Write what changed."""
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

    def _write_and_spread(self, changed: Mapping[str, Comparison], gone: Iterable[str]) -> None:
        """Write what changed; dirty are then the touched actors and those of keys that began or ceased to count."""
        many, add = self._tables.connection.executemany, "INSERT OR IGNORE INTO dirty SELECT n FROM seen WHERE rid = ?"
        for name in ("wanted", "facts", "dirty"):
            self._run(f"DELETE FROM {name}")
        many(add, ((rid,) for rid in (*changed, *gone)))
        self._run(self._sql["want"])
        told = (row[:2] for actor in changed.values() for row in (*actor.keys, *actor.hints))
        many("INSERT OR IGNORE INTO wanted SELECT ?1, ?2 WHERE ?1 NOT IN ('body', 'form')", told)
        self._run(self._sql["note"])
        self._write(changed, gone)
        many(add, ((rid,) for rid in changed))
        self._run(self._sql["spread"])

    def _look_at_dirty(self) -> None:
        """Judge the pairs of some actors anew: the same text over them and all that they share a counting key with."""
        for name in ("wanted", "facts"):
            self._run(f"DELETE FROM {name}")
        self._run(self._sql["want"])
        self._run(self._sql["note"])
        some, around = SQLiteTables(), self._run(self._sql["around"]).fetchall()
        some.load("overfull", self._run("SELECT rule, k FROM facts WHERE fact = 'full'"))
        some.load("claimed", self._run("SELECT rule, k, source FROM facts WHERE fact = 'claimed'"))
        for name in ("records", "keys", "hints"):
            select = f"SELECT * FROM {name} WHERE rid = ?"
            some.load(name, (row for rid in around for row in self._run(select, rid)))
        self._run(self._sql["drop"])
        self._keep(some, {rid for (rid,) in self._run("SELECT rid FROM dirty")})
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

        @cache
        def names(rid: int) -> list[str]:
            return [name for (name,) in self._run("SELECT k FROM keys WHERE rid = ? AND rule = 'name'", (rid,))]

        def alike(one: int, other: int) -> float:
            return likeness(names(one), names(other))

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
