"""Rendered answers, kept by their validator: the same release, address, language and format give the same bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from flask import Response

_MOST_ANSWERS = 1000
_MOST_BYTES = 48 * 1024 * 1024
_LARGEST = 512 * 1024


class PageCache:
    """The answers used last, up to a number and a size; one for each process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, list[tuple[str, str]]]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, etag: str) -> Response | None:
        """A fresh response with the answer kept under a validator."""
        with self._lock:
            kept = self._kept.get(etag)
            if kept is None:
                return None
            self._kept.move_to_end(etag)
        body, headers = kept
        return Response(body, headers=headers)

    def put(self, etag: str, response: Response) -> None:
        """Keep a whole answer; one that is streamed or very large is not kept."""
        if response.is_streamed or response.status_code != 200:
            return
        body = response.get_data()
        if len(body) > _LARGEST:
            return
        headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
        with self._lock:
            if etag not in self._kept:
                self._kept[etag] = (body, headers)
                self._bytes += len(body)
            while len(self._kept) > _MOST_ANSWERS or self._bytes > _MOST_BYTES:
                _, (old, _) = self._kept.popitem(last=False)
                self._bytes -= len(old)
