"""The style sheet and the pictures, under addresses that change with their contents."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, redirect
from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("assets", __name__)

_FOLDER = Path(__file__).resolve().parent / "static"
_MEDIA = {".css": "text/css", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def assets_version() -> str:
    """A hash over everything in the folder."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a file as it is now."""
    return f"/static/{assets_version()}/{name}"


@blueprint.get("/static/<version>/<name>")
def static_file(version: str, name: str) -> Response:
    """One file; an old version's address gives the current file without leave to keep it."""
    path = _FOLDER / name
    if path.parent != _FOLDER or path.suffix not in _MEDIA or not path.is_file():
        abort(404)
    response = Response(path.read_bytes(), content_type=f"{_MEDIA[path.suffix]}; charset=utf-8")
    response.headers["Cache-Control"] = _FOREVER if version == assets_version() else "no-cache"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Where browsers look for a picture that a page did not name."""
    return redirect(asset("logo.svg"), 302)
