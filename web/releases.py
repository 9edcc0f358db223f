"""Releases: what this one holds and what changed, its files with checksums, and the downloads."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, send_file

from talkoot.graph.release import ReleaseError, read_release
from talkoot.graph.release import releases as all_releases
from talkoot.web.responses import html_page, page
from talkoot.web.site import release, site
from talkoot.web.wording import moment

blueprint = Blueprint("releases", __name__)

_MEDIA = {
    "graph.nq.gz": "application/gzip",
    "void.ttl": "text/turtle; charset=utf-8",
    "manifest.json": "application/json",
    "records.tsv": "text/tab-separated-values; charset=utf-8",
    "sources.json": "application/json",
}
"""The files that may be downloaded; the store and the search index are not among them."""

_FEW = 40


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release."""

    name: str
    href: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a release changed of one source: how many records, and the first of them."""

    source: str
    title: str
    new: int
    changed: int
    gone: int
    records: int
    changed_keys: tuple[tuple[str, str], ...]


@blueprint.get("/releases")
@html_page
def releases() -> Response:
    """The release that is served, and those before it."""
    view = release()
    manifest = view.manifest
    files = [
        File(name, f"/dumps/{view.number}/{name}", about["bytes"], about["sha256"])
        for name, about in manifest["files"].items()
        if name in _MEDIA
    ]
    changes = []
    for name, kinds in manifest["changes"].items():
        described = view.source(name) or {}
        keys = tuple((key, f"/graph/{name}/{key}") for key in kinds["changed"][:_FEW])
        changes.append(
            Change(
                name, described.get("title", name), len(kinds["new"]), len(kinds["changed"]), len(kinds["gone"]),
                manifest["sources"].get(name, {}).get("records", 0), keys,
            )
        )  # fmt: skip
    earlier = [
        (other.number, moment(other.manifest["published"])) for other in all_releases(site().settings)
        if other.number != view.number
    ]  # fmt: skip
    return page(
        "releases.html",
        manifest=manifest,
        published=moment(manifest["published"]),
        files=files,
        changes=changes,
        earlier=earlier,
    )


@blueprint.get("/dumps/<int:number>/<name>")
def dump(number: int, name: str) -> Response:
    """One file of a release, which never changes."""
    if name not in _MEDIA:
        abort(404)
    folder = site().settings.releases / str(number)
    try:
        path = read_release(folder).folder / name
    except ReleaseError:
        abort(404)
    if not path.is_file():
        abort(404)
    response = send_file(path.resolve(), mimetype=_MEDIA[name].partition(";")[0], conditional=True)
    response.headers["Content-Type"] = _MEDIA[name]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if name.endswith(".gz"):
        response.headers["Content-Disposition"] = f'attachment; filename="talkoot-{number}-{name}"'
    return response


@blueprint.get("/.well-known/void")
def void() -> Response:
    """What the release holds, in VoID."""
    return Response(
        (release().folder / "void.ttl").read_text(encoding="utf-8"), content_type="text/turtle; charset=utf-8"
    )
