"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from flask import Blueprint, Response

from talkoot.graph.engine import EngineUnavailable, ReaderConnection
from talkoot.graph.release import ReleaseError
from talkoot.web.site import release, site

blueprint = Blueprint("health", __name__)


def _plain(text: str, status: int) -> Response:
    response = Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def ready() -> Response:
    """A release is loaded, and queries have readers where there are any."""
    try:
        number = release().number
        run_dir = site().run_dir
        if run_dir is not None:
            ReaderConnection(run_dir, site().settings.query_memory).release()
    except (ReleaseError, EngineUnavailable) as error:
        return _plain(str(error), 503)
    return _plain(f"release {number}", 200)
