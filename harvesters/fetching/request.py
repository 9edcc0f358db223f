"""What is asked of a source, what comes back, and what can go wrong on the way."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from urllib.parse import urldefrag

from talkoot.graph.fetch_log import Fetch

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class FetchError(RuntimeError):
    """An address gave nothing that can be used: an issue code, and a sentence on what came and what was expected."""

    def __init__(self, code: str, message: str, url: str, status: int = 0, again: bool = False) -> None:
        super().__init__(f"{url}: {message}")
        self.code, self.message, self.url, self.status = code, message, url, status
        self.gone = status in (404, 410)  # the site says that there is no such page
        self.again = again  # the next attempt may well succeed


class Stopped(RuntimeError):
    """The run was asked to stop; what was fetched so far is kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the media types of which its answer must be one (none: any)."""

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    accept: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the request is known by in the fetch log: method, address and the hash of its body, if it has one."""
        words = [self.method, urldefrag(self.url).url]
        return " ".join([*words, hashlib.sha256(self.body).hexdigest()] if self.body else words)

    def check_type(self, content_type: str) -> None:
        """Refuse an answer of a media type that was not asked for."""
        found = media_type(content_type)
        if self.accept and found not in self.accept:
            wanted = " or ".join(self.accept)
            raise FetchError("media-type", f"{found or 'no media type'} came, expected {wanted}", self.url)


@dataclass(frozen=True)
class Answer(Fetch):
    """What a request brought; its body lies in the archive, decoded, as the bytes that the site sent."""

    from_archive: bool = field(compare=False)
    open: Callable[[], BinaryIO] = field(compare=False)

    @property
    def body(self) -> bytes:
        """The whole body."""
        with self.open() as stream:
            return stream.read()


def day_ago() -> str:
    """The moment a day ago, as the fetch log writes it."""
    return (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def media_type(content_type: str) -> str:
    """The media type of a Content-Type header, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def hide(text: str, secrets: Collection[str]) -> str:
    """A text with the values of these query parameters taken out."""
    for name in secrets:
        text = re.sub(rf"((?:^|[?&]){re.escape(name)}=)[^&#\s<>\"]*", r"\1hidden", text)
    return text


class StrictDecoder(json.JSONDecoder):
    """Decodes JSON as RFC 8259 has it, decimals as they are written.

    ``fault`` is what Python let pass in the last value: NaN, a key twice, half of a surrogate pair.
    """

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=self._unique, parse_constant=self._refuse, parse_float=str)
        self.fault = ""

    def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
        """The value that begins at a place, and where it ends."""
        self.fault = ""
        value, end = super().raw_decode(s, idx)
        if not self.fault and _SURROGATE.search(s, idx, end):
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                self.fault = "half of a surrogate pair is no character"
        return value, end

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            keys = [key for key, _ in pairs]
            self.fault = f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice in one object"
        return found

    def _refuse(self, constant: str) -> None:
        self.fault = f"{constant} is not JSON"


def strict_json(data: bytes) -> Any:
    """Decode a JSON document, a byte order mark passed over. Raises ValueError on all that is none."""
    decoder = StrictDecoder()
    document = decoder.decode(data.decode("utf-8-sig"))
    if decoder.fault:
        raise ValueError(decoder.fault)
    return document
