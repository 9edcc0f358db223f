"""The release that pages read: opened once, held by each request, exchanged when another one is published."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from talkoot.graph.release import Release, ReleaseError, read_release, store_opener
from talkoot.graph.search_index import SearchIndex
from talkoot.graph.settings import Settings
from talkoot.web.facts import REMEMBERED, Facts
from talkoot.web.names import read_ref
from talkoot.web.notes import read_origin

_log = logging.getLogger(__name__)
_LOOK_AGAIN_SECONDS = 0.3


class ReleaseView(Facts):
    """One release as pages see it; it stays usable after another one has taken its place."""

    def __init__(self, release: Release, memory_triples: int) -> None:
        self.number = release.number
        self.folder = release.folder
        self.manifest: Mapping[str, Any] = release.manifest
        self.sources: Sequence[Mapping[str, Any]] = json.loads((release.folder / "sources.json").read_bytes())
        super().__init__(store_opener(release.folder, memory_triples)(), release.manifest["base"])
        self.origin = lru_cache(maxsize=REMEMBERED)(partial(read_origin, self))
        self.ref = lru_cache(maxsize=REMEMBERED)(partial(read_ref, self))
        self._local = threading.local()

    @property
    def index(self) -> SearchIndex:
        """This thread's search index."""
        if not hasattr(self._local, "index"):
            self._local.index = SearchIndex(self.folder / "search.sqlite")
        index: SearchIndex = self._local.index
        return index

    @cached_property
    def record_keys(self) -> Mapping[str, Sequence[str]]:
        """The keys of the records by source."""
        found: dict[str, list[str]] = {}
        for line in (self.folder / "records.tsv").read_text(encoding="utf-8").splitlines():
            source, key, _ = line.split("\t", 2)
            found.setdefault(source, []).append(key)
        return found

    def source(self, name: str) -> Mapping[str, Any] | None:
        """What is known of a source and its last run."""
        return next((source for source in self.sources if source["id"] == name), None)


class ReleaseViews:
    """Hands out the current release's view and moves over to a new one while the old one answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._view: ReleaseView | None = None
        self._looked = 0.0
        self._lock = threading.Lock()

    def current(self) -> ReleaseView:
        """The view that a new request reads.

        Raises :class:`ReleaseError` where nothing has been published yet.
        """
        view = self._view
        if view is None:
            with self._lock:
                if self._view is None:
                    self._view = self._open(self._folder())
                    self._looked = time.monotonic()
                return self._view
        if time.monotonic() - self._looked > _LOOK_AGAIN_SECONDS and self._lock.acquire(blocking=False):
            self._looked = time.monotonic()
            if self._is_current(view):
                self._lock.release()
            else:  # opening takes longer than a reader should wait
                threading.Thread(target=self._move_over, daemon=True).start()
        return view

    def _move_over(self) -> None:
        """Open the release that is current now; the lock is held, and is let go when that is done."""
        try:
            self._view = self._open(self._folder())
            _log.info("pages now read release %d", self._view.number)
        except (ReleaseError, OSError, ValueError) as error:
            _log.warning("pages stay with the release that they have: %s", error)
        finally:
            self._lock.release()

    def _is_current(self, view: ReleaseView) -> bool:
        """Whether nothing has changed; a pointer that is gone is for the thread to tell, which lets the lock go."""
        try:
            return self._folder() == view.folder
        except ReleaseError:
            return False

    def _folder(self) -> Path:
        try:
            return self._settings.current.resolve(strict=True)
        except OSError as error:
            raise ReleaseError("Nothing has been published yet; run `talkoot publish` or `talkoot demo`.") from error

    def _open(self, folder: Path) -> ReleaseView:
        return ReleaseView(read_release(folder), self._settings.memory_triples)
