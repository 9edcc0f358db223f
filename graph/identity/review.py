"""Reviewing: which pairs a person should judge, and judgements that are kept and can be taken back."""

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from threading import RLock

from talkoot.graph.identity import decisions
from talkoot.graph.identity.clusters import components
from talkoot.graph.identity.comparison import Comparer
from talkoot.graph.identity.decisions import AUTOMATIC, Decision, decide, in_force, read_decisions, write_decisions
from talkoot.graph.identity.features import entities, organisations, record_quads
from talkoot.graph.identity.matching import local_id, match
from talkoot.graph.identity.names import NameTable, fold_name
from talkoot.graph.identity.pairs import Pairs
from talkoot.graph.identity.queue import Candidate, queue
from talkoot.graph.identity.rekey import Rekeyed
from talkoot.graph.identity.resolve import Curated
from talkoot.graph.identity.similarity import likeness
from talkoot.graph.issues import MAIL_ADDRESS
from talkoot.graph.locks import HomeInUse, writing
from talkoot.graph.settings import AGENT, Settings
from talkoot.graph.workbench import Workbench, now
from talkoot.ontology import load_code_lists

_FIELDS = re.compile(r"(?:^|; )fields=(\w+)$")


class ReviewError(ValueError):
    """What was asked for is not there or cannot be done; the message says what was expected."""


class JudgedMeanwhile(ReviewError):
    """A pair's decision in force is no longer the one that the reviewer saw; the message tells it."""


class Desk:
    """The review of a home folder. It writes nothing but decisions, each while holding the writer lock."""

    def __init__(self, settings: Settings, curated: Curated, names: NameTable) -> None:
        """Read and match the records; raises :class:`HomeInUse`, and what resolving raises."""
        self.settings, self.curated, self._names, self._lock = settings, curated, names, RLock()
        self.comparer = Comparer(names, load_code_lists()["country"])
        self._load()

    def _load(self) -> None:
        base, home, codes, today = self.settings.base, self.settings.home, load_code_lists(), now()[:10]
        with writing(home), Workbench(self.settings.workbench, base) as workbench:
            runs, self.rekeyed = workbench.runs()[:1], Rekeyed(home)
            self.sources = {source.id: source for source in workbench.sources()}
            self.records = {(record.source, record.key): record for record in workbench.records()}
            found = entities(((record, record_quads(record)) for record in self.records.values()), base)
            self.entities, self._disk = {local_id(iri, base): entity for iri, entity in found.items()}, self._tables()
            with closing(Pairs(home / "matching.sqlite")) as pairs:
                known = list(self._disk.values())
                self._matched = match(organisations(found), known, self._names, codes, base, today, pairs)
            self._read()
            self._runs = runs

    def _paths(self) -> dict[Path, tuple[int, int]]:
        """The tables of decisions, the product's and then the home folder's, with what tells that one changed."""
        paths = (path for path in self.curated.tables(self.settings.home, "decisions.tsv") if path.exists())
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in paths}

    def _tables(self) -> dict[str, Decision]:
        return {row.id: row for path in self._paths() for row in self.rekeyed.decisions(read_decisions(path))}

    def _read(self) -> None:
        """Lay the tables of decisions, as they are now, over what the rules say of the records that were read."""
        stamp, disk = self._paths(), self._tables()
        self.rows = {row.id: row for row in self._matched.decisions if row.id in disk or row.id not in self._disk}
        self.rows |= {name: row for name, row in disk.items() if self._disk.get(name) != row}
        self.in_force = self._known(self.rows.values())
        self.joined = components(self.in_force, self.entities)
        asked = queue(self._matched.near, self._matched.held, self.joined, self.in_force)
        for pair, row in self.in_force.items():
            told = _FIELDS.search(row.evidence) if row.author_id != AUTOMATIC else None
            if told and told[1] != self._fields(pair):
                asked.append(Candidate(*pair, row.judgement, row.evidence, "facts changed", self.likeness(*pair)))
        self.queue, self._stamp = sorted(asked, key=lambda one: (-one.doubt, one)), stamp

    def _known(self, rows: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
        """The decisions in force on entities that exist."""
        return {pair: row for pair, row in in_force(rows).items() if self.entities.keys() >= set(pair)}

    def refresh(self) -> None:
        """Take in what a run or another steward wrote; while a run still writes, the records stay as they were."""
        with self._lock, suppress(HomeInUse), Workbench(self.settings.workbench, self.settings.base) as workbench:
            if workbench.runs()[:1] != self._runs:
                self._load()
            if self._paths() != self._stamp:
                self._read()

    def next_after(self, last: Candidate | None) -> Candidate | None:
        """The candidate to ask after one that may have left the queue by now, or None at its end."""
        return next((one for one in self.queue if last and (-one.doubt, one) > (-last.doubt, last)), None)

    def name(self, entity: str) -> str:
        """The first name of an entity, or its id where it has none."""
        return (self.entities[entity].names or [entity])[0]

    def likeness(self, one: str, other: str) -> float:
        """How alike the most alike names of two entities are, from 0 to 1."""
        return likeness(*([fold_name(name) for name in self.entities[entity].names] for entity in (one, other)))

    def pair(self, one: str, other: str) -> tuple[str, str]:
        """Two entities, the smaller first. Raises :class:`ReviewError` where one is not there, or both are one."""
        if one == other or not self.entities.keys() >= {one, other}:
            raise ReviewError(f"{one!r} and {other!r}: expected the ids of two entities that sources have.")
        return min(one, other), max(one, other)

    def judge(self, one: str, other: str, judgement: str, author: str, why: str = "", seen: str = "") -> Decision:
        """Judge a pair; *part of* says that ``one`` is a part. ``seen``: the decision that the reviewer saw in force.

        Raises :class:`ReviewError`, :class:`JudgedMeanwhile`, or :class:`Contradiction`; then nothing is written.
        """
        pair, why = self.pair(one, other), "".join(c for c in " ".join(why.split()) if c.isprintable())[:500]
        if judgement not in decisions.JUDGEMENTS or MAIL_ADDRESS.search(why):
            raise ReviewError(f"{judgement!r}, {why!r}: expected a judgement, and a reason without mail addresses.")
        with self._writing(pair, seen, author):
            rows = [row for row in self.rows.values() if row.pair == pair]
            told = filter(None, (why, f"part={one}" * (judgement == "part of"), f"fields={self._fields(pair)}"))
            new = decide(*pair, judgement, "curated", "; ".join(told), author, now()[:10], len(rows))
            self._write(new, *(replace(row, superseded_by=new.id) for row in rows if not row.superseded_by))
        return new

    def undo(self, decision_id: str, author: str) -> Decision:
        """Take a person's judgement back: what it superseded is in force again, as if it had never been made.

        It stays as a row, superseded by a withdrawal that is never in force itself, which is returned.
        Raises :class:`ReviewError`, :class:`JudgedMeanwhile`, or :class:`Contradiction`; then nothing is written.
        """
        row = self.rows.get(decision_id)
        if row is None or row.author_id == AUTOMATIC:
            raise ReviewError(f"There is no judgement {decision_id!r} of a person: nothing was taken back.")
        with self._writing(row.pair, row.id, author):
            count = sum(row.pair == other.pair for other in self.rows.values())
            new = decide(*row.pair, "unsure", "withdrawal", f"withdraws {row.id}", author, now()[:10], count)
            before = (replace(old, superseded_by="") for old in self.rows.values() if old.superseded_by == row.id)
            self._write(replace(new, superseded_by=new.id), replace(row, superseded_by=new.id), *before)
        return new

    @contextmanager
    def _writing(self, pair: tuple[str, str], seen: str, author: str) -> Iterator[None]:
        """Hold the writer lock (another holder is waited for), with the tables read anew and the pair as it was."""
        if author == AUTOMATIC or not AGENT.fullmatch(author):
            raise ReviewError(f"The author is {author!r}: expected an agent's id of a-z, 0-9 and -, as steward-1.")
        with self._lock, ExitStack() as opened:
            for left in reversed(range(30)):
                with suppress(HomeInUse) if left else nullcontext():
                    opened.enter_context(writing(self.settings.home))
                    break
                time.sleep(0.1)
            self._read()
            row = self.in_force.get(pair)
            if (row.id if row else "") != seen:
                told = f"{row.author_id} judged them {row.judgement!r}" if row else "a judgement was taken back"
                raise JudgedMeanwhile(f"{pair[0]} and {pair[1]}: {told} meanwhile. Nothing was written: look again.")
            yield

    def _write(self, *changed: Decision) -> None:
        after, path = {row.id: row for row in changed}, self.settings.home / "decisions.tsv"
        components(self._known((self.rows | after).values()), self.entities)
        write_decisions(path, ({row.id: row for row in read_decisions(path)} | after).values())
        self._read()

    def _fields(self, pair: tuple[str, str]) -> str:
        told: list[object] = []
        for one in (self.entities[name] for name in pair):
            told += [one.kind, sorted(one.names), sorted(one.countries), sorted(one.cities)]
            told += [sorted(one.sites), sorted(one.identifiers), sorted(one.faulty)]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:12]
