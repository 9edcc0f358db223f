"""Harvest jobs: read, check, map, validate and keep one source after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from talkoot.graph.gate import BATCH, Gate
from talkoot.graph.identity.names import NameTable
from talkoot.graph.issues import Issue
from talkoot.graph.records import MappedRecord
from talkoot.graph.settings import Settings
from talkoot.graph.suppression import Suppression
from talkoot.graph.workbench import ValidatedRecord, Workbench
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.archive import forget
from talkoot.harvesters.fetching.fetcher import Fetcher, ReplayFetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.mappings import MAPPING_VERSION, map_record
from talkoot.harvesters.prefetch import ReadAhead
from talkoot.harvesters.readers import READERS, Reading, Row
from talkoot.harvesters.record_graph import Tables
from talkoot.ontology import load_code_lists

Progress = Callable[[str, int], None]


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
        self._workbench = workbench
        self._settings = settings
        self._gate = gate
        self._network = network
        self._suppression = Suppression(settings.home)
        self._tables = Tables(settings.base, load_code_lists(), names)

    def run_all(
        self, definitions: Iterable[Definition], progress: Progress = lambda source, count: None,
        replay: int | None = None, limit: int | None = None,
    ) -> Iterator[RunReport]:  # fmt: skip
        """Harvest sources and tell of each what came of it, in their order; sites are read side by side.

        A complete run listed every record; a partial one met records without a readable key, or was limited to a
        number of them, so nothing is taken as gone after it; a failed one brought no sound record, or fewer than the
        definition's bounds ask for, and the source's last good state stays. ``replay`` reads a run's archive again.
        """
        with ExitStack() as opened:
            started = [(one, *self._start(one, replay, opened)) for one in definitions]
            for definition, run, items in started:
                yield self._run(definition, run, items, progress, limit)
                if self._network is not None and definition.personal_data and not definition.bundled:
                    forget(self._network.root, definition.id, self._settings.archive_days, self._network.log)

    def run(self, definition: Definition) -> RunReport:
        """Harvest one source."""
        (report,) = self.run_all([definition])
        return report

    def _start(
        self, definition: Definition, replay: int | None, opened: ExitStack
    ) -> tuple[int, Iterable[Row | Issue]]:
        run = self._workbench.begin_run(definition, MAPPING_VERSION)
        reader, longest = READERS[definition.reader], self._settings.max_line_bytes
        if definition.bundled or self._network is None:
            return run, reader(definition, Reading(longest))
        secrets = definition.reading.get("secrets", ())
        if replay is not None:
            replayed = ReplayFetcher(definition.id, replay, self._network.log, self._network.root, secrets)
            return run, reader(definition, Reading(longest, replayed.fetch))
        fetcher = Fetcher(self._network, definition.id, run, secrets=secrets)
        opened.callback(fetcher.close)
        ahead = ReadAhead(reader(definition, Reading(longest, fetcher.fetch)))
        opened.callback(ahead.close)
        opened.callback(self._network.stop.set)  # runs first: what still waits for its turn ends at once
        return run, ahead

    def _run(
        self, definition: Definition, run: int, items: Iterable[Row | Issue], progress: Progress, limit: int | None
    ) -> RunReport:
        keys: set[str] = set()  # all that are listed, be they sound or not
        taken: set[str] = set()
        batch: list[SourceRecord] = []
        issues: list[Issue] = []
        whole, enough, sound, faults = True, definition.least == 0 or limit is not None, 0, 0
        for item in items:
            checked = [item] if isinstance(item, Issue) else check_row(definition, item)
            if isinstance(checked, list):
                issues += checked
                faults += sum(issue.sets_aside for issue in checked)
                whole = whole and all(issue.key or not issue.sets_aside for issue in checked)
                # A record that is listed but broken is not gone: its last good state stays.
                keys.update(issue.key for issue in checked if issue.key)
            elif checked.key in taken:
                issues.append(
                    checked.issue("duplicate-key", f"the key {checked.key!r} stands on an earlier line too",
                                  field=", ".join(definition.keys), value=checked.key, expected="each key once")
                )  # fmt: skip
            else:
                keys.add(checked.key)
                taken.add(checked.key)
                batch.append(checked)
            if limit is not None and len(taken) >= limit:
                whole = False
                break
            if not enough and len(keys) >= definition.least:
                enough = True
                issues += (thin := self._thin(definition, batch))
                if thin:
                    batch, whole = [], False
                    break
            if enough and len(batch) + len(issues) >= BATCH:
                sound += self._keep_all(run, definition, batch, issues)
                progress(definition.id, len(batch))
                batch, issues = [], []
        issues += self._bounds(definition, len(keys), faults)
        if not enough:
            batch = []  # too few to be the source as it was: its last good state stays
        sound += self._keep_all(run, definition, batch, issues, keys)
        progress(definition.id, len(batch))
        status, note = self._status(definition, sound, whole, issues)
        grace = 1 if definition.bundled else self._settings.grace_runs
        row = self._workbench.finish_run(run, definition.id, status, note, grace)
        names = ("read", "new", "changed", "unchanged", "gone", "set_aside", "note")
        return RunReport(run, definition.id, status, **{name: row[name] for name in names})

    def _keep_all(
        self, run: int, definition: Definition, records: list[SourceRecord], issues: list[Issue],
        listed: Iterable[str] = (),
    ) -> int:  # fmt: skip
        """Map, check and keep records with the issues found so far, a batch at a time; says how many are sound."""
        sound = 0
        for start in range(0, len(records), BATCH):
            sound += self._keep(run, definition, records[start : start + BATCH], [], ())
        self._keep(run, definition, [], issues, listed)
        return sound

    def _thin(self, definition: Definition, records: list[SourceRecord]) -> list[Issue]:
        """Fields that too few of the first records have: the source's layout has probably changed."""
        if not records:
            return []
        shares = {name: sum(name in record.values for record in records) / len(records) for name in definition.fill}
        return [
            Issue("thin-field", definition.id, f"only {share:.0%} of the first {len(records)} records have it",
                  file=definition.place, field=name, value=f"{share:.2f}",
                  expected=f"at least {definition.fill[name]:.0%}")
            for name, share in shares.items() if share < definition.fill[name]
        ]  # fmt: skip

    def _keep(
        self, run: int, definition: Definition, batch: list[SourceRecord], issues: list[Issue], listed: Iterable[str]
    ) -> int:
        """Map, check and keep a batch with its issues; says how many records are sound."""
        graphs = [map_record(record, self._tables) for record in batch]
        mapped: dict[str, tuple[MappedRecord, str, str]] = {}
        for graph in graphs:
            issues += graph.issues
            record = graph.mapped()
            record = replace(record, triples=self._suppression.kept(record.triples))
            quads = record.quads_text(self._settings.base)
            mapped[record.key] = (record, quads, record.content_hash(quads))
        hashes = {key: content_hash for key, (_, _, content_hash) in mapped.items()}
        changed = self._workbench.changed(definition.id, hashes, self._gate.shapes_hash)
        violations = self._gate.check([mapped[key][0] for key in mapped if key in changed])
        by_key = {record.key: record for record in batch}
        for key, found in violations.items():
            for violation in found:
                issues.append(
                    by_key[key].issue("shape", violation.message, field=violation.path, value=violation.value,
                                      expected=violation.node)
                )  # fmt: skip
        kept = [
            ValidatedRecord(*mapped[key], self._gate.shapes_hash)
            for key in mapped
            if key in changed and key not in violations
        ]
        unchanged = len(mapped) - len(changed)
        self._workbench.keep(run, kept, unchanged, [*mapped, *listed], issues, MAPPING_VERSION)
        return unchanged + len(kept)

    def _bounds(self, definition: Definition, count: int, faults: int) -> list[Issue]:
        file = definition.place
        if count == 0 and not faults:
            return [Issue("file-empty", definition.id, "the last good state stays", file=file,
                          expected=f"at least {max(1, definition.least)} records")]  # fmt: skip
        if 0 < count < definition.least or (definition.most is not None and count > definition.most):
            most = f" and at most {definition.most}" if definition.most is not None else ""
            return [Issue("bounds", definition.id, f"{count} records", file=file, value=str(count),
                          expected=f"at least {definition.least}{most} records")]  # fmt: skip
        return []

    def _status(self, definition: Definition, sound: int, whole: bool, issues: list[Issue]) -> tuple[str, str]:
        if sound == 0:
            reasons = [f"{issue.field} {issue.message}".strip() + f", expected {issue.expected}"
                       for issue in issues if issue.code in ("bounds", "thin-field")]  # fmt: skip
            reason = "; ".join(reasons) or f"{definition.place} brings no sound record"
            return "failed", f"{reason}; the last good state stays"
        if not whole:
            return "partial", "some records could not be read; what is not listed is not taken as gone"
        return "complete", ""
