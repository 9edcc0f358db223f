"""What the table ``[reading]`` of a definition may say, by reader: each key, its type, and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TEXT, _NUMBER, _WORDS, _TRUTH, _TABLE = (
    (str, "a text"), (int, "a whole number"), (list, "a list of texts"), (bool, "true or false"), (dict, "a table"),
)  # fmt: skip

EVERY: dict[str, tuple[type, str, str]] = {
    "secrets": (*_WORDS, "Query parameters and headers whose values are kept nowhere."),
    "drop": (
        *_WORDS,
        "Labels, columns or paths of personal data: known, so that no other field takes them, never read.",
    ),
}
_IDS = {
    "ids": (*_WORDS, "What stands for {id} in the entry, one request each."),
    "ids_file": (*_TEXT, "A file beside the definition with these ids, one a line."),
}
_FILE = {
    **_IDS,
    "member": (*_TEXT, "The files to read within a zip, as a pattern with * and ?."),
    "encoding": (*_TEXT, "The file's encoding, such as cp1252, utf-16 or utf-8-sig; utf-8 where it is not said."),
}
_CHOICE = {
    "select": (
        *_TABLE,
        "Rows of interest: tables any, all and none of columns with their values, or with ~ and a regular expression. "
        "What matched stands under @evidence.",
    ),
    "group": (*_TRUTH, "Rows of one key are one record: lists gather, of other fields the first value counts."),
    "join": (
        *_TABLE,
        "A second table: entry or member, where they differ, and the columns on (here) and to (there); its rows stand "
        "under joined.",
    ),
}
_TABLES = {**_FILE, **_CHOICE}
_ITEMS = {"items": (*_TEXT, "Path of the list of records within the document; without it the document is the list.")}
_PAGES = {
    "item": (*_TEXT, "Path of a record's page: * is one step, ** any; or a regular expression that begins with ^."),
    "fold_hosts": (*_WORDS, "Other names of the entry's host: www.example.org where that is example.org."),
    "tabs": (*_WORDS, "Endings of further addresses of a record, such as /results, read with its page."),
    "language": (*_TEXT, "The language to ask for (Accept-Language)."),
    "until": (*_WORDS, "Texts at which reading of a page ends, such as the heading of related pages."),
    "types": (*_WORDS, "Types of JSON-LD nodes, or content types of WordPress, that are read."),
    "pages": (*_NUMBER, "Pages of a listing that are read at most; 500 where it is not said."),
}
OPTIONS: dict[str, dict[str, tuple[type, str, str]]] = {
    "csv": {**_TABLES, "delimiter": (*_TEXT, "What stands between cells; a comma where it is not said.")},
    "json": {**_TABLES, **_ITEMS},
    "json-lines": _TABLES,
    "xlsx": {
        **_TABLES,
        "sheet": (*_TEXT, "The sheet's name; the first one where it is not said."),
        "header": (*_NUMBER, "The row of the header, counted from 1."),
    },
    "xml": {**_TABLES, "record": (*_TEXT, "Name of the element that is a record.")},
    "rest": {
        **_IDS,
        **_CHOICE,
        **_ITEMS,
        "next": (
            *_TEXT,
            "Path of the next page's address or cursor; or what is added to the entry, with {n}: &page={n}.",
        ),
        "cursor": (*_TEXT, "What is added to the entry for the next page, with the cursor as {next}: &cursor={next}."),
        "first": (*_NUMBER, "The first page's number or offset."),
        "step": (*_NUMBER, "How much the number grows by with a page."),
        "pages": (*_NUMBER, "Pages that are read at most."),
        "total": (*_TEXT, "Path of the number of records that the source announces."),
        "ceiling": (*_NUMBER, "The most records that the source gives to one request, such as 10000."),
    },
    "sparql": {
        **_CHOICE,
        "query": (*_TEXT, "File of the SELECT query beside the definition, with {after} and {size} if it is paged."),
        "key": (*_TEXT, "The variable that rows are ordered by, as text."),
        "size": (*_NUMBER, "What stands for {size}: distinct keys in a page."),
        "count": (*_TEXT, "File of a query whose one value is the number of keys."),
        "pages": (*_NUMBER, "Pages that are read at most."),
    },
    "rdf": {
        **_FILE,
        "subjects": (*_TRUTH, "A record for each thing, also where things stand in named graphs."),
        "format": (*_TEXT, "ttl, nt, nq, trig, jsonld or rdf, where the file's name does not say it."),
    },
    "pages": {
        **_PAGES,
        "list": (*_WORDS, "The listings' addresses, if not the entry alone."),
        "addresses": (*_WORDS, "Addresses of records' pages, or names of files beside the definition that hold them."),
        "next": (*_TEXT, "The way on: an address with {n} (?page={n}), rel (rel=next), or the text of the link."),
        "first": (*_NUMBER, "The number of the listing's first page, 1 where it is not said."),
        "step": (*_NUMBER, "How much {n} grows by with a page."),
        "announced": (*_TEXT, "Regular expression whose group is the number of records that the listing announces."),
    },
    "sitemap": _PAGES,
    "wordpress": {**_PAGES, "query": (*_TEXT, "What is added to each request, such as _embed=wp:term&lang=en.")},
}


def option_faults(reader: str, reading: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a table ``[reading]``, each with what was expected."""
    known = OPTIONS[reader] | EVERY
    for name, value in reading.items():
        if name not in known:
            yield f"reading.{name} is not an option of {reader}: expected one of {', '.join(known)}"
            continue
        kind, expected, _ = known[name]
        texts = not isinstance(value, list) or all(isinstance(item, str) for item in value)
        wrong = type(value) is not kind or not texts
        if wrong:
            yield f"reading.{name} is {value!r}: expected {expected}"
        elif name == "announced" or (name == "item" and value.startswith("^")):
            try:
                if not re.compile(value).groups and name == "announced":
                    yield f"reading.{name} is {value!r}: expected a group around the number"
            except re.error as error:
                yield f"reading.{name} is {value!r}: expected a regular expression: {error}"
        elif name == "join" and not {"on", "to"} <= value.keys() <= {"on", "to", "entry", "member"}:
            yield f"reading.join has {', '.join(value)}: expected on, to, and perhaps entry and member"
        elif name == "select":
            for rule, table in value.items():
                for column, words in table.items() if isinstance(table, dict) else [("", table)]:
                    where = f"reading.select.{rule}.{column}".removesuffix(".")
                    if rule not in ("any", "all", "none") or not isinstance(words, list) or not column:
                        yield f"{where} is {words!r}: expected any, all or none, and a list of texts for each column"
                        continue
                    for word in words:
                        try:
                            re.compile(f"(?:{word.removeprefix('~')})" if word.startswith("~") else "")
                        except re.error as error:
                            yield f"{where} is {word!r}: expected a regular expression after ~: {error}"
