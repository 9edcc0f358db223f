"""Publishing: build a release beside the old one, check it, and switch it in."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, Triple

from talkoot.graph.checks import run_checks
from talkoot.graph.corrections import Correction, corrected
from talkoot.graph.coverage import coverage_quads
from talkoot.graph.descriptions import catalogue, void_description
from talkoot.graph.dumps import is_open, open_part, release_files, write_dumps
from talkoot.graph.gate import BATCH, Gate
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.rekey import Rekeyed
from talkoot.graph.identity.resolve import Curated, Identity, resolve
from talkoot.graph.merge import merge
from talkoot.graph.provenance import framework_quads, identity_quads, provenance_quads
from talkoot.graph.rdf_text import lines_of, n_quads
from talkoot.graph.records import MappedRecord
from talkoot.graph.release import ONTOLOGY_VERSION, Release, building_folder, current_release, finish, releases
from talkoot.graph.search_index import build_search_index
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import KeptRecord, SourceDescription, Workbench, now
from talkoot.ontology import vocabulary_triples

Progress = Callable[[str], None]


class PublishHeld(RuntimeError):
    """A guard holds the release back; the message says which and how to let it pass."""


class PublishFailed(RuntimeError):
    """The release breaks a check and is not published; the message names check and nodes."""


def publish(
    workbench: Workbench,
    settings: Settings,
    curated: Curated,
    names: NameTable,
    accepted: Mapping[str, str] | None = None,
    progress: Progress = lambda step: None,
    corrections: Sequence[Correction] = (),
    load: Callable[[Path], None] = lambda folder: None,
) -> tuple[Release, list[Correction]]:
    """Build, check and switch in the next release; gives it with the corrections that meet nothing any more.

    Call it while holding the writer lock.

    ``accepted`` gives the reason for each source whose loss of records may pass the guard. What ``corrections`` replace
    or hide stays in its record's graph and out of the merged view. ``load`` takes the folder into an engine of its own.
    Raises :class:`PublishHeld` or :class:`PublishFailed`; the current release then stays.
    """
    base = settings.base
    progress("who is who")
    identity = resolve(workbench, settings, curated, names)
    records = [record for record, _ in identity.records]
    if not records:
        raise PublishFailed("There is nothing to publish: no source was harvested yet (talkoot harvest --bundled).")
    before = _last_records(settings)
    changes = _changes(before, records)
    losses = _losses(before, changes, settings, accepted or {})
    progress("gate")
    _check_gate(identity.records, Gate())
    number, folder = building_folder(settings)
    progress("merged view")
    seen_by_merge, idle = corrected(identity.records, corrections, identity.canonical, base)
    merged = merge(seen_by_merge, identity.canonical, base)
    sources, runs, complete = workbench.sources(), workbench.runs(), workbench.last_complete_runs()
    counts = Counter(record.source for record in records)
    progress("search index")
    kinds = build_search_index(folder / "search.sqlite", merged, base)
    progress("quads")
    lines = _lines(workbench, identity, merged, sources, base)
    lines.update(lines_of(n_quads(coverage_quads(folder / "search.sqlite", merged, sources, counts, base))))
    quads = "".join(sorted(lines)).encode()  # the same workbench gives the same bytes
    number_of_quads = len(lines)
    del lines  # which takes more memory than all that follows
    progress("store")
    store = Store(str(folder / "store"))
    store.bulk_load(quads, RdfFormat.N_QUADS)
    store.optimize()
    progress("checks")
    if faults := run_checks(store):
        raise PublishFailed("The release is not published:\n" + "\n".join(faults))
    kept = sorted(f"{record.source}\t{record.key}\t{record.content_hash}\n" for record in records)
    texts = {
        "void.ttl": void_description(store, number, kinds, settings),
        "records.tsv": "".join(kept),
        "sources.json": _sources(workbench, sources, runs, counts),
    }
    store.flush()
    del store
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    progress("dumps")
    with gzip.GzipFile(folder / "graph.nq.gz", "wb", 6, mtime=0) as file:
        file.write(quads)
    del quads
    opened = open_part(identity, base)
    shown = merge([one for one in seen_by_merge if is_open(one[0].origin.licence)], opened.canonical, base)
    theirs = [source for source in sources if source.id in {record.source for record, _ in opened.records}]
    write_dumps(folder, _lines(workbench, opened, shown, theirs, base), merged, base)
    manifest: dict[str, Any] = {
        "number": number,
        "published": now(),
        "base": base,
        "quads": number_of_quads,
        "records": len(records),
        "kinds": kinds,
        "canonical_ids_minted": identity.minted,
        "decisions": len(identity.decisions),
        "sources": {
            source.id: {"records": counts[source.id], "run": complete.get(source.id, {}).get("id")}
            for source in sources
        },
        "changes": changes,
        "accepted_losses": losses,
        "versions": {name: version(name) for name in ("talkoot", "pyoxigraph")} | {"ontology": ONTOLOGY_VERSION},
        "files": {path.name: _checksum(path) for path in folder.iterdir() if path.is_file()},
    }
    first = min([release.manifest["published"] for release in releases(settings)], default=manifest["published"])
    described = catalogue(manifest, first, sources, settings)
    (folder / "dcat.ttl").write_text(described, encoding="utf-8")
    manifest["files"]["dcat.ttl"] = _checksum(folder / "dcat.ttl")
    sums = [f"{told['sha256']}  {name}\n" for name, told in manifest["files"].items() if name in release_files()]
    (folder / "SHA256SUMS").write_text("".join(sorted(sums)), encoding="utf-8")
    manifest["files"]["SHA256SUMS"] = _checksum(folder / "SHA256SUMS")
    progress("engine")
    load(folder)
    progress("switch")
    return finish(settings, folder, manifest), idle


def _lines(
    workbench: Workbench, identity: Identity, merged: Iterable[Triple], sources: Iterable[SourceDescription], base: str
) -> set[str]:
    """What a release of some records and their merged view says, as lines of N-Quads."""
    records = [record for record, _ in identity.records]
    said: list[Triple | Quad] = [
        *merged,
        *vocabulary_triples(),
        *provenance_quads(records, sources, workbench.runs(), workbench.last_complete_runs(), base),
        *identity_quads(identity.canonical, identity.decisions, identity.ledger, base),
        *framework_quads(base),
    ]
    lines = set(lines_of(n_quads(said)))
    lines.update(line for record in records for line in lines_of(record.quads))
    return lines


def _check_gate(records: Iterable[tuple[KeptRecord, Sequence[Quad]]], gate: Gate) -> None:
    """Check records that were kept under other shapes than today's; the rest passed when they were kept."""
    old = [
        MappedRecord(record.source, record.key, record.origin, tuple(quad.triple for quad in quads))
        for record, quads in records
        if record.shapes_hash != gate.shapes_hash
    ]
    for start in range(0, len(old), BATCH):
        for key, violations in gate.check(old[start : start + BATCH]).items():
            first = violations[0]
            raise PublishFailed(
                f"The record {key} breaks a shape of the publish gate: {first.message} "
                f"({first.path} of {first.node}). Harvest its source again, or correct the record."
            )


def _changes(before: Mapping[tuple[str, str], str], records: Iterable[KeptRecord]) -> dict[str, dict[str, list[str]]]:
    """By source, the keys of records that are new, changed or gone since the last release."""
    after = {(record.source, record.key): record.content_hash for record in records}
    found: dict[str, dict[str, list[str]]] = {}
    for place in sorted(before.keys() | after.keys()):
        if before.get(place) != after.get(place):
            word = "new" if place not in before else "gone" if place not in after else "changed"
            found.setdefault(place[0], {"new": [], "changed": [], "gone": []})[word].append(place[1])
    return found


def _losses(
    before: Iterable[tuple[str, str]],
    changes: Mapping[str, Mapping[str, list[str]]],
    settings: Settings,
    accepted: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The sources of which too many records are gone, each for a reason. Raises :class:`PublishHeld` without one."""
    losses, held = [], []
    for source, count in sorted(Counter(source for source, _ in before).items()):
        gone = len(changes.get(source, {}).get("gone", []))
        if source == "curated" or gone < settings.loss_records or gone <= settings.loss_share * count:
            continue
        losses.append({"source": source, "before": count, "gone": gone, "why": accepted.get(source, "")})
        if not accepted.get(source):
            held.append(
                f"{gone} of the {count} records of {source} are gone since the last release "
                f"(more than {settings.loss_share:.0%} and at least {settings.loss_records}). If that is right: "
                f'talkoot publish --accept-loss {source} --why "…"'
            )
    if held:
        raise PublishHeld("The release is held back. " + " ".join(held))
    return losses


def _last_records(settings: Settings) -> dict[tuple[str, str], str]:
    """By source and key of today, the hashes of the current release's records."""
    if (last := current_release(settings)) is None:
        return {}
    rekeyed = Rekeyed(settings.home)
    rows = (line.split("\t") for line in (last.folder / "records.tsv").read_text(encoding="utf-8").splitlines())
    return {(source, rekeyed.key(source, key)): content_hash for source, key, content_hash in rows}


def _sources(
    workbench: Workbench,
    sources: Iterable[SourceDescription],
    runs: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
) -> str:
    """What pages tell of each source: its description, its last run and the issues that run still had."""
    last = {row["source"]: row for row in reversed(runs)}
    told = [
        asdict(source)
        | {"records": counts[source.id], "last_run": last.get(source.id), "issues": workbench.issues(source.id)}
        for source in sources
    ]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _checksum(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
