"""A replica of any source, made of its definition alone: plainly made-up records in the source's own form, over HTTP.

What a definition declares (labels, columns, paths, variables) is what the replica has, with one label more that nobody
knows, and a person under each label that is to be dropped.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape as xml_escape

from talkoot.harvesters.definition import Definition, Field
from talkoot.harvesters.readers.files import beside
from talkoot.ontology import load_code_lists
from tests.replicas.data_server import Answering, Asked, Given
from tests.replicas.workbook import workbook

PERSON = "Maija Made-Up, maija.made-up@example.org"
UNKNOWN = "Shoe size"
_NUMBERS = {
    "LEI": "{:018d}00", "PIC": "{:09d}", "ROR": "0{:06d}00", "Transparency Register": "{:012d}-01", "VIES": "FI{:08d}",
    "Wikidata": "Q{}", "YTJ": "{:07d}-1",
}  # fmt: skip
_WORDS = {
    "country": "FI", "start": "2022-03-01", "end": "2023-12-31", "period": "2022–2023", "created": "2022-03-01",
    "modified": "2022-03-01", "kind": "company", "kind:legal-form-fi": "osakeyhtiö", "place": "Vihti",
    "homepage": "https://made-up.example/", "page": "https://made-up.example/page", "grant": "1000.50",
    "programme": "Made-up programme", "note": "made up", "left-out": "made up",
}  # fmt: skip
_PATHS = {
    "innokyla-fi": "/fi/toimintamalli/made-up-{}",
    "rops-krakow": "/innowacje-spoleczne/biblioteka-innowacji-spolecznych/dla-seniorow,made-up-{}",
}
"""Where the pattern of a record's page is a regular expression: a page that it fits."""
_STEP = re.compile(r"([^.\[]+)((?:\[[^\]]*\])*)")


def records(definition: Definition, count: int = 3) -> list[dict[str, Any]]:
    """Made-up records as a definition's reader should bring them: each declared field, but for what it selects by.

    A source that is asked for the records of a file of numbers has no more than these.
    """
    if name := definition.reading.get("ids_file"):
        count = min(count, len(beside(definition, name).split()))
    return [_record(definition, number) for number in numbers(definition, count)]


def numbers(definition: Definition, count: int) -> list[int]:
    """The numbers that made-up records of a source have: always the same ones."""
    return sorted(random.Random(definition.id).sample(range(1, 10 * count + 70), count))


def _record(definition: Definition, number: int) -> dict[str, Any]:
    address = _address(definition, number)
    return {
        name: _value(definition, name, spec, number, address)
        for name, spec in definition.fields.items()
        if spec.sources != ("@evidence",) and spec.means != "evidence"
    }


def _address(definition: Definition, number: int) -> str:
    pattern = _PATHS.get(definition.id) or definition.reading.get("item", "/*").replace("*", "made-up-{}")
    parts = urlsplit(definition.address or "https://made-up.example")
    return f"{parts.scheme}://{parts.netloc}{pattern.format(number)}"


def _value(definition: Definition, name: str, spec: Field, number: int, address: str) -> Any:
    kind = spec.of if spec.type == "list" else spec.type
    if kind == "object":
        value: Any = {
            inner: _value(definition, inner, each, number, address) for inner, each in spec.fields.items()
        } or {"name": "Made up"}
    else:
        value = _text(definition, name, spec, kind, number, address)
    return [value] if spec.type == "list" else value


def _text(definition: Definition, name: str, spec: Field, kind: str, number: int, address: str) -> Any:
    word, _, argument = spec.means.partition(":")
    for source in spec.sources:
        if source.startswith("@address"):
            found = re.search(source.partition(":")[2] or "(.*)", address)
            return found[1] if found else ""
    if name == "type" and definition.mapping == "innokyla":
        return "toimintamalli"
    if word == "identifier":
        text = _NUMBERS.get(argument, "made-up-{}").format(number)
        return (definition.key_prefix or "https://made-up.example/") + text if kind == "iri" else text
    if name == "country" and name in definition.keys:
        return ("AT", "BE", "BG", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR")[number % 11]
    if name in definition.keys and kind in ("iri", "text"):
        return (
            f"{definition.key_prefix or 'https://made-up.example/'}made-up-{number}" if kind == "iri" else f"{number}"
        )
    if word == "name" and not definition.fields.get(name):
        return f"Made-up organisation {number}"
    if word == "name":
        return f"Social innovation, made up {number}"
    if word == "concept":
        return next(iter(load_code_lists()[argument.partition(":")[2]])).labels["en"]
    if word == "role":
        return f"Made-up organisation {number}" if argument else "participant"
    words = _WORDS.get(spec.means, _WORDS.get(word, f"made up: {name} {number}"))
    of_kind = {"date": "2022", "finnish-date": "1.3.2022", "language": "fi", "amount": "1000.50", "boolean": True}
    if kind == "iri":
        return words if words.startswith("https:") else f"https://made-up.example/{name}/{number}"
    return words if word in _WORDS and kind in ("text", "amount") else of_kind.get(kind, _of_name(name, words))


def _of_name(name: str, words: str) -> str:
    """Where other mappings than *things* look a text up: a text that their lists know."""
    return {"country": "FI", "status": "operating", "role": "partner", "phase": "founding 2021-2023"}.get(name, words)


# The source's own form


def raw(definition: Definition, record: Mapping[str, Any], fields: Mapping[str, Field] | None = None) -> dict[str, Any]:
    """A record as an object with the names and paths of the source."""
    found: dict[str, Any] = {}
    for name, spec in (fields or definition.fields).items():
        if name not in record:
            continue
        source, value = (spec.sources or (name,))[0], record[name]
        if source == ".":
            found.update(raw(definition, value[0], spec.fields))
        elif source == "joined":
            found["joined"] = [raw(definition, each, spec.fields) for each in value]
        elif spec.fields:
            inner = [raw(definition, each, spec.fields) for each in (value if isinstance(value, list) else [value])]
            _put(found, source, inner if spec.type == "list" else inner[0])
        elif not source.startswith("@"):
            _put(found, source.replace("@", "|"), value)
    return found


def _put(into: dict[str, Any], path: str, value: Any) -> None:
    """Put a value where a path of names leads; a condition makes an item of a list."""
    steps = _STEP.findall(path)
    for place, (name, conditions) in enumerate(steps):
        last = place == len(steps) - 1
        if not conditions:
            if last:
                into[name] = value
                return
            below = into.setdefault(name, {})
            into = below[0] if isinstance(below, list) else below
            continue
        wanted = dict(re.findall(r"\[([^!\]=]+)=([^\]]*)\]", conditions))
        item: dict[str, Any] = dict(wanted)
        items = into.setdefault(name, [])
        items.append(item)
        into = item


def _dropped(definition: Definition) -> dict[str, str]:
    known = {source for spec in definition.fields.values() for source in spec.sources}
    return {label: PERSON for label in definition.reading.get("drop", ()) if label not in known}


def site(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    """The source's replica: an answer to each request."""
    of_kind = {
        "pages": _pages, "sitemap": _pages, "wordpress": _wordpress, "rest": _rest, "json": _rest, "sparql": _sparql,
        "csv": _tables, "xlsx": _tables, "xml": _xml,
    }  # fmt: skip
    return of_kind[definition.reader](definition, wanted)


def _json(content: Any) -> Given:
    return Given(json.dumps(content).encode())


def _missing(asked: Asked) -> Given:
    return Given(b"<!-- Made up. --><html><body>Not found</body></html>", "text/html", 404)


def _page(body: str) -> Given:
    return Given(f"<!-- Made up. --><html lang='fi'><body><main>{body}</main></body></html>".encode(), "text/html")


def _labelled(definition: Definition, record: Mapping[str, Any]) -> str:
    heading, rows = "", []
    for name, spec in definition.fields.items():
        source, value = (spec.sources or (name,))[0], record.get(name)
        texts = [str(each) for each in (value if isinstance(value, list) else [value])]
        if source == "@h1":
            heading = f"{spec.split} {texts[0]}".strip()
        elif source == "title.rendered":
            heading = texts[0]
        elif not source.startswith("@") and source not in ("slug", "link"):
            rows.append((source.rstrip("*"), texts))
    rows += [(UNKNOWN, ["43"]), *((label.rstrip("*"), [text]) for label, text in _dropped(definition).items())]
    items = "".join(
        f"<dt>{escape(label)}</dt>" + "".join(f"<dd>{escape(text)}</dd>" for text in texts) for label, texts in rows
    )
    return f"<h1>{escape(heading)}</h1><dl>{items}</dl>"


def _pages(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    of_records = zip(numbers(definition, len(wanted)), wanted, strict=True)
    paths = {urlsplit(_address(definition, number)).path: one for number, one in of_records}
    listings = {urlsplit(each).path for each in definition.reading.get("list", [definition.address])}

    def answer(asked: Asked) -> Given:
        path = unquote(asked.path)
        if path in paths:
            return _page(_labelled(definition, paths[path]))
        if path in listings and definition.reader == "pages":
            return _page("".join(f"<a href='{each}'>Made up</a>" for each in paths))
        if path == "/wp-sitemap.xml":
            host = "://".join(urlsplit(definition.address)[:2])
            urls = "".join(f"<url><loc>{host}{each}</loc></url>" for each in paths)
            return Given(f"<!-- Made up. --><urlset>{urls}</urlset>".encode(), "application/xml")
        return _missing(asked)

    return answer


def _wordpress(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    types = definition.reading["types"]
    items = [
        raw(definition, one) | {"id": n, "content": {"rendered": ""}} | _dropped_json(definition)
        for n, one in enumerate(wanted, 1)
    ]
    root = urlsplit(definition.address).path.rstrip("/") + "/wp-json/"

    def answer(asked: Asked) -> Given:
        if asked.path == root:
            return _json({"routes": {f"/wp/v2/{each}": {} for each in types}})
        first = asked.path == f"{root}wp/v2/{types[0]}" and asked.parameters.get("page") == "1"
        return _json(items) if first else Given(b'{"code": "rest_post_invalid_page_number"}', status=400)

    return answer


def _dropped_json(definition: Definition) -> dict[str, Any]:
    return {path: text for path, text in _dropped(definition).items() if path != "content" and "." not in path}


def _rest(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    items = [raw(definition, one) | _dropped_json(definition) | {UNKNOWN: 43} for one in wanted]
    ids = list(definition.reading.get("ids", ()))
    if name := definition.reading.get("ids_file"):
        ids += beside(definition, name).split()

    def answer(asked: Asked) -> Given:
        here = items
        if ids and "total" in definition.reading:
            place = next((ids.index(value) for value in asked.parameters.values() if value in ids), -1)
            here = items[place : place + 1] if "ids_file" in definition.reading else items if place == 0 else []
        content: dict[str, Any] = {}
        _put(content, definition.reading["items"], here)
        if "total" in definition.reading:
            _put(content, definition.reading["total"], len(here))
        return _json(content)

    return answer


def _sparql(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    rows = [raw(definition, one) | _dropped_json(definition) | {UNKNOWN.replace(" ", "_"): "43"} for one in wanted]
    if any(spec.means == "evidence" for spec in definition.fields.values()):
        rows = [row | {"evidence": "social innovation"} for row in rows]
    key = definition.reading["key"]

    def answer(asked: Asked) -> Given:
        after = re.search(r'> "([^"]*)"', asked.parameters["query"])
        page = sorted((row for row in rows if after and str(row[key]) > after[1]), key=lambda row: str(row[key]))
        bindings = [dict(_terms(row)) for row in page]
        content = {"head": {"vars": []}, "results": {"bindings": bindings}}
        return Given(json.dumps(content).encode(), "application/sparql-results+json")

    return answer


def _terms(row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, value in row.items():
        variable, _, language = name.partition("|")
        text = str(value[0] if isinstance(value, list) else value)
        yield variable, {"type": "literal", "value": text, **({"xml:lang": language} if language else {})}


def _tables(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    """The first of the files has the records; where a second table is joined, it stands in another file."""
    rows, others = [], []
    for number, one in enumerate(wanted):
        row = {**raw(definition, one), **_dropped(definition), UNKNOWN: "43"}
        if join := definition.reading.get("join"):
            others += [{join["to"]: str(row.get(join["on"], number)), **each} for each in row.pop("joined", [])]
            row.setdefault(join["on"], str(number))
        rows.append({name: value[0] if isinstance(value, list) else value for name, value in row.items()})
    first = definition.reading["ids"][0]
    join = definition.reading.get("join", {})

    @cache  # a zip holds the time at which it was made
    def answer(path: str) -> Given:
        here = first in path
        if definition.reader == "xlsx":
            cells = [list(rows[0]), *([list(row.values()) for row in rows] if here else [])]
            return Given(workbook({"Made up": cells}), "application/octet-stream")
        second = "entry" in join and urlsplit(join["entry"]).path.replace("{id}", first).rsplit("_", 1)[0] in path
        tables = {"project.csv": rows, "organization.csv": others}
        if not path.endswith(".zip"):
            return Given(_csv(definition, others if second else rows, here), "text/csv")
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, table in tables.items():
                archive.writestr(name, _csv(definition, table, here))
        return Given(file.getvalue(), "application/zip")

    return lambda asked: answer(asked.path)


def _csv(definition: Definition, rows: list[dict[str, Any]], filled: bool) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=definition.reading.get("delimiter", ","))
    writer.writeheader()
    writer.writerows(rows if filled else [])
    return file.getvalue().encode(definition.reading.get("encoding", "utf-8"))


def _xml(definition: Definition, wanted: list[dict[str, Any]]) -> Answering:
    def element(name: str, value: Any) -> str:
        if isinstance(value, dict):
            return f"<{name}>{''.join(element(*each) for each in value.items())}</{name}>"
        texts = value if isinstance(value, list) else [value]
        return "".join(f"<{name}>{xml_escape(str(text))}</{name}>" for text in texts)

    dropped = {name: text for name, text in _dropped(definition).items() if name[0] != "@"}
    items = [
        element(definition.reading["record"], raw(definition, one) | dropped | {UNKNOWN.replace(" ", "_"): "43"})
        for one in wanted
    ]
    body = f"<?xml version='1.1'?><!-- Made up. --><list>{''.join(items)}</list>".encode()
    return lambda asked: Given(body, "application/xml")
