"""A walk over the demo: every link on a hundred and fifty pages leads somewhere, and nothing comes from elsewhere."""

from __future__ import annotations

from collections import deque
from urllib.parse import urldefrag

from flask.testing import FlaskClient

from tests.web.conftest import PAGE, Page

LONGEST_WALK = 150
STARTS = ("/", "/centres", "/countries", "/sources", "/releases", "/about", "/ns", "/voc", "/shapes", "/projects",
          "/programmes", "/collections", "/actors?country=FIN", "/search?q=sosiaali", "/sparql?example=3")  # fmt: skip


def test_every_link_of_a_walk_leads_somewhere_and_nothing_is_foreign(client: FlaskClient, demo_ids: dict[str, str]):
    waiting = deque([*STARTS, *(f"/doc/{path}" for path in demo_ids.values())])
    seen: set[str] = set()
    asked: dict[str, int] = {}
    while waiting and len(seen) < LONGEST_WALK:
        path = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        with client.get(path, headers=PAGE) as response:
            assert response.status_code == 200, path
            if response.mimetype != "text/html":
                continue
            page = Page(response.get_data(as_text=True))
        assert page.html["lang"] == "en"
        assert len([heading for heading in page.headings if heading]) >= 1
        assert all(asset.startswith("/static/") for asset in page.assets), path
        assert page.scripts == 0
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            href = link["href"]
            if href.startswith(("http://", "https://")):
                assert "external" in link["rel"], (path, href)
                assert "noopener" in link["rel"], (path, href)
                continue
            target, anchor = urldefrag(href)
            if not target:
                assert anchor in page.ids, (path, href)
                continue
            assert target.startswith("/"), (path, href)
            if (
                target.startswith("/sparql?query=") or "lang=" in target
            ):  # no readers here; this page, in another language
                continue
            if target not in asked:
                with client.head(target, headers=PAGE) as answer:
                    asked[target] = answer.status_code
                assert asked[target] in (200, 303), (path, href, asked[target])
            waiting.append(target)
    assert len(seen) == LONGEST_WALK


def test_pages_have_one_first_heading_a_title_and_a_description(client: FlaskClient, demo_ids: dict[str, str]):
    for path in (*STARTS, *(f"/doc/{path}" for path in demo_ids.values())):
        html = client.get(path, headers=PAGE).get_data(as_text=True)
        assert html.count("<h1") == 1, path
        assert "<title> ·" not in html
        assert 'name="description" content=""' not in html
        assert 'href="#main"' in html
        assert html.count("<table") == html.count("<caption"), path
