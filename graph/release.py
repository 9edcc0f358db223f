"""Releases: numbered immutable folders, of which ``current`` names the one that is served."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from talkoot.graph.settings import Settings

MANIFEST = "manifest.json"


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
    """A release by its folder. Raises :class:`ReleaseError` where the folder is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Release(manifest["number"], folder, manifest)
    except (OSError, ValueError, KeyError) as error:
        raise ReleaseError(f"{folder} is not a release: {error}") from error


def releases(settings: Settings) -> list[Release]:
    """All complete releases, the newest first."""
    if not settings.releases.is_dir():
        return []
    folders = [path for path in settings.releases.iterdir() if path.name.isdigit()]
    return [read_release(path) for path in sorted(folders, key=lambda path: -int(path.name))]


def current_release(settings: Settings) -> Release | None:
    """The release that is served, or None before the first one."""
    return read_release(settings.current.resolve()) if settings.current.exists() else None


def next_number(settings: Settings) -> int:
    """The number of the next release: one more than any there is."""
    return max((release.number for release in releases(settings)), default=0) + 1


def building_folder(settings: Settings, number: int) -> Path:
    """A fresh folder to build a release in; what an interrupted publish left there is removed."""
    settings.releases.mkdir(parents=True, exist_ok=True)
    for path in settings.releases.glob(".building-*"):
        shutil.rmtree(path)
    folder = settings.releases / f".building-{number}"
    folder.mkdir()
    return folder


def finish(settings: Settings, building: Path, manifest: dict[str, Any]) -> Release:
    """Write the manifest, which makes the folder complete, and give it its number as a name."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    with (building / MANIFEST).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder = settings.releases / str(manifest["number"])
    building.rename(folder)
    return read_release(folder)


def switch(settings: Settings, number: int) -> Release:
    """Make a release the current one, atomically. Raises :class:`ReleaseError` where there is none."""
    folder = settings.releases / str(number)
    release = read_release(folder)
    link = settings.home / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.relative_to(settings.home) if folder.is_relative_to(settings.home) else folder)
    link.replace(settings.current)
    return release
