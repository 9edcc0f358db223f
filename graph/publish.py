"""Publishing: build a release beside the old one, check it, and switch it in."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, Triple

from talkoot.graph.checks import run_checks
from talkoot.graph.corrections import Correction, corrected
from talkoot.graph.dcat import about, catalogue, dump_address
from talkoot.graph.gate import BATCH, Gate
from talkoot.graph.identity.features import record_quads
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.rekey import Rekeyed
from talkoot.graph.identity.resolve import Curated, Identity, resolve
from talkoot.graph.merge import merge
from talkoot.graph.provenance import framework_quads, identity_quads, provenance_quads
from talkoot.graph.rdf_text import n_quads
from talkoot.graph.records import MappedRecord
from talkoot.graph.release import Release, building_folder, current_release, finish, next_number, releases, switch
from talkoot.graph.search_index import build_search_index
from talkoot.graph.settings import Settings
from talkoot.graph.void import void_description
from talkoot.graph.workbench import KeptRecord, Workbench, now
from talkoot.ontology import vocabulary_triples

Progress = Callable[[str], None]


class PublishHeld(RuntimeError):
    """A guard holds the release back; the message says which and how to let it pass."""


class PublishFailed(RuntimeError):
    """The release breaks a check and is not published; the message names check and nodes."""


@dataclass(slots=True)
class Loss:
    """Records of a source that were in the last release and are gone."""

    source: str
    before: int
    gone: int
    why: str = ""


@dataclass(slots=True)
class Publication:
    """What publishing came to."""

    release: Release
    identity: Identity
    changes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    idle: list[Correction] = field(default_factory=list)


def publish(
    workbench: Workbench,
    settings: Settings,
    curated: Curated,
    names: NameTable,
    accepted: Mapping[str, str] | None = None,
    progress: Progress = lambda step: None,
    corrections: Sequence[Correction] = (),
) -> Publication:
    """Build, check and switch in the next release. Call it while holding the writer lock.

    ``accepted`` gives the reason for each source whose loss of records may pass the guard. What ``corrections`` replace
    or hide stays in its record's graph and out of the merged view.
    Raises :class:`PublishHeld` or :class:`PublishFailed`; the current release then stays.
    """
    progress("who is who")
    identity = resolve(workbench, settings, curated, names)
    records = [record for record, _ in identity.records]
    if not records:
        raise PublishFailed("There is nothing to publish: no source was harvested yet (talkoot harvest --bundled).")
    last = current_release(settings)
    before = _read_records(last.folder / "records.tsv", Rekeyed(settings.home)) if last else {}
    changes = _changes(before, records)
    losses = _losses(before, changes, settings, accepted or {})
    progress("gate")
    _check_gate(records, Gate())
    number = next_number(settings)
    folder = building_folder(settings, number)
    progress("merged view")
    seen_by_merge, idle = corrected(identity.records, corrections, identity.canonical, settings.base)
    merged = merge(seen_by_merge, identity.canonical, settings.base)
    sources = workbench.sources()
    runs = {row["id"]: row for row in workbench.runs()}
    complete = workbench.last_complete_runs()
    seen = {source: row["started"] for source, row in complete.items()}
    beside = [
        *provenance_quads(records, sources, runs, seen, settings.base),
        *identity_quads(identity.canonical, identity.decisions, identity.ledger, settings.base),
        *framework_quads(settings.base),
    ]
    progress("quads")
    lines = _lines([*merged, *vocabulary_triples()], beside, records)
    quads = folder / "graph.nq"
    quads.write_text("".join(lines), encoding="utf-8")
    progress("store")
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(quads), format=RdfFormat.N_QUADS)
    store.optimize()
    progress("checks")
    faults = run_checks(store)
    if faults:
        raise PublishFailed("The release is not published:\n" + "\n".join(faults))
    progress("search index")
    kinds = build_search_index(folder / "search.sqlite", merged, settings.base)
    void = void_description(store, settings.base, kinds, about(settings), dump_address(settings, number))
    (folder / "void.ttl").write_text(void, encoding="utf-8")
    store.flush()
    del store
    with (folder / "graph.nq.gz").open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        packed.write(quads.read_bytes())
    quads.unlink()
    _write_records(folder / "records.tsv", records)
    counts = Counter(record.source for record in records)
    (folder / "sources.json").write_text(_sources(workbench, counts), encoding="utf-8")
    manifest: dict[str, Any] = {
        "number": number,
        "published": now(),
        "base": settings.base,
        "quads": len(lines),
        "records": len(records),
        "kinds": kinds,
        "canonical_ids_minted": identity.minted,
        "decisions": len(identity.decisions),
        "sources": {
            source.id: {"records": counts[source.id], "run": complete.get(source.id, {}).get("id")}
            for source in sources
        },
        "changes": changes,
        "accepted_losses": [asdict(loss) for loss in losses],
        "versions": {name: version(name) for name in ("talkoot", "pyoxigraph")} | {"ontology": ONTOLOGY_VERSION},
        "files": {name: _checksum(folder / name) for name in
                  ("graph.nq.gz", "search.sqlite", "void.ttl", "records.tsv", "sources.json")},
    }  # fmt: skip
    first = min([release.manifest["published"] for release in releases(settings)], default=manifest["published"])
    described = catalogue(manifest, first, sources, settings)
    (folder / "dcat.ttl").write_text(described, encoding="utf-8")
    manifest["files"]["dcat.ttl"] = _checksum(folder / "dcat.ttl")
    progress("switch")
    release = finish(settings, folder, manifest)
    switch(settings, number)
    return Publication(release, identity, changes, idle)


ONTOLOGY_VERSION = "1.0.0"


def _lines(merged: Iterable[Triple], beside: Iterable[Quad], records: Iterable[KeptRecord]) -> list[str]:
    """All quads as sorted N-Quads lines: the same workbench gives the same bytes."""
    found = set(n_quads(merged).splitlines(keepends=True))
    found.update(n_quads(beside).splitlines(keepends=True))
    for record in records:
        found.update(record.quads.splitlines(keepends=True))
    return sorted(found)


def _check_gate(records: Sequence[KeptRecord], gate: Gate) -> None:
    """Check records that were kept under other shapes than today's; the rest passed when they were kept."""
    old = [record for record in records if record.shapes_hash != gate.shapes_hash]
    for start in range(0, len(old), BATCH):
        batch = [
            MappedRecord(r.source, r.key, r.origin, tuple(quad.triple for quad in record_quads(r)))
            for r in old[start : start + BATCH]
        ]
        for key, violations in gate.check(batch).items():
            first = violations[0]
            raise PublishFailed(
                f"The record {key} breaks a shape of the publish gate: {first.message} "
                f"({first.path} of {first.node}). Harvest its source again, or correct the record."
            )


def _changes(before: Mapping[tuple[str, str], str], records: Iterable[KeptRecord]) -> dict[str, dict[str, list[str]]]:
    """By source, the keys of records that are new, changed or gone since the last release."""
    after = {(record.source, record.key): record.content_hash for record in records}
    found: dict[str, dict[str, list[str]]] = {}
    for source, key in sorted(before.keys() | after.keys()):
        place = source, key
        if before.get(place) == after.get(place):
            continue
        word = "new" if place not in before else "gone" if place not in after else "changed"
        found.setdefault(source, {"new": [], "changed": [], "gone": []})[word].append(key)
    return found


def _losses(
    before: Mapping[tuple[str, str], str],
    changes: Mapping[str, Mapping[str, list[str]]],
    settings: Settings,
    accepted: Mapping[str, str],
) -> list[Loss]:
    counts = Counter(source for source, _ in before)
    held: list[Loss] = []
    passed: list[Loss] = []
    for source, count in sorted(counts.items()):
        gone = len(changes.get(source, {}).get("gone", []))
        if source == "curated" or gone < settings.loss_records or gone <= settings.loss_share * count:
            continue
        loss = Loss(source, count, gone, accepted.get(source, ""))
        (passed if loss.why else held).append(loss)
    if held:
        sentences = [
            f"{loss.gone} of the {loss.before} records of {loss.source} are gone since the last release "
            f"(more than {settings.loss_share:.0%} and at least {settings.loss_records}). If that is right: "
            f'talkoot publish --accept-loss {loss.source} --why "…"'
            for loss in held
        ]
        raise PublishHeld("The release is held back. " + " ".join(sentences))
    return passed


def _read_records(path: Path, rekeyed: Rekeyed) -> dict[tuple[str, str], str]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        source, key, content_hash = line.split("\t")
        found[source, rekeyed.key(source, key)] = content_hash
    return found


def _write_records(path: Path, records: Iterable[KeptRecord]) -> None:
    lines = sorted(f"{record.source}\t{record.key}\t{record.content_hash}\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")


def _sources(workbench: Workbench, counts: Counter[str]) -> str:
    """What pages tell of each source: its description, its last run and the issues that run still had."""
    runs: dict[str, dict[str, Any]] = {}
    for row in workbench.runs():
        runs.setdefault(row["source"], row)
    told = [
        asdict(source)
        | {"records": counts[source.id], "last_run": runs.get(source.id), "issues": workbench.issues(source.id)}
        for source in workbench.sources()
    ]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _checksum(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
