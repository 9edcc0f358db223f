"""Definitions: what a source is, where its records lie and which fields they have, read from TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from talkoot.graph.records import RESERVED_SOURCES
from talkoot.graph.workbench import SourceDescription
from talkoot.harvesters.meanings import faults
from talkoot.harvesters.options import EVERY, OPTIONS, option_faults
from talkoot.harvesters.values import EXPECTATIONS, fits, is_address
from talkoot.ontology.folding import slug

BUNDLED = Path(__file__).resolve().parent / "sources"

FIELD_TYPES = ("text", "iri", "date", "finnish-date", "amount", "language", "boolean", "list", "object")


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


READER_NAMES = (
    "csv", "json", "json-lines", "pages", "rdf", "rest", "sitemap", "sparql", "wordpress", "xlsx", "xml",
)  # fmt: skip
MAPPING_NAMES = ("centres", "consortia", "innokyla", "rdf", "seed_project", "things")
OBTAINED = ("page", "copy", "dump", "service", "curated")

FREQUENCIES = {
    "daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "half-yearly": 182, "yearly": 365, "once": None,
}  # fmt: skip
"""How often a source is worth asking again, in days."""

EVIDENCE = ("seen", "documented", "guessed")
"""How its addresses and labels are known: read, documented by the publisher, or guessed and not yet confirmed."""

_TEXT, _WORDS, _TABLE = (str, "a text"), (list, "a list of texts"), (dict, "a table")
_REQUIRED: dict[str, tuple[type, str]] = {
    "title": _TEXT,
    "publisher": _TEXT,
    "country": _TEXT,
    "licence": _TEXT,
    "terms": _TEXT,
    "frequency": _TEXT,
    "personal_data": (bool, "true or false"),
    "obtained": _TEXT,
    "as_of": _TEXT,
    "precedence": (int, "a whole number"),
    "reader": _TEXT,
    "entry": _TEXT,
    "mapping": _TEXT,
    "keys": _WORDS,
    "fields": _TABLE,
}
_OPTIONAL: dict[str, tuple[type, str]] = {
    "id": _TEXT,
    "publisher_page": _TEXT,
    "pages": _WORDS,
    "key_prefix": _TEXT,
    "defaults": _TABLE,
    "bounds": _TABLE,
    "evidence": _TEXT,
    "reading": _TABLE,
}
_CHOICES = {
    "reader": READER_NAMES,
    "mapping": MAPPING_NAMES,
    "obtained": OBTAINED,
    "evidence": EVIDENCE,
    "frequency": tuple(FREQUENCIES),
}


def read_definition(path: Path) -> Definition:
    """Read one definition. Raises :class:`DefinitionError` naming file, line and key, and what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
        return _read(path, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: not TOML: {error}") from error
    except DefinitionError as error:
        place, _, message = str(error).partition(": ")
        raise DefinitionError(f"{place}{_line(text, message)}: {message}") from error


def _line(text: str, message: str) -> str:
    """``:`` and the line of the key that a message begins with, or of its table; empty where neither is there."""
    for name in reversed(re.split(r"[ :]", message)[0].removesuffix(".means").split(".")):
        key = re.escape(name)
        if found := re.search(rf"(?m)^\s*(\[.*\b{key}\]|\"?{key}\"?\s*=)", text):
            return f":{text.count(chr(10), 0, found.start(1)) + 1}"
    return ""


def _read(path: Path, data: Mapping[str, Any]) -> Definition:
    _check_keys(path.name, data)
    source = str(data.get("id", path.stem))
    if slug(source) != source or source in RESERVED_SOURCES:
        raise DefinitionError(
            f"{path.name}: id is {source!r}, which is not free: expected small letters, digits and hyphens, "
            f"and none of {', '.join(sorted(RESERVED_SOURCES))}"
        )
    fields = _fields(data["fields"], path.name, "fields")
    keys = tuple(data["keys"])
    for list_name in ("keys", "pages"):
        for name in data.get(list_name, ()):
            if name not in fields:
                raise DefinitionError(f"{path.name}: {list_name} names {name}, which is not among the fields")
    for name in data.get("pages", ()):
        if "iri" not in (fields[name].type, fields[name].of):
            raise DefinitionError(f"{path.name}: pages names {name}: expected a field of type iri, or a list of them")
    sure = any(fields[name].required and fields[name].type == "iri" for name in data.get("pages", ()))
    if not is_address(data.get("publisher_page", "")) and (data.get("publisher_page") or not sure):
        raise DefinitionError(f"{path.name}: publisher_page is needed where a record has no page: expected an address")
    remote = data["entry"].startswith(("http://", "https://"))
    if remote and "evidence" not in data:
        raise DefinitionError(f"{path.name}: evidence is missing: expected one of {', '.join(EVIDENCE)}")
    bounds = data.get("bounds", {})
    numbers = bounds.get("records", [0])
    if not isinstance(numbers, list) or len(numbers) not in (1, 2) or not all(type(n) is int for n in numbers):
        raise DefinitionError(f"{path.name}: bounds.records is {numbers!r}: expected [least] or [least, most]")
    fill = bounds.get("fill", {})
    for name, share in fill.items():
        if name not in fields or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise DefinitionError(f"{path.name}: bounds.fill.{name} is {share!r}: expected a field and its least share")
    for fault in option_faults(data["reader"], data.get("reading", {})):
        raise DefinitionError(f"{path.name}: {fault}")
    if data["mapping"] == "things":
        for fault in faults(data.get("defaults", {}), fields):
            raise DefinitionError(f"{path.name}: {fault}")
    told = ("title", "publisher", "country", "licence", "terms", "frequency", "personal_data", "obtained", "as_of")
    return Definition(
        id=source,
        publisher_page=data.get("publisher_page", ""),
        precedence=data["precedence"],
        known_to_exist=bounds.get("known_to_exist"),
        reader=data["reader"],
        entry=(path.parent / ("" if remote else data["entry"])).resolve(),
        address=data["entry"] if remote else "",
        evidence=data.get("evidence", "seen"),
        reading=data.get("reading", {}),
        fill=fill,
        mapping=data["mapping"],
        keys=keys,
        fields=fields,
        pages=tuple(data.get("pages", ())),
        key_prefix=data.get("key_prefix", ""),
        defaults=data.get("defaults", {}),
        least=numbers[0],
        most=numbers[1] if len(numbers) == 2 else None,
        **{name: data[name] for name in told},
    )


def _check_keys(file: str, data: Mapping[str, Any]) -> None:
    for name in _REQUIRED:
        if name not in data:
            raise DefinitionError(f"{file}: {name} is missing")
    for name, value in data.items():
        kind, expected = (_REQUIRED | _OPTIONAL).get(name, (None, ""))
        if kind is None:
            raise DefinitionError(f"{file}: {name} is not a key of a definition")
        texts = not isinstance(value, list) or all(isinstance(item, str) for item in value)
        if type(value) is not kind or not texts:
            raise DefinitionError(f"{file}: {name} is {value!r}: expected {expected}")
    for name, choices in _CHOICES.items():
        if name in data and data[name] not in choices:
            raise DefinitionError(f"{file}: {name} is {data[name]!r}: expected one of {', '.join(choices)}")
    if not fits("date", data["as_of"]):
        raise DefinitionError(f"{file}: as_of is {data['as_of']!r}: expected {EXPECTATIONS['date']}")
    if data["licence"] != "unknown" and not is_address(data["licence"]):
        raise DefinitionError(f"{file}: licence is {data['licence']!r}: expected the licence's address, or unknown")
    options = OPTIONS[data["reader"]] | EVERY
    for name, value in data.get("reading", {}).items():
        if name not in options:
            raise DefinitionError(f"{file}: reading.{name} is not known: expected one of {', '.join(options)}")
        if type(value) is not options[name][0]:
            raise DefinitionError(f"{file}: reading.{name} is {value!r}: expected {options[name][1]}")
    if not data["keys"]:
        raise DefinitionError(f"{file}: keys is empty: expected the fields that make a record's key")


_FIELD_KEYS = dict.fromkeys(("type", "required", "of", "fields", "from", "split", "means"))


def _fields(data: Mapping[str, Any], file: str, where: str) -> dict[str, Field]:
    found = {}
    for name, spec in data.items():
        if not isinstance(spec, dict) or not set(spec) <= _FIELD_KEYS.keys():
            raise DefinitionError(f"{file}: {where}.{name} is {spec!r}: expected a table of {', '.join(_FIELD_KEYS)}")
        kind, of = spec.get("type"), spec.get("of", "")
        if kind not in FIELD_TYPES or (kind == "list" and of not in FIELD_TYPES):
            raise DefinitionError(
                f"{file}: {where}.{name}: type {kind!r} of {of!r}: expected one of {', '.join(FIELD_TYPES)}"
            )
        nested = _fields(spec["fields"], file, f"{where}.{name}") if "fields" in spec else {}
        sources = spec.get("from", [])
        sources = (sources,) if isinstance(sources, str) else tuple(sources)
        found[name] = Field(
            kind, bool(spec.get("required", False)), of, nested, sources, spec.get("split", ""), spec.get("means", "")
        )
    return found


def load_definitions(home: Path | None = None) -> dict[str, Definition]:
    """All definitions by id: the bundled ones, and over them those in the home folder's ``sources/``."""
    found = {}
    for folder in (BUNDLED, home / "sources" if home else None):
        if folder is None or not folder.is_dir():
            continue
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.toml")):
            definition = read_definition(path)
            if (other := here.setdefault(definition.id, path)) != path:
                raise DefinitionError(f"{path.name}: the id {definition.id!r} is that of {other.name} too")
            found[definition.id] = definition
    return dict(sorted(found.items(), key=lambda item: (item[1].precedence, item[0])))
