"""Releases: numbered immutable folders, of which ``current`` names the one that is served."""

import gzip
import io
import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Store

from talkoot.graph.settings import Settings

_log = logging.getLogger(__name__)
MANIFEST = "manifest.json"
ONTOLOGY_VERSION = "1.0.0"


class ReleaseError(RuntimeError):
    """A release cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published release: its number, folder and manifest."""

    number: int
    folder: Path
    manifest: Mapping[str, Any]

    def text(self) -> str:
        """All that the release says, as N-Quads."""
        with gzip.open(self.folder / "graph.nq.gz", "rt", encoding="utf-8") as file:
            return file.read()


def read_release(folder: Path) -> Release:
    """A release by its folder. Raises :class:`ReleaseError` where its manifest gives no number and quads."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Release(int(manifest["number"]), folder, manifest | {"quads": int(manifest["quads"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{folder} is not a release: {MANIFEST}: {error!r}") from error


def store_opener(release: Path, memory_triples: int) -> Callable[[], Store]:
    """What gives a forked reader its store: a small release's, loaded now, or the folder's, opened by each reader.

    Raises :class:`ReleaseError` where the folder lacks something that serving needs.
    """
    folder = release / "store"
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is missing")
    quads: int = read_release(release).manifest["quads"]
    if quads > memory_triples:
        return lambda: Store.read_only(str(folder))
    store = Store()
    # Parsing the dump is three to four times faster than copying out of the store on disk (measured).
    dump = release / "graph.nq.gz"
    if dump.exists():
        with gzip.open(dump) as packed:
            store.bulk_load(io.BufferedReader(packed, 1 << 20), RdfFormat.N_QUADS, lenient=True)
        if len(store) != quads:
            _log.warning("%s holds %d quads, the manifest says %d: reading the store", dump, len(store), quads)
    if len(store) != quads:
        store = Store()
        store.bulk_extend(Store.read_only(str(folder)))
    return lambda: store


def releases(settings: Settings) -> list[Release]:
    """All complete releases, the newest first."""
    folders = [path for path in settings.releases.glob("*") if path.name.isdigit()]
    return [read_release(path) for path in sorted(folders, key=lambda path: -int(path.name))]


def current_release(settings: Settings) -> Release | None:
    """The release that is served, or None before the first one."""
    return read_release(settings.current.resolve()) if settings.current.exists() else None


def building_folder(settings: Settings) -> tuple[int, Path]:
    """The next release's number, and a fresh folder to build it in; what an interrupted publish left is removed."""
    number = max((release.number for release in releases(settings)), default=0) + 1
    settings.releases.mkdir(parents=True, exist_ok=True)
    for path in settings.releases.glob(".building-*"):
        shutil.rmtree(path)
    folder = settings.releases / f".building-{number}"
    folder.mkdir()
    return number, folder


def finish(settings: Settings, building: Path, manifest: dict[str, Any]) -> Release:
    """Write the manifest, which makes the folder complete, give it its number as a name, and switch it in."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    with (building / MANIFEST).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    building.rename(settings.releases / str(manifest["number"]))
    return switch(settings, manifest["number"])


def switch(settings: Settings, number: int) -> Release:
    """Make a release the current one, atomically. Raises :class:`ReleaseError` where there is none."""
    folder = settings.releases / str(number)
    release = read_release(folder)
    link = settings.home / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.relative_to(settings.home) if folder.is_relative_to(settings.home) else folder)
    link.replace(settings.current)
    return release
