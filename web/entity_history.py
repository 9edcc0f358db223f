"""When a thing was first seen, which releases brought or changed what is known of it, and what is gone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode

from talkoot.graph.records import graph_iri
from talkoot.graph.release import Release, read_release
from talkoot.graph.search_index import Hit, SearchIndex
from talkoot.ontology.namespaces import DCT
from talkoot.web.entity_said import said
from talkoot.web.facts import first_text, kept_for_hubs

if TYPE_CHECKING:
    from talkoot.web.release_view import ReleaseView

_LOOKED_BACK = 50
_CHANGES = ("new", "changed")


class History(NamedTuple):
    """The day of the first reading, and by release its number, its day, and the records that it brought and changed."""

    first_seen: str
    releases: list[tuple[int, str, Counter[str]]]


class Gone(NamedTuple):
    """A thing that no record speaks of any more: what it was, and the last release that knew it."""

    hit: Hit
    number: int
    published: str


def _releases(folder: Path, last: int) -> Iterator[Release]:
    """The releases up to one, the newest first."""
    numbers = sorted((int(path.name) for path in folder.iterdir() if path.name.isdigit()), reverse=True)
    return (read_release(folder / str(number)) for number in numbers if number <= last)


@lru_cache(maxsize=2)
def _changes(folder: Path, last: int) -> Mapping[str, list[tuple[int, str, str]]]:
    """By record graph: the releases that brought or changed it."""
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for release in _releases(folder, last):
        base, published = release.manifest["base"], release.manifest["published"]
        for source, kinds in release.manifest["changes"].items():
            for what in _CHANGES:
                for key in kinds.get(what, ()):
                    found[graph_iri(base, source, key).value].append((release.number, published, what))
    return found


@kept_for_hubs
def history(view: ReleaseView, thing: NamedNode) -> History:
    """What became of the records that speak of a thing, the newest release first."""
    counts: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    changes, days = _changes(view.folder.parent, view.number), []
    for graph in said(view, thing).graphs:
        days.append(first_text(view.said_of(graph, view.provenance).get(DCT["created"])))
        for number, published, what in changes.get(graph.value, ()):
            counts[number, published][what] += 1
    releases = [(number, day, told) for (number, day), told in sorted(counts.items(), reverse=True)]
    return History(min(filter(None, days), default=""), releases)


@lru_cache(maxsize=1000)
def gone(folder: Path, last: int, path: str) -> Gone | None:
    """What one of the releases before the last one knew of a thing by its path, where any did."""
    for release, _ in zip(_releases(folder, last - 1), range(_LOOKED_BACK), strict=False):
        index = release.folder / "search.sqlite"
        if index.exists():
            with closing(SearchIndex(index)) as opened:
                hit = opened.thing(path)
            if hit is not None:
                return Gone(hit, release.number, release.manifest["published"])
    return None
