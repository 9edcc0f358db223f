"""Which format an answer takes: the formats that exist, and the choice among them by header or name.

Source: RFC 9110, sections 12.4 and 12.5.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, eq=False)  # compared by identity, which makes the memory of `negotiate` quick
class Format:
    """A format of answers: its short name for ``?format=``, its media type and other types that mean it."""

    name: str
    media: str
    other_media: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def media_types(self) -> tuple[str, ...]:
        """Every media type that asks for this format, the registered one first."""
        return (self.media, *self.other_media)


@dataclass(frozen=True)
class Choice:
    """The format chosen and the media type that the client knows it by."""

    format: Format
    media: str

    @property
    def content_type(self) -> str:
        """The value of Content-Type; text says its character set."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


HTML = Format("html", "text/html", ("application/xhtml+xml",))
TEXT = Format("text", "text/plain")
PROBLEM = Format("problem", "application/problem+json", ("application/json",))

RESULT_FORMATS = (
    Format("json", "application/sparql-results+json", ("application/json",)),
    Format("xml", "application/sparql-results+xml", ("application/xml",)),
    Format("csv", "text/csv"),
    Format("tsv", "text/tab-separated-values"),
)
"""What rows and yes-or-no answers come in, the preferred one first."""

GRAPH_FORMATS = (
    Format("ttl", "text/turtle", other_names=("turtle", "n3")),  # every Turtle document is one of N3
    Format("nt", "application/n-triples", other_names=("ntriples", "n-triples")),
    Format("rdf", "application/rdf+xml", ("application/xml",), ("xml", "rdf+xml")),
    Format("jsonld", "application/ld+json", ("application/json",), ("json", "json-ld")),
    Format("trig", "application/trig"),
    Format("nq", "application/n-quads", other_names=("nquads", "n-quads")),
)
"""What graphs come in, the preferred one first."""

_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - a token of HTTP's grammar
_MEDIA_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})")
_SPLIT = re.compile(r"""((?:[^,;"]|"(?:\\.|[^"\\])*")*)([,;]|$)""")


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
    most exactly wins, then the order of the formats. Ranges that break the grammar are passed over.
    """
    if accept is None or not accept.strip():
        return Choice(formats[0], formats[0].media)
    ranges = dict(_ranges(accept))
    best: tuple[float, int] | None = None
    choice = None
    for item in formats:
        for media in item.media_types:
            quality, exactness = _rate(media, ranges)
            if media != item.media and exactness < 2:
                continue  # a wild card means a format by its registered type only
            if quality > 0 and (best is None or (quality, exactness) > best):
                best, choice = (quality, exactness), Choice(item, media)
    return choice


def _rate(media: str, ranges: dict[str, float]) -> tuple[float, int]:
    family = media.partition("/")[0]
    for exactness, wanted in ((2, media), (1, f"{family}/*"), (0, "*/*")):
        if wanted in ranges:
            return ranges[wanted], exactness
    return 0.0, 0


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    found: dict[str, float] = {}
    for media, *parameters in _elements(accept):
        match = _MEDIA_RANGE.fullmatch(media)
        quality = _quality(parameters)
        if match is None or quality is None or (match[1] == "*" and match[2] != "*"):
            continue
        name = media.lower()
        found[name] = max(quality, found.get(name, 0.0))
    return found.items()


def _elements(accept: str) -> Iterable[list[str]]:
    """The header's elements, each cut at its semicolons; commas inside quotes do not cut."""
    element: list[str] = []
    position = 0
    while position <= len(accept):
        match = _SPLIT.match(accept, position)
        if match is None:  # a quote that is never closed
            return
        element.append(match[1].strip())
        if match[2] != ";":
            yield element
            element = []
        position = match.end() + (not match[2])


def _quality(parameters: list[str]) -> float | None:
    """The value of q, 1 where there is none, None where it is not a quality."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            text = value.strip()
            return float(text) if _QUALITY.fullmatch(text) else None
    return 1.0
