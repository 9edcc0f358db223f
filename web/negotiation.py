"""Which format an answer takes: the choice among those that exist, by header or by name.

Source: RFC 9110, sections 12.4 and 12.5.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from talkoot.graph.formats import GRAPH_FORMATS, RESULT_FORMATS, XLSX, Format

__all__ = [
    "GRAPH_FORMATS",
    "HTML",
    "PROBLEM",
    "RESULT_FORMATS",
    "TEXT",
    "XLSX",
    "Choice",
    "Format",
    "by_name",
    "negotiate",
]

HTML = Format("html", "text/html", ("application/xhtml+xml",))
TEXT = Format("text", "text/plain")
PROBLEM = Format("problem", "application/problem+json", ("application/json",))


@dataclass(frozen=True)
class Choice:
    """The format chosen and the media type that the client knows it by."""

    format: Format
    media: str

    @property
    def content_type(self) -> str:
        """The value of Content-Type; text says its character set."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


def by_name(name: str, formats: Iterable[Format]) -> Choice | None:
    """The format that a ``?format=`` value names, by a short name or a media type; None if none does."""
    wanted = name.strip().lower().replace(" ", "+")  # an unescaped + in an address arrives as a space
    for item in formats:
        if wanted in (item.name, *item.other_names, *item.media_types):
            return Choice(item, item.media)
    return None


@lru_cache(maxsize=1024)
def negotiate(accept: str | None, formats: tuple[Format, ...]) -> Choice | None:
    """The format that an Accept header likes best, or None where it takes none of those given.

    A format's quality is that of the most specific range that fits it. Among equals the one that was named
    most exactly wins, then the order of the formats.
    """
    if accept is None or not accept.strip():
        return Choice(formats[0], formats[0].media)
    ranges: dict[str, float] = {}
    for value, quality in parse_accept_header(accept, MIMEAccept):
        name = value.partition(";")[0].strip().lower()
        ranges[name] = max(quality, ranges.get(name, 0.0))
    best = (0.0, 0)
    choice = None
    for item in formats:
        for media in item.media_types:
            wild = () if media != item.media else (f"{media.partition('/')[0]}/*", "*/*")
            for inexactness, wanted in enumerate((media, *wild)):  # a wild card means registered types only
                if wanted in ranges:
                    if ranges[wanted] > 0 and (ranges[wanted], -inexactness) > best:
                        best, choice = (ranges[wanted], -inexactness), Choice(item, media)
                    break
    return choice
