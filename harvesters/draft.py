"""Drafts of definitions: what a look at an address tells of a source, the rest marked TO DO."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from string import Template
from typing import Any

from talkoot.graph.workbench import now
from talkoot.harvesters import rows
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import FetchError, Request, strict_json
from talkoot.harvesters.readers.html import WebPage, decode
from talkoot.ontology.folding import fold, slug

_PERSONS = re.compile(
    "mail|contact|author|person|phone|puhelin|tekija|yhteyshenkilo|kontakt|telefon|first name|surname"
)
_MOST = 40
_toml = partial(json.dumps, ensure_ascii=False)  # texts, truth and lists of texts are the same in both


def draft(address: str, kind: str, network: Network) -> str:
    """A definition as TOML, with the fields that the first page, row or object has. Raises :class:`FetchError`."""
    received = network.ask(Request(address), network.permit)
    if not received.body:
        status = received.response.status_code
        raise FetchError("http-status", f"answered {status}, expected 200", address, status)
    with received.body as body:
        content = body.read()
    text, _ = decode(content, received.response.headers.get("Content-Type", ""))
    names = list(dict.fromkeys(found for found in _names(kind, text, content, address) if fold(found)))[:_MOST]
    personal = [found for found in names if _PERSONS.search(fold(found))]
    fields: dict[str, str] = {}
    keys = []
    for found in names:
        field, words = slug(found).replace("-", "_"), set(fold(found).split())
        if found in personal or field in fields:
            continue
        means = next((row["word"] for row in rows("meanings") if words & set(row["labels"].split())), "")
        told = f', means = "{means}"' if means else ""
        if means == "name":
            told += ", required = true"
            keys.append(field)
        fields[field] = f'{{ type = "{"iri" if means == "page" else "text"}", from = {_toml(found)}{told} }}'
    return Template(Path(__file__).with_name("draft.txt").read_text(encoding="utf-8")).substitute(
        site="/".join(address.split("/")[:3]), address=address, persons=_toml(bool(personal)), day=now()[:10],
        reader=kind, keys=_toml(keys[:1] or ["TO DO"]), drop=_toml(personal),
        fields="\n".join(f"{field} = {told}" for field, told in fields.items()),
    )  # fmt: skip


def _names(kind: str, text: str, content: bytes, address: str) -> Iterator[str]:
    if kind in ("pages", "sitemap"):
        yield from (block.text for block in WebPage(text, address).blocks if block.ends and len(block.text) < 80)
    elif kind == "csv":
        line = text.splitlines()[:1]
        yield from next(csv.reader(line, delimiter=max(",;\t", key="".join(line).count)), [])
    elif kind in ("json", "json-lines", "rest", "wordpress"):
        first = content.splitlines()[0] if kind == "json-lines" and content else content
        try:
            yield from _paths(_first_object(strict_json(first)))
        except ValueError as error:
            raise FetchError("not-json", f"answered what is not JSON: {error}", address) from error


def _first_object(value: Any) -> Any:
    """The first object of a list, however deep the list stands."""
    if isinstance(value, list):
        return _first_object(value[0]) if value else {}
    lists = (inner for inner in value.values() if isinstance(inner, list) and inner) if isinstance(value, dict) else ()
    return next((_first_object(inner) for inner in lists), value)


def _paths(value: Any, before: str = "") -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield from _paths(inner, f"{before}{name}.") if isinstance(inner, dict) else (f"{before}{name}",)
