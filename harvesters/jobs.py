"""Harvest jobs: read, check, map, validate and keep one source after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from talkoot.graph.gate import BATCH, Gate
from talkoot.graph.identity.names import NameTable
from talkoot.graph.issues import Issue
from talkoot.graph.records import MappedRecord
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import ValidatedRecord, Workbench
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.mappings import MAPPING_VERSION, map_record
from talkoot.harvesters.readers import READERS
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
    """One source's run over a workbench whose writer lock is held."""

    def __init__(self, workbench: Workbench, settings: Settings, names: NameTable, gate: Gate) -> None:
        self._workbench = workbench
        self._settings = settings
        self._gate = gate
        self._tables = Tables(settings.base, load_code_lists(), names)

    def run(self, definition: Definition, progress: Progress = lambda source, count: None) -> RunReport:
        """Harvest one source and say what came of it.

        A complete run listed every record; a partial one met records without a readable key, so nothing is
        taken as gone after it; a failed one brought no sound record, and the source's last good state stays.
        """
        run = self._workbench.begin_run(definition, MAPPING_VERSION)
        keys: set[str] = set()  # all that are listed, be they sound or not
        taken: set[str] = set()
        batch: list[SourceRecord] = []
        issues: list[Issue] = []
        whole, sound, faults = True, 0, 0
        for item in READERS[definition.reader](definition, self._settings.max_line_bytes):
            checked = [item] if isinstance(item, Issue) else check_row(definition, item)
            if isinstance(checked, list):
                issues += checked
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
            if len(batch) + len(issues) >= BATCH:
                faults += sum(issue.sets_aside for issue in issues)
                sound += self._keep(run, definition, batch, issues)
                progress(definition.id, len(batch))
                batch, issues = [], []
        faults += sum(issue.sets_aside for issue in issues)
        issues += self._bounds(definition, len(keys), faults)
        sound += self._keep(run, definition, batch, issues, keys)
        progress(definition.id, len(batch))
        status, note = self._status(definition, sound, whole)
        row = self._workbench.finish_run(run, definition.id, status, note)
        names = ("read", "new", "changed", "unchanged", "gone", "set_aside", "note")
        return RunReport(run, definition.id, status, **{name: row[name] for name in names})

    def _keep(
        self, run: int, definition: Definition, batch: list[SourceRecord], issues: list[Issue],
        listed: Iterable[str] = (),
    ) -> int:  # fmt: skip
        """Map, check and keep a batch with its issues; says how many records are sound."""
        graphs = [map_record(record, self._tables) for record in batch]
        mapped: dict[str, tuple[MappedRecord, str, str]] = {}
        for graph in graphs:
            issues += graph.issues
            record = graph.mapped()
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
        file = definition.entry.name
        if count == 0 and not faults:
            return [Issue("file-empty", definition.id, "the last good state stays", file=file,
                          expected=f"at least {max(1, definition.least)} records")]  # fmt: skip
        if 0 < count < definition.least or (definition.most is not None and count > definition.most):
            most = f" and at most {definition.most}" if definition.most is not None else ""
            return [Issue("bounds", definition.id, f"{count} records", file=file, value=str(count),
                          expected=f"at least {definition.least}{most} records")]  # fmt: skip
        return []

    def _status(self, definition: Definition, sound: int, whole: bool) -> tuple[str, str]:
        if sound == 0:
            return "failed", f"{definition.entry.name} brings no sound record; the last good state stays"
        if not whole:
            return "partial", "some records could not be read; what is not listed is not taken as gone"
        return "complete", ""
