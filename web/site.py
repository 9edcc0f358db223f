"""What every page needs: the settings, the release that this request reads, the reader's names for things."""

from __future__ import annotations

import threading
from pathlib import Path

from flask import Response, current_app, g

from talkoot.graph.engine import ReaderConnection
from talkoot.graph.settings import Settings
from talkoot.web.language import reader_language
from talkoot.web.names import Namer
from talkoot.web.release_view import ReleaseView, ReleaseViews

KEY = "talkoot"

_MOST_ANSWERS = 1000
_MOST_BYTES = 48 * 1024 * 1024
_LARGEST = 512 * 1024


class PageCache:
    """Rendered answers by their validator, those used last, up to a number and a size; one for each process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[bytes, list[tuple[str, str]]]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, etag: str) -> Response | None:
        """A fresh response with the answer kept under a validator."""
        with self._lock:
            kept = self._kept.pop(etag, None)
            if kept is None:
                return None
            self._kept[etag] = kept
        return Response(kept[0], headers=kept[1])

    def put(self, etag: str, response: Response) -> None:
        """Keep a whole answer; one that is streamed or very large is not kept."""
        if response.is_streamed or response.status_code != 200 or len(body := response.get_data()) > _LARGEST:
            return
        headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
        with self._lock:
            if etag not in self._kept:
                self._kept[etag] = (body, headers)
                self._bytes += len(body)
            while len(self._kept) > _MOST_ANSWERS or self._bytes > _MOST_BYTES:
                self._bytes -= len(self._kept.pop(next(iter(self._kept)))[0])


class Own(threading.local):
    """What every thread of the server has of its own: a reader, connected at its first query."""

    def __init__(self, run_dir: Path, query_memory: int) -> None:
        self.reader = ReaderConnection(run_dir, query_memory)


class Site:
    """The application's own state; with a run folder there are query readers."""

    def __init__(self, settings: Settings, run_dir: Path | None) -> None:
        self.settings = settings
        self.own = Own(run_dir, settings.query_memory) if run_dir is not None else None
        self.views = ReleaseViews(settings)
        self.pages = PageCache()


def site() -> Site:
    """The state of the application that answers."""
    found: Site = current_app.extensions[KEY]
    return found


def release() -> ReleaseView:
    """The release that this request reads from its first to its last look-up."""
    view: ReleaseView | None = g.get("release_view")
    if view is None:
        view = g.release_view = site().views.current()
    return view


def namer() -> Namer:
    """What names things of this request's release for its reader."""
    return Namer(release(), reader_language())
