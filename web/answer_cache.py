"""Answers as they went out, by what was asked: one that is asked again costs nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from werkzeug.http import parse_etags

_MOST_ANSWERS = 4000
_MOST_BYTES = 48 * 1024 * 1024
_LARGEST = 512 * 1024


class Kept(NamedTuple):
    """An answer: the headers and the body, which belong to one release."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str = ""


def client_has(environ: Mapping[str, object], etag: str) -> bool:
    """Whether the client says that it has the answer of that weak tag already."""
    asked = str(environ.get("HTTP_IF_NONE_MATCH") or "")
    return bool(asked) and parse_etags(asked).contains_weak(etag[3:-1])


class AnswerCache:
    """Keeps the answers used last, up to a number and a size; one for each process. A key begins with the release."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[object, ...]) -> Kept | None:
        """The answer kept under a key."""
        try:  # without the lock: each step is whole by itself, and keys of texts and numbers run no code of ours
            self._kept.move_to_end(key)
            return self._kept[key]
        except KeyError:
            return None

    def put(self, key: tuple[object, ...], kept: Kept) -> None:
        """Keep an answer that is not very large."""
        size = len(kept.body)
        if size > _LARGEST:
            return
        with self._lock:
            if (old := self._kept.pop(key, None)) is not None:
                self._bytes -= len(old.body)
            self._kept[key] = kept
            self._bytes += size
            while len(self._kept) > _MOST_ANSWERS or self._bytes > _MOST_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)
