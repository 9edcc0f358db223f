"""Rows: the raw values of a record and the place where they stand, and the way to files and sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.fetching.request import Answer, FetchError, Request


@dataclass(frozen=True, slots=True)
class Row:
    """Values as they were read, not yet checked, with the line they begin on and the page, where it is one of many."""

    line: int
    values: Mapping[str, Any]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader may use: the longest line allowed, in bytes, and the way to fetch, where the run has one."""

    longest: int
    fetch: Callable[[Request], Answer] | None = None

    def ask(self, request: Request) -> Answer:
        """Fetch. Raises :class:`FetchError`, also where the run has no way to the network."""
        if self.fetch is None:
            raise FetchError("connection", "this run asks no network", request.url)
        return self.fetch(request)

    def open(self, definition: Definition, address: str = "") -> BinaryIO:
        """The file or answer of a definition's entry, or of an address. Raises :class:`FetchError`."""
        if not definition.bundled:
            return self.ask(Request(address or definition.address)).open()
        try:
            return definition.entry.open("rb")
        except OSError as error:
            raise FetchError("file-missing", f"cannot be opened: {error.strerror}", definition.place) from error


def quoted(definition: Definition, text: str) -> str:
    """What an issue may quote of a file: its start, and nothing where persons may be named."""
    return "" if definition.personal_data else text.strip("\r\n")[:200]


def fetch_issue(definition: Definition, error: FetchError, key: str = "") -> Issue:
    """What a fetch came to, as an issue of the source or of one record of it."""
    return Issue(error.code, definition.id, error.message, key=key, file=error.url)
