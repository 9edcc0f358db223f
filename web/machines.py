"""What crawlers ask for: robots.txt and the sitemap."""

from __future__ import annotations

from xml.sax.saxutils import escape  # writing only

from flask import Blueprint, Response, abort, request

from talkoot.web.browse import LISTS
from talkoot.web.site import release

blueprint = Blueprint("machines", __name__)

_EVERYTHING = 50_000
_KINDS = (*(kind for kinds in LISTS.values() for kind in kinds), "centre")
_PAGES = ("", "actors", "solutions", "projects", "programmes", "collections", "centres", "countries", "sources",
          "releases", "about", "ns", "voc")  # fmt: skip


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers may read pages, not search, filters or queries; the dumps hold everything at once."""
    lines = [
        "User-agent: *",
        "Disallow: /search",
        "Disallow: /sparql",
        "Disallow: /*?*page=",
        "Disallow: /*?*lang=",
        f"Sitemap: {request.url_root}sitemap.xml",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages, as an index of parts of fifty thousand where there are more."""
    total = release().index.count(_KINDS)
    parts = -(-(total + len(_PAGES)) // _EVERYTHING)
    if parts <= 1:
        return _xml(_urlset(_addresses(0, _EVERYTHING)))
    listed = "".join(
        f"<sitemap><loc>{escape(request.url_root)}sitemap-{part}.xml</loc></sitemap>" for part in range(parts)
    )
    return _xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>')


@blueprint.get("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> Response:
    """One part of a long sitemap."""
    found = _addresses(part * _EVERYTHING, _EVERYTHING)
    if not found:
        abort(404)
    return _xml(_urlset(found))


def _addresses(start: int, limit: int) -> list[str]:
    pages = [request.url_root + path for path in _PAGES] if start == 0 else []
    hits = release().index.things(_KINDS, "", max(0, start - (len(_PAGES) if start else 0)), limit - len(pages))
    return pages + [f"{request.url_root}doc/{hit.path.removeprefix('id/')}" for hit in hits]


def _urlset(addresses: list[str]) -> str:
    listed = "".join(f"<url><loc>{escape(address)}</loc></url>" for address in addresses)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'


def _xml(body: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n', content_type="application/xml")
