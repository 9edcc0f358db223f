"""Drafts of definitions: what a look at an address tells of a source, the rest marked TO DO."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from talkoot.graph.workbench import now
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import FetchError, Request, strict_json
from talkoot.harvesters.readers.html import WebPage, decode
from talkoot.ontology.folding import fold, slug

_MEANINGS = {
    "name": "name title nimi titel namn nom nombre nome nazwa titolo titre otsikko organisation organization",
    "country": "country maa land pays pais kraj paese",
    "homepage": "website homepage site www verkkosivu webbplats link",
    "page": "url address page",
    "start": "start startdate begin alku from",
    "end": "end enddate loppu to",
}
_PERSONAL = re.compile(
    r"mail|contact|author|person|phone|puhelin|tekija|yhteyshenkilo|kontakt|telefon|first name|surname"
)
_MOST = 40


def draft(address: str, kind: str, network: Network) -> str:
    """A definition as TOML, with the fields that the first page, row or object has. Raises :class:`FetchError`."""
    received = network.ask(Request(address), network.limits, network.robots.permit, {})
    if not received.body:
        status = received.response.status_code
        raise FetchError("http-status", f"answered {status}, expected 200", address, status)
    with received.body as body:
        content = body.read()
    text, _ = decode(content, received.response.headers.get("Content-Type", ""))
    names = list(dict.fromkeys(found for found in _names(kind, text, content, address) if fold(found)))[:_MOST]
    personal = [found for found in names if _PERSONAL.search(fold(found))]
    fields, keys, used = [], [], set[str]()
    for found in names:
        field, means = slug(found).replace("-", "_"), _meaning(found)
        if found in personal or field in used:
            continue
        used.add(field)
        told = f', means = "{means}"' if means else ""
        if means == "name":
            told += ", required = true"
            keys.append(field)
        fields.append(f'{field} = {{ type = "{"iri" if means == "page" else "text"}", from = {_quoted(found)}{told} }}')
    return (
        f"""# A draft made by looking at the address; fill in what says TO DO.
title = "TO DO: the source's name"
publisher = "TO DO: who publishes it"
publisher_page = "{"/".join(address.split("/")[:3])}/"  # TO DO: the publisher's own page
country = "EU"  # TO DO: two letters
licence = "unknown"  # TO DO: the licence's address, if it has one
terms = "TO DO: what may be done with the data"
frequency = "monthly"
personal_data = {str(bool(personal)).lower()}
obtained = "page"
as_of = "{now()[:10]}"
precedence = 70
reader = "{kind}"
entry = "{address}"
evidence = "guessed"  # TO DO: seen or documented, once it is confirmed
mapping = "things"
keys = {_quoted(keys[:1] or ["TO DO"])}

[defaults]
thing = "solution"  # TO DO: organisation, project, programme, network or centre

[reading]
drop = {_quoted(personal)}

[bounds]
records = [1]  # TO DO: the least number of records that is right

[fields]
"""
        + "\n".join(fields)
        + "\n"
    )


def _names(kind: str, text: str, content: bytes, address: str) -> Iterator[str]:
    if kind in ("pages", "sitemap"):
        yield from (block.text for block in WebPage(text, address).blocks if block.ends and len(block.text) < 80)
    elif kind == "csv":
        line = text.splitlines()[0] if text else ""
        mark = max(",;\t", key=line.count)
        yield from next(csv.reader(io.StringIO(line), delimiter=mark), [])
    elif kind in ("json", "json-lines", "rest", "wordpress"):
        first = content.splitlines()[0] if kind == "json-lines" and content else content
        yield from _paths(_first_object(strict_json(first)))


def _first_object(value: Any) -> Any:
    """The first object of a list, however deep the list stands."""
    if isinstance(value, list):
        return _first_object(value[0]) if value else {}
    if isinstance(value, dict):
        return next((_first_object(inner) for inner in value.values() if isinstance(inner, list) and inner), value)
    return {}


def _paths(value: Any, before: str = "") -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield from _paths(inner, f"{before}{name}.") if isinstance(inner, dict) else (f"{before}{name}",)


def _meaning(name: str) -> str:
    words = fold(name).split()
    return next((means for means, known in _MEANINGS.items() if set(words) & set(known.split())), "")


def _quoted(value: str | list[str]) -> str:
    """A text or a list of texts as TOML has it, which is as JSON has it."""
    return json.dumps(value, ensure_ascii=False)
