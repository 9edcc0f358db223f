"""What every page needs: the settings, the release that this request reads, the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app, g

from talkoot.graph.settings import Settings
from talkoot.web.facts import Facts
from talkoot.web.page_cache import PageCache
from talkoot.web.release_view import ReleaseView, ReleaseViews

KEY = "talkoot"


@dataclass(frozen=True, slots=True)
class Site:
    """The application's own state."""

    settings: Settings
    views: ReleaseViews
    run_dir: Path | None
    pages: PageCache = field(default_factory=PageCache)


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


def facts() -> Facts:
    """The facts of this request's release."""
    return release().facts
