"""What is asked of a source, what comes back, and what can go wrong on the way."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import urldefrag

from talkoot.graph.fetch_log import Fetch


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
    def not_modified(self) -> bool:
        """Whether the site says that nothing has changed; the body is the one that it sent before."""
        return self.status == 304

    @property
    def media_type(self) -> str:
        """The media type that the site names, without parameters."""
        return media_type(self.headers.get("Content-Type", ""))

    @property
    def body(self) -> bytes:
        """The whole body."""
        with self.open() as stream:
            return stream.read()


def media_type(content_type: str) -> str:
    """The media type of a Content-Type header, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def hide(text: str, secrets: Collection[str]) -> str:
    """A text with the values of these query parameters taken out."""
    for name in secrets:
        text = re.sub(rf"((?:^|[?&]){re.escape(name)}=)[^&#\s<>\"]*", r"\1hidden", text)
    return text


def strict_json(data: bytes) -> Any:
    """Decode JSON as RFC 8259 has it, a byte order mark passed over; raises ValueError on NaN and repeated keys."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            raise ValueError("a key stands twice in one object")
        return found

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique, parse_constant=refuse)
