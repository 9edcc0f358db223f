"""Harvest jobs: read, check, map, validate and keep one source after the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from queue import SimpleQueue

from talkoot.graph.gate import ABREAST, BATCH, Gate
from talkoot.graph.identity.names import NameTable
from talkoot.graph.issues import Issue
from talkoot.graph.settings import Settings
from talkoot.graph.suppression import Suppression
from talkoot.graph.workbench import ValidatedRecord, Workbench
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.archive import Fetcher, ReplayFetcher, forget
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.mappings import MAPPING_VERSION, map_record
from talkoot.harvesters.readers import READERS, TELL_CHANGES, Reading, Row
from talkoot.harvesters.record_graph import Tables
from talkoot.ontology import load_code_lists
from talkoot.ontology.shacl import Result

Progress = Callable[[str, int], None]
Items = Iterator[Row | Issue]
_FEW, _MUCH = 5, 0.1
"""Keys, and the share of a source's keys, that may be new while as many are gone: more look like a change of keys."""
AHEAD = 500  # items that a reader may be ahead of their mapping


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run came to."""

    run: int
    source: str
    status: str
    read: int
    new: int
    changed: int
    unchanged: int
    gone: int
    set_aside: int
    note: str

    @property
    def failed(self) -> bool:
        """Whether the source's last good state stays because this run brought nothing that may replace it."""
        return self.status == "failed"


class Harvest:
    """Runs of sources over a workbench whose writer lock is held; without a network only bundled ones can be read."""

    def __init__(
        self, workbench: Workbench, settings: Settings, names: NameTable, gate: Gate, network: Network | None = None,
    ) -> None:  # fmt: skip
        self._workbench, self._settings, self._gate, self._network = workbench, settings, gate, network
        self._suppression = Suppression(settings.home)
        self._begun: deque[Callable[[], int]] = deque()
        self._tables = Tables(settings.base, load_code_lists(), names)

    def run_all(
        self, definitions: Iterable[Definition], progress: Progress = lambda source, count: None,
        replay: int | None = None, limit: int | None = None, since: str = "",
    ) -> Iterator[RunReport]:  # fmt: skip
        """Harvest sources and tell of each what came of it, in their order; sites are read side by side.

        A complete run listed every record; a partial one met records without a readable key, or was limited to a
        number of them, so nothing is taken as gone after it; a failed one brought no sound record, or fewer than the
        definition's bounds ask for, and the source's last good state stays. ``replay`` reads a run's archive again.
        With ``since`` (an ISO date) a source that can tell is asked for what changed on that day or later.
        """
        with ExitStack() as opened:
            opened.callback(self._gate.close)
            for definition, run, items in [(one, *self._start(one, replay, since, opened)) for one in definitions]:
                some = bool(since) and definition.reader in TELL_CHANGES
                yield self._run(definition, run, items, progress, limit, some=some)
                if self._network is not None and definition.personal_data and not definition.bundled:
                    forget(self._network.root, definition.id, self._settings.archive_days, self._network.log)

    def _start(self, definition: Definition, replay: int | None, since: str, opened: ExitStack) -> tuple[int, Items]:
        run = self._workbench.begin_run(definition, MAPPING_VERSION)
        reader, longest, network = READERS[definition.reader], self._settings.max_line_bytes, self._network
        if definition.bundled or network is None:
            return run, reader(definition, Reading(longest))
        secrets = definition.reading.get("secrets", ())
        if replay is not None:
            replayed = ReplayFetcher(definition.id, replay, network.log, network.root, secrets)
            return run, reader(definition, Reading(longest, replayed.fetch))
        fetcher = Fetcher(network, definition.id, run, secrets=secrets)
        opened.callback(fetcher.close)
        items = opened.enter_context(read_ahead(reader(definition, Reading(longest, fetcher.fetch, since))))
        opened.callback(network.stop.set)  # runs first: what still waits for its turn ends at once
        return run, items

    def _run(
        self, definition: Definition, run: int, items: Items, progress: Progress, limit: int | None, *, some: bool
    ) -> RunReport:
        self._begun.clear()
        listed = taken = 0  # keys, be their records sound or not, and those of sound ones
        batch: list[SourceRecord] = []
        issues: list[Issue] = []
        whole, enough, sound, faults = not some, definition.least == 0 or limit is not None or some, 0, 0
        for item in items:
            checked = [item] if isinstance(item, Issue) else check_row(definition, item)
            if isinstance(checked, list):
                issues += checked
                faults += sum(issue.sets_aside for issue in checked)
                whole = whole and all(issue.key or not issue.sets_aside for issue in checked)
                # A record that is listed but broken is not gone: its last good state stays.
                for key in {issue.key for issue in checked if issue.key}:
                    listed += self._workbench.list_key(run, key, sound=False)[0]
            else:
                new, first = self._workbench.list_key(run, checked.key)
                listed += new
                taken += first
                if first:
                    batch.append(checked)
                else:
                    message = f"the key {checked.key!r} stands on an earlier line too"
                    issues.append(checked.issue("duplicate-key", message, field=", ".join(definition.keys),
                                                value=checked.key, expected="each key once"))  # fmt: skip
            if limit is not None and taken >= limit:
                whole = False
                break
            if not enough and listed >= definition.least:
                enough = True
                issues += (thin := _thin(definition, batch))
                if thin:
                    batch, whole = [], False
                    break
            if enough and len(batch) + len(issues) >= BATCH:
                sound += self._keep(run, definition, batch, issues)
                progress(definition.id, len(batch))
                batch, issues = [], []
        issues += [] if some else _bounds(definition, listed, faults)
        if not enough:
            batch = []  # too few to be the source as it was: its last good state stays
        sound += self._keep(run, definition, batch, issues, last=True)
        progress(definition.id, len(batch))
        status, note = "complete", ""
        if some and (sound or not issues):
            status, note = "partial", "only what changed of late was asked for; what is not listed is not taken as gone"
        elif not sound:
            reasons = [f"{issue.field} {issue.message}".strip() + f", expected {issue.expected}"
                       for issue in issues if issue.code in ("bounds", "thin-field")]  # fmt: skip
            reason = "; ".join(reasons) or f"{definition.place} brings no sound record"
            status, note = "failed", f"{reason}; the last good state stays"
        elif not whole:
            status, note = "partial", "some records could not be read; what is not listed is not taken as gone"
        grace = 1 if definition.bundled else self._settings.grace_runs
        row = self._workbench.finish_run(run, definition.id, status, note, grace)
        if min(row["new"], row["gone"]) > max(_FEW, _MUCH * listed):
            note = "as many keys are new as are gone: if the source only changed them, see talkoot rekey"
            row |= {"note": note}
        counts = {name: row[name] for name in ("read", "new", "changed", "unchanged", "gone", "set_aside", "note")}
        return RunReport(run, definition.id, status, **counts)

    def _keep(
        self, run: int, definition: Definition, records: list[SourceRecord], issues: list[Issue],
        *, last: bool = False,
    ) -> int:  # fmt: skip
        """Map records and begin their check, and keep issues and those whose check was begun before, at the last all.

        Says how many are sound.
        """
        sound = 0
        for start in range(0, len(records), BATCH):
            batch = {record.key: record for record in records[start : start + BATCH]}
            mapped, found = {}, []
            for key, record in batch.items():
                graph = map_record(record, self._tables)
                found += graph.issues
                said = graph.mapped()
                said = replace(said, triples=self._suppression.kept(said.triples))
                quads = said.quads_text(self._settings.base)
                mapped[key] = ValidatedRecord(said, quads, said.content_hash(quads), self._gate.shapes_hash)
            hashes = {key: one.content_hash for key, one in mapped.items()}
            changed = self._workbench.changed(definition.id, hashes, self._gate.shapes_hash)
            checked = self._gate.begin([one.record for key, one in mapped.items() if key in changed])
            self._begun.append(partial(self._keep_checked, run, batch, mapped, changed, found, checked))
            while len(self._begun) > ABREAST:
                sound += self._begun.popleft()()
        while last and self._begun:
            sound += self._begun.popleft()()
        if issues:
            self._workbench.keep(run, [], 0, issues, MAPPING_VERSION)
        return sound

    def _keep_checked(
        self, run: int, batch: dict[str, SourceRecord], mapped: dict[str, ValidatedRecord], changed: Container[str],
        found: list[Issue], checked: Callable[[], dict[str, list[Result]]],
    ) -> int:  # fmt: skip
        violations = checked()
        found += [
            batch[key].issue("shape", one.message, field=one.path, value=one.value, expected=one.node)
            for key, violated in violations.items() for one in violated
        ]  # fmt: skip
        kept = [one for key, one in mapped.items() if key in changed and key not in violations]
        unchanged = sum(key not in changed for key in mapped)
        self._workbench.keep(run, kept, unchanged, found, MAPPING_VERSION)
        return unchanged + len(kept)


def _thin(definition: Definition, records: list[SourceRecord]) -> list[Issue]:
    """Fields that too few of the first records have: the source's layout has probably changed."""
    count, fill = len(records), definition.fill if records else {}
    shares = {name: sum(name in record.values for record in records) / count for name in fill}
    return [
        Issue("thin-field", definition.id, f"only {share:.0%} of the first {count} records have it",
              file=definition.place, field=name, value=f"{share:.2f}", expected=f"at least {fill[name]:.0%}")
        for name, share in shares.items() if share < fill[name]
    ]  # fmt: skip


def _bounds(definition: Definition, count: int, faults: int) -> list[Issue]:
    least, most = definition.least, definition.most
    if count == 0 and not faults:
        return [Issue("file-empty", definition.id, "the last good state stays", file=definition.place,
                      expected=f"at least {max(1, least)} records")]  # fmt: skip
    if 0 < count < least or (most is not None and count > most):
        expected = f"at least {least}{f' and at most {most}' if most is not None else ''} records"
        return [Issue("bounds", definition.id, f"{count} records", file=definition.place, value=str(count),
                      expected=expected)]  # fmt: skip
    return []


@contextmanager
def read_ahead(items: Items) -> Iterator[Items]:
    """The items of a reader that works ahead in a thread, so that no site holds up another; its error ends them."""
    ready: SimpleQueue[Row | Issue | None] = SimpleQueue()
    room, stopped = threading.Semaphore(AHEAD), threading.Event()

    def read() -> None:
        try:
            for item in items:
                ready.put(item)
                room.acquire()
                if stopped.is_set():
                    return
        finally:
            ready.put(None)

    def taken() -> Items:
        while item := ready.get():
            room.release()
            yield item
        work.result()

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(read)
        try:
            yield taken()
        finally:
            stopped.set()
            room.release()
