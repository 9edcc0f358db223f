"""WordPress: content by its REST interface, found by discovery; where that is closed, pages by the sitemap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, strict_json
from talkoot.harvesters.readers.html import WebPage
from talkoot.harvesters.readers.pages import Site
from talkoot.harvesters.readers.paging import Page, listed, next_links, whole_number
from talkoot.harvesters.readers.rows import Reading, Row, fetch_issue
from talkoot.harvesters.readers.sitemap import read_sitemap

_EACH = 100
_CLOSED = (401, 403, 404, 410)


def read_wordpress(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each item of the content types; fields by JSON path, or by label within the content."""
    try:
        routes = _routes(definition, reading)
    except FetchError as error:
        yield fetch_issue(definition, error)
        return
    if routes is None:
        yield Issue("rest-closed", definition.id, "REST or a content type is not open: the sitemap's pages are read",
                    file=definition.address)  # fmt: skip
        yield from read_sitemap(definition, reading)
        return
    site = Site(definition, reading)
    for route in routes:
        address = f"{route}{'&' if '?' in route else '?'}per_page={_EACH}&{definition.reading.get('query', '')}".rstrip(
            "&"
        )
        read = partial(_page, address)
        for item in listed(definition, reading, _request(f"{address}&page=1"), read, counted=True):
            if isinstance(item, Issue):
                yield item
            else:
                content = {} if "content" in definition.reading.get("drop", ()) else item[1].get("content")
                markup = content.get("rendered", "") if isinstance(content, dict) else ""
                yield from site.record([WebPage(markup, str(item[1].get("link", "")))], item[1])


def _request(address: str) -> Request:
    return Request(address, accept=("application/json",))


def _decoded(answer: Answer, kind: type) -> Any:
    try:
        found = strict_json(answer.body)
    except (ValueError, RecursionError) as error:
        raise FetchError("not-json", str(error), answer.url) from error
    if not isinstance(found, kind):
        raise FetchError("not-json", f"a {type(found).__name__} came, expected a {kind.__name__}", answer.url)
    return found


def _routes(definition: Definition, reading: Reading) -> list[str] | None:
    """Where the content types are to be had; None where the interface is closed or lacks one of them."""
    wanted = definition.reading.get("types", ("posts",))
    for way in ("/wp-json/", "/?rest_route=/"):
        root = definition.address.rstrip("/") + way
        try:
            routes: Mapping[str, Any] = _decoded(reading.ask(_request(root)), dict).get("routes", {})
            bases = {each: each for each in wanted if f"/wp/v2/{each}" in routes}
            if len(bases) < len(wanted) and "/wp/v2/types" in routes:
                types = _decoded(reading.ask(_request(f"{root}wp/v2/types")), dict)
                bases = {each: types[each].get("rest_base", each) for each in wanted if each in types} | bases
        except FetchError as error:
            if error.code != "media-type" and error.status not in _CLOSED:
                raise
            continue
        return [f"{root}wp/v2/{bases[each]}" for each in wanted] if len(bases) == len(wanted) else None
    return None


def _page(address: str, answer: Answer, number: int) -> Page[Mapping[str, Any]]:
    items = [item for item in _decoded(answer, list) if isinstance(item, dict)]
    total, pages = (answer.headers.get(name, "") for name in ("X-WP-Total", "X-WP-TotalPages"))
    last = whole_number(pages)
    more = number < last if last is not None else len(items) == _EACH
    more = more or bool(next_links(answer))
    return Page(
        {str(item.get("id", item.get("link"))): item for item in items},
        _request(f"{address}&page={number + 1}") if more else None,
        whole_number(total),
    )
