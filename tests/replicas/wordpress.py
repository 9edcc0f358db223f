"""A WordPress site: REST with its discovery, types, totals and faults, and the sitemap that WordPress makes itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.replicas.server import Reply

HOST = "wordpress.example"


def items(number: int) -> list[dict[str, Any]]:
    """Projects with the keys that a REST answer has; plainly artificial."""
    return [
        {
            "id": 10 + each,
            "date": "2024-01-02T03:04:05",
            "slug": f"project-{each}",
            "type": "project",
            "link": f"https://{HOST}/project/project-{each}/",
            "author": 3,
            "title": {"rendered": f"Project {each} &#8211; A &amp; <em>B</em>"},
            "content": {"rendered": f"<p><strong>Country:</strong> Estonia</p><p>Code</p><p>ESF-SI-{each}</p>"},
            "acf": {"partners": [{"name": "C"}, {"name": "D, E"}]},
        }
        for each in range(number)
    ]


def site(number: int, rest: bool = True, plain: bool = False, registered: bool = True, totals: bool = True) -> Any:
    """The site: with REST or without, with plain permalinks, with the type registered for REST or not."""
    projects = items(number)
    pages = {f"/project/project-{each}/": page(item) for each, item in enumerate(projects)}

    def answer(path: str) -> Reply | None:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path in pages:
            return Reply(pages[parts.path])
        if parts.path == "/wp-sitemap.xml":
            return sitemap("sitemap", ["/wp-sitemap-posts-page-1.xml", "/wp-sitemap-posts-project-1.xml"])
        if parts.path == "/wp-sitemap-posts-page-1.xml":
            return sitemap("url", ["/", "/about/"])
        if parts.path == "/wp-sitemap-posts-project-1.xml":
            return sitemap("url", list(pages))
        route = parts.path.removeprefix("/wp-json") if parts.path.startswith("/wp-json/") else ""
        if plain:
            route = query.get("rest_route", [""])[0]
        if not rest or not route:
            return None
        return _rest(route, query, projects, registered, totals)

    return answer


def _rest(route: str, query: Any, projects: Sequence[Any], registered: bool, totals: bool) -> Reply:
    if route == "/":
        names = ["/wp/v2/types", "/wp/v2/pages", *(["/wp/v2/projects"] if registered else [])]
        return _json({"name": "Site", "namespaces": ["wp/v2"], "routes": {name: {} for name in names}})
    if route == "/wp/v2/types":
        types = {"page": {"rest_base": "pages"}, **({"project": {"rest_base": "projects"}} if registered else {})}
        return _json(types)
    if route != "/wp/v2/projects" or not registered:
        return _json({"code": "rest_no_route", "data": {"status": 404}}, 404)
    each, number = (int(query.get(name, [default])[0]) for name, default in (("per_page", "10"), ("page", "1")))
    pages = -(-len(projects) // each)
    if number > max(pages, 1):
        return _json({"code": "rest_post_invalid_page_number", "data": {"status": 400}}, 400)
    told = {"X-WP-Total": str(len(projects)), "X-WP-TotalPages": str(pages)} if totals else {}
    return _json(list(projects[(number - 1) * each : number * each]), headers=told)


def page(item: dict[str, Any]) -> str:
    """The page of a project."""
    return (
        "<!-- made up -->\n<!doctype html><html lang='et'><head><title>Site</title></head><body>"
        "<nav><a href='/'>Home</a> <a href='/about/'>About</a></nav><article>"
        f"<h1>{item['title']['rendered']}</h1>{item['content']['rendered']}</article></body></html>"
    )


def sitemap(kind: str, paths: Sequence[str], days: Mapping[str, str] = MappingProxyType({})) -> Reply:
    """A sitemap, or an index of sitemaps."""
    root = "urlset" if kind == "url" else "sitemapindex"
    told = {path: f"<lastmod>{day}</lastmod>" if (day := days.get(path, "2026-01-02")) else "" for path in paths}
    rows = "".join(f"<{kind}><loc>https://{HOST}{path}</loc>{told[path]}</{kind}>" for path in paths)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- made up -->\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'
    return Reply(text, kind="application/xml")


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(json.dumps(data), status, "application/json; charset=UTF-8", headers or {})
