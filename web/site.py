"""What every page needs: the settings, the release that this request reads, the reader's names for things."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, g

from talkoot.graph.engine.client import ReaderConnection
from talkoot.graph.engine.lanes import Lanes
from talkoot.graph.engine.remote import connection_for
from talkoot.graph.settings import Settings
from talkoot.web.answer_cache import AnswerCache
from talkoot.web.language import reader_language
from talkoot.web.names import Namer
from talkoot.web.rate_limit import Bucket, RateLimits
from talkoot.web.release_view import ReleaseView, ReleaseViews

KEY = "talkoot"
_QUICK_THREADS = 2
"""Threads of each process that long answers leave to quick ones."""


class Site:
    """The application's own state; with a run folder there are query readers."""

    def __init__(self, settings: Settings, run_dir: Path | None) -> None:
        self.settings = settings
        self.views = ReleaseViews(settings)
        self.answers = AnswerCache()
        self.reader: ReaderConnection | None = None
        if run_dir is not None:
            places = settings.threads - _QUICK_THREADS
            lanes = Lanes(run_dir, settings.slow_queries, settings.waiting_queries, places)
            self.reader = connection_for(settings, run_dir, lanes)
        limits = {
            Bucket.QUERIES: settings.minute_queries,
            Bucket.QUERY_SECONDS: settings.minute_query_seconds,
            Bucket.PAGES: settings.minute_pages,
        }
        self.limits = RateLimits(run_dir and run_dir / "shares", limits, settings.proxies())


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
