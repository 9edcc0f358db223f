"""SPARQL endpoints: a SELECT query asked page by page after the last key, its rows grouped into records."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import FetchError
from talkoot.harvesters.fetching.sparql import FetchedSPARQL
from talkoot.harvesters.readers.files import beside
from talkoot.harvesters.readers.json_records import check_text
from talkoot.harvesters.readers.paging import PAGES
from talkoot.harvesters.readers.rows import Reading, Row, fetch_issue
from talkoot.harvesters.readers.tables import chosen

CAPS = (10_000, 2**20)
"""Numbers of rows at which Virtuoso cuts its answers off."""


@chosen
def read_sparql(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """A row for each solution; a text with a language stands under ``variable@language`` too."""
    options = definition.reading
    key, after, number, keys = options.get("key", ""), "", 0, 0
    try:
        query = beside(definition, options.get("query", "")).replace("{size}", str(options.get("size", 500)))
        for _ in range(options.get("pages", PAGES)):
            rows = _ask(definition, reading, query.replace("{after}", _quoted(after)))
            here = [row[key] for row in rows if key in row]
            yield from (Row(number + place, row) for place, row in enumerate(rows, start=1))
            number, keys = number + len(rows), keys + len(set(here))
            if len(rows) in CAPS:
                yield _incomplete(definition, number, f"an answer of exactly {len(rows)} rows is cut off")
                return
            if not rows or "{after}" not in query:
                break
            if len(here) < len(rows) or here != sorted(here) or here[0] <= after:
                yield _incomplete(definition, number, f"the rows after {after!r} are not in the order of ?{key}")
                return
            after = here[-1]
        else:
            yield _incomplete(definition, number, f"it goes on after {options.get('pages', PAGES)} pages")
        if name := options.get("count"):
            counts = _ask(definition, reading, beside(definition, name))
            counted = [value for row in counts for value in row.values()]
            if counted != [str(keys)]:
                yield _incomplete(definition, keys, f"{keys} keys came, the source counts {counted}")
    except FetchError as error:
        yield fetch_issue(definition, error)


def _ask(definition: Definition, reading: Reading, query: str) -> list[dict[str, str]]:
    """The solutions of one query, each variable with its value as text."""
    asker: Any = SimpleNamespace(fetch=reading.ask)
    try:
        answer: Any = FetchedSPARQL(definition.address, asker, query).queryAndConvert()
        bindings = answer["results"]["bindings"]
        check_text(bindings)
        return [
            {name: term["value"] for name, term in row.items()}
            | {f"{name}@{term['xml:lang']}": term["value"] for name, term in row.items() if "xml:lang" in term}
            for row in bindings
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"no SPARQL results: {type(error).__name__} {error}"
        raise FetchError("not-json", message, definition.address) from error


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _incomplete(definition: Definition, count: int, why: str) -> Issue:
    return Issue("listing-incomplete", definition.id, why, file=definition.place, value=str(count))
