"""The pages that checks of the whole site look at: one of each kind in the sitemap, and states that it does not list.

A page that the sitemap names is looked at without a word here; what is reached by a query only belongs into ``STATES``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask.testing import FlaskClient

STATES = (
    "/search", "/search?q=sosiaali", "/search?q=qqqzzz", "/actors?country=FIN", "/actors?country=none",
    "/actors?page=3", "/sources/sim?page=2", "/network?of=FIN", "/map?country=FIN", "/sparql", "/nowhere",
)  # fmt: skip
NOT_FOUND = "/nowhere"


def sitemap(client: FlaskClient) -> list[str]:
    """Every path of the sitemap."""
    lines = client.get("/sitemap.xml").get_data(as_text=True).split("<loc>")[1:]
    return [urlsplit(line.split("</loc>")[0]).path for line in lines]


def page_kinds(client: FlaskClient, demo_ids: dict[str, str]) -> list[str]:
    """One address for each kind of page and each state of one."""
    match = client.application.url_map.bind("localhost").match
    found: dict[tuple[str, ...], str] = {}
    for path in sitemap(client):
        parts = path.strip("/").split("/")
        endpoint = match(path)[0]
        kind = parts[1:2] if endpoint == "entity.doc" else []
        found.setdefault((path,) if len(parts) == 1 else (endpoint, str(len(parts)), *kind), path)
    return list(dict.fromkeys([*found.values(), *(f"/doc/{path}" for path in demo_ids.values()), *STATES]))


def in_language(path: str, language: str) -> str:
    """The address of a page in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"
