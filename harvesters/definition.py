"""Definitions: what a source is, where its records lie and which fields they have, read from TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from talkoot.graph.records import RESERVED_SOURCES
from talkoot.graph.workbench import SourceDescription
from talkoot.harvesters.meanings import faults
from talkoot.harvesters.options import READER_NAMES, is_of, option_faults
from talkoot.harvesters.values import EXPECTATIONS, fits, is_address
from talkoot.ontology.folding import slug

BUNDLED = Path(__file__).resolve().parent / "sources"
FIELD_TYPES = tuple(EXPECTATIONS)
_REMOTE = ("http://", "https://")


class DefinitionError(ValueError):
    """A definition cannot be used; the message names file, key and what was expected."""


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field: its type, whether a record must have it, and what a list or an object holds.

    ``sources`` are the names under which the source has it (labels, columns, paths), the first that is there counts;
    ``split`` cuts one text into a list; ``means`` is what the mapping *things* says with it.
    """

    type: str
    required: bool = False
    of: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    split: str = ""
    means: str = ""


@dataclass(frozen=True, slots=True)
class Definition(SourceDescription):
    """One source: what is told of it, where and how it is read, and what a record holds."""

    reader: str
    entry: Path
    mapping: str
    keys: tuple[str, ...]
    fields: Mapping[str, Field]
    pages: tuple[str, ...] = ()
    key_prefix: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    least: int = 0
    most: int | None = None
    fill: Mapping[str, float] = field(default_factory=dict)
    address: str = ""
    evidence: str = "seen"
    reading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bundled(self) -> bool:
        """Whether the records travel with the definition, so that no network is asked."""
        return not self.address

    @property
    def place(self) -> str:
        """Where the records lie, as messages name it: a file's name or an address."""
        return self.address or self.entry.name

    def key(self, values: Mapping[str, Any]) -> str:
        """The record's key: the key fields, without the declared prefix, as path-safe words joined by dots."""
        text = str(values[self.keys[0]]).removeprefix(self.key_prefix).strip("/")
        if len(self.keys) == 1 and text.replace("-", "").replace("_", "").isalnum() and text.isascii():
            return text
        return ".".join(self.key_part(name, values) for name in self.keys)

    def key_part(self, name: str, values: Mapping[str, Any]) -> str:
        """What one field gives to the key; empty where it folds to nothing."""
        text = str(values[name]).removeprefix(self.key_prefix)
        return ".".join(word for part in text.split("/") if (word := slug(part)))


MAPPING_NAMES = ("centres", "consortia", "innokyla", "rdf", "seed_project", "things")
OBTAINED = ("page", "copy", "dump", "service", "curated")
FREQUENCIES = {
    "daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "half-yearly": 182, "yearly": 365, "once": None,
}  # fmt: skip
"""How often a source is worth asking again, in days."""

EVIDENCE = ("seen", "documented", "guessed")
"""How its addresses and labels are known: read, documented by the publisher, or guessed and not yet confirmed."""

_REQUIRED = (
    "title publisher country licence terms frequency personal_data obtained as_of precedence reader entry mapping keys "
    "fields"
).split()
_TYPES = dict.fromkeys((*_REQUIRED, "id", "publisher_page", "key_prefix", "evidence"), "a text") | {
    "personal_data": "true or false", "precedence": "a whole number", "keys": "a list of texts",
    "pages": "a list of texts", "fields": "a table", "defaults": "a table", "bounds": "a table", "reading": "a table",
}  # fmt: skip
_CHOICES = {
    "reader": READER_NAMES, "mapping": MAPPING_NAMES, "obtained": OBTAINED, "evidence": EVIDENCE,
    "frequency": tuple(FREQUENCIES),
}  # fmt: skip
_FIELD_KEYS = ("type", "required", "of", "fields", "from", "split", "means")


def read_definition(path: Path) -> Definition:
    """Read one definition. Raises :class:`DefinitionError` naming file, line and key, and what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: not TOML: {error}") from error
    data = {"id": path.stem} | data
    for message in _faults(data):
        raise DefinitionError(f"{path.name}{_line(text, message)}: {message}")
    bounds, remote = data.pop("bounds", {}), data["entry"].startswith(_REMOTE)
    least, most = [*bounds.get("records", [0]), None][:2]
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    values |= {
        "publisher_page": data.get("publisher_page", ""),
        "entry": (path.parent / ("" if remote else data["entry"])).resolve(),
        "address": data["entry"] if remote else "", "fields": _fields(data["fields"]), "least": least, "most": most,
        "fill": bounds.get("fill", {}), "known_to_exist": bounds.get("known_to_exist"),
        "known_from": str(bounds.get("known_from", "")),
    }  # fmt: skip
    return Definition(**values)


def _line(text: str, message: str) -> str:
    """``:`` and the line of the key that a message begins with, or of its table; empty where neither is there."""
    for name in reversed(re.split(r"[ :]", message)[0].removesuffix(".means").split(".")):
        key = re.escape(name)
        if found := re.search(rf"(?m)^\s*(\[.*\b{key}\]|\"?{key}\"?\s*=)", text):
            return f":{text.count(chr(10), 0, found.start(1)) + 1}"
    return ""


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a definition; each fault takes for granted that there is none before it."""
    for name in _REQUIRED:
        if name not in data:
            yield f"{name} is missing"
    for name, value in data.items():
        if name not in _TYPES:
            yield f"{name} is not a key of a definition"
        elif not is_of(value, _TYPES[name]):
            yield f"{name} is {value!r}: expected {_TYPES[name]}"
    for name, choices in _CHOICES.items():
        if name in data and data[name] not in choices:
            yield f"{name} is {data[name]!r}: expected one of {', '.join(choices)}"
    if not fits("date", data["as_of"]):
        yield f"as_of is {data['as_of']!r}: expected {EXPECTATIONS['date']}"
    if data["licence"] != "unknown" and not is_address(data["licence"]):
        yield f"licence is {data['licence']!r}: expected the licence's address, or unknown"
    yield from option_faults(data["reader"], data.get("reading", {}))
    if not data["keys"]:
        yield "keys is empty: expected the fields that make a record's key"
    if slug(data["id"]) != data["id"] or data["id"] in RESERVED_SOURCES:
        expected = f"small letters, digits and hyphens, and none of {', '.join(sorted(RESERVED_SOURCES))}"
        yield f"id is {data['id']!r}, which is not free: expected {expected}"
    yield from _field_faults(data["fields"], "fields")
    fields, pages = _fields(data["fields"]), data.get("pages", ())
    for word, name in (*(("keys", name) for name in data["keys"]), *(("pages", name) for name in pages)):
        if name not in fields:
            yield f"{word} names {name}, which is not among the fields"
        elif word == "pages" and "iri" not in (fields[name].type, fields[name].of):
            yield f"pages names {name}: expected a field of type iri, or a list of them"
    sure = any(fields[name].required and fields[name].type == "iri" for name in pages)
    if not is_address(data.get("publisher_page", "")) and (data.get("publisher_page") or not sure):
        yield "publisher_page is needed where a record has no page: expected an address"
    if data["entry"].startswith(_REMOTE) and "evidence" not in data:
        yield f"evidence is missing: expected one of {', '.join(EVIDENCE)}"
    numbers = data.get("bounds", {}).get("records", [0])
    if not isinstance(numbers, list) or len(numbers) not in (1, 2) or not all(type(n) is int for n in numbers):
        yield f"bounds.records is {numbers!r}: expected [least] or [least, most]"
    known = data.get("bounds", {}).get("known_to_exist", 1)
    if type(known) is not int or known < 1:
        yield f"bounds.known_to_exist is {known!r}: expected a whole number above 0"
    for name, share in data.get("bounds", {}).get("fill", {}).items():
        if name not in fields or not isinstance(share, int | float) or not 0 <= share <= 1:
            yield f"bounds.fill.{name} is {share!r}: expected a field and its least share"
    if data["mapping"] == "things":
        yield from faults(data.get("defaults", {}), fields)


def _field_faults(data: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, spec in data.items():
        if not isinstance(spec, dict) or not set(spec) <= set(_FIELD_KEYS):
            yield f"{where}.{name} is {spec!r}: expected a table of {', '.join(_FIELD_KEYS)}"
        kind, of = spec.get("type"), spec.get("of", "")
        if kind not in FIELD_TYPES or (kind == "list" and of not in FIELD_TYPES):
            yield f"{where}.{name}: type {kind!r} of {of!r}: expected one of {', '.join(FIELD_TYPES)}"
        yield from _field_faults(spec.get("fields", {}), f"{where}.{name}")


def _fields(data: Mapping[str, Any]) -> dict[str, Field]:
    return {
        name: Field(
            spec["type"], bool(spec.get("required")), spec.get("of", ""), _fields(spec.get("fields", {})),
            tuple([named] if isinstance(named := spec.get("from", ()), str) else named), spec.get("split", ""),
            spec.get("means", ""),
        )
        for name, spec in data.items()
    }  # fmt: skip


def load_definitions(home: Path | None = None) -> dict[str, Definition]:
    """All definitions by id: the bundled ones, and over them those in the home folder's ``sources/``."""
    found = {}
    for folder in (BUNDLED, home / "sources") if home else (BUNDLED,):
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.toml")):
            definition = read_definition(path)
            if (other := here.setdefault(definition.id, path)) != path:
                raise DefinitionError(f"{path.name}: the id {definition.id!r} is that of {other.name} too")
            found[definition.id] = definition
    return dict(sorted(found.items(), key=lambda item: (item[1].precedence, item[0])))
