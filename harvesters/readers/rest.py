"""REST services that answer in JSON: a listing page by page, or one request for each id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, hide
from talkoot.harvesters.readers.fields import found, pick
from talkoot.harvesters.readers.files import addresses, unknown_id
from talkoot.harvesters.readers.json_records import decode, items
from talkoot.harvesters.readers.paging import Page, listed, numbered
from talkoot.harvesters.readers.rows import Reading, Row, fetch_issue
from talkoot.harvesters.readers.tables import chosen

_ACCEPT = (("Accept", "application/json, application/*+json;q=0.9, */*;q=0.1"),)


@chosen
def read_rest(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A record for each item of the listing, or of the answers for each id."""
    options = definition.reading
    try:
        asked = addresses(definition)
    except FetchError as error:
        yield fetch_issue(definition, error)
        return
    for each, address in asked:
        first, count = Request(address, headers=_ACCEPT), 0
        if each:
            try:
                reading.ask(first)  # once more below, then from the archive
            except FetchError as error:
                yield unknown_id(definition, each, error.url) if error.gone else fetch_issue(definition, error)
                continue
        read = partial(_page, definition, first, [0])
        counted = "{n}" in options.get("next", "")
        place = hide(address, options.get("secrets", ())) if each else ""
        for item in listed(definition, reading, first, read, counted=counted, ceiling=options.get("ceiling", 0)):
            count += 1
            yield item if isinstance(item, Issue) else Row(count, item[1], place)
        if each and not count:
            yield unknown_id(definition, each, place)


def _page(definition: Definition, first: Request, got: list[int], answer: Answer, number: int) -> Page[Any]:
    """The items of one answer, and the request for the next one; ``got`` counts them over all pages."""
    options, parts = definition.reading, {name: definition.fields[name] for name in definition.keys}
    try:
        document = decode(answer.body)
        found_items = items(document, options.get("items", ""))
        if not all(isinstance(item, dict) for item in found_items):
            raise ValueError("an item is no object")
    except (ValueError, RecursionError) as error:
        came = f"{error} in {answer.media_type or 'an answer without media type'}"
        raise FetchError("not-json", came, answer.final_url) from error
    got[0] += len(found_items)
    announced = next((int(n) for n in found(document, options.get("total", "")) if str(n).isdecimal()), None)
    following = None
    pattern, value = options.get("next", ""), next(iter(found(document, options.get("next", ""))), None)
    if announced is not None and got[0] >= announced:
        pass  # what is announced is there
    elif "{n}" in pattern:
        following = numbered(definition, first.url + pattern, first.url, number)
    elif value and "cursor" in options:
        following = Request(first.url + options["cursor"].replace("{next}", quote(str(value), safe="")))
    elif value:
        following = Request(urljoin(answer.url, str(value)))
    keyed = {json.dumps(pick(parts, item) or item, sort_keys=True): item for item in found_items}
    return Page(keyed, following and Request(following.url, headers=_ACCEPT), announced)
