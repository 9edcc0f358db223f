"""What the table ``[reading]`` of a definition may say, by reader (``options.csv``), and whether it is well put."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from talkoot.harvesters import rows

_KINDS = {"a text": str, "a whole number": int, "a list of texts": list, "true or false": bool, "a table": dict}


READER_NAMES = ("csv", "json", "json-lines", "pages", "rdf", "rest", "sitemap", "sparql", "wordpress", "xlsx", "xml")
"""The readers that a definition may name."""


@lru_cache(maxsize=1)
def options() -> dict[str, dict[str, tuple[type, str, str]]]:
    """By reader, each option with its type, the type in words, and what it means; ``every``: those of every reader."""
    found: dict[str, dict[str, tuple[type, str, str]]] = {name: {} for name in (*READER_NAMES, "every")}
    for row in rows("options"):
        for reader in row["readers"].split():
            found[reader][row["option"]] = (_KINDS[row["type"]], row["type"], row["meaning"])
    return found


def is_of(value: Any, expected: str) -> bool:
    """Whether a value of a definition is of a type in words, such as *a list of texts*."""
    texts = not isinstance(value, list) or all(isinstance(item, str) for item in value)
    return type(value) is _KINDS[expected] and texts


def option_faults(reader: str, reading: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a table ``[reading]``, each with what was expected."""
    known = options()[reader] | options()["every"]
    for name, value in reading.items():
        where = f"reading.{name}"
        if name not in known:
            yield f"{where} is not known: expected one of {', '.join(known)}"
        elif not is_of(value, known[name][1]):
            yield f"{where} is {value!r}: expected {known[name][1]}"
        elif name == "announced" or (name == "item" and value.startswith("^")):
            yield from _expression(where, value, value, groups=name == "announced")
        elif name == "join" and not {"on", "to"} <= value.keys() <= {"on", "to", "entry", "member"}:
            yield f"{where} has {', '.join(value)}: expected on, to, and perhaps entry and member"
        elif name == "select":
            for rule, table in value.items():
                for column, words in table.items() if isinstance(table, dict) else [("", table)]:
                    place = f"{where}.{rule}.{column}".removesuffix(".")
                    if rule not in ("any", "all", "none") or not column or not is_of(words, "a list of texts"):
                        yield f"{place} is {words!r}: expected any, all or none, and a list of texts for each column"
                        continue
                    for word in words:
                        if word.startswith("~"):
                            yield from _expression(place, word, f"(?:{word[1:]})")


def _expression(where: str, value: str, pattern: str, *, groups: bool = False) -> Iterator[str]:
    try:
        if not re.compile(pattern).groups and groups:
            yield f"{where} is {value!r}: expected a group around the number"
    except re.error as error:
        yield f"{where} is {value!r}: expected a regular expression: {error}"
