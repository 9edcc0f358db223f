"""Suggestions while one types, over a million labels of made-up bodies: ``python -m benchmarks.suggesting``.

What is asked are the beginnings of names and of single words, as each key that a reader strikes asks for them, one
in ten with a slip of the fingers. Each answer goes the whole way through the view, and no answer is kept.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory

from pyoxigraph import Store

from benchmarks.artificial import records
from talkoot.graph.search_facts import Thing
from talkoot.graph.search_index import write_index
from talkoot.graph.settings import Settings
from talkoot.ontology.namespaces import TALKOOT
from talkoot.web.app import create_app

LABELS = 1_000_000
ASKED = 3_000


def made_up(labels: int) -> Iterator[tuple[int, str, Thing, list[str]]]:
    """Bodies with so many names in all; few have many links, most have one or none."""
    draw, given = Random(1), 0
    for number, record in enumerate(records(labels), 1):
        if given >= labels:
            return
        main, *others = record.names
        given += 1 + len(others)
        thing = Thing("organisation", {"": main}, others, parts=20_000 // (number + 200), facts=draw.randrange(2, 9))
        if record.country:
            thing.facets["country"].add(record.country)
        yield number, f"id/actor/{number}", thing, []


def keys_struck(labels: int, seed: int = 2) -> Iterator[str]:
    """Beginnings of names and of words of names, of every length, one in ten with a slip."""
    draw = Random(seed)
    names = [record.names[0] for record in islice(records(labels), 0, labels, 97)]
    while True:
        text = draw.choice(names)
        text = text if draw.random() < 0.5 else draw.choice(text.split())
        text = text[: draw.randrange(1, 25)]
        if len(text) > 4 and draw.random() < 0.1:
            at = draw.randrange(1, len(text) - 1)
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if text.strip():
            yield text


def measure_suggesting(labels: int = LABELS) -> None:
    """Print how long the index takes to make, its size, and how long suggestions take."""
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), minute_pages=0)
        release = settings.releases / "1"
        (release / "store").mkdir(parents=True)
        Store(str(release / "store")).flush()
        (release / "graph.nq.gz").write_bytes(gzip.compress(b""))
        (release / "sources.json").write_text("[]")
        manifest = {"number": 1, "quads": 0, "base": TALKOOT, "published": "2026-01-01T00:00:00Z"}
        (release / "manifest.json").write_text(json.dumps(manifest))
        settings.current.symlink_to(release)
        start = time.perf_counter()
        write_index(release / "search.sqlite", made_up(labels))
        size = (release / "search.sqlite").stat().st_size
        print(f"index of {labels:,} labels: {time.perf_counter() - start:,.0f} s, {size / 2**20:,.0f} MiB")
        client = create_app(settings).test_client()
        client.get("/suggest?q=a")
        taken, empty = [], 0
        for text in islice(keys_struck(labels), ASKED):
            start = time.perf_counter()
            answer = client.get("/suggest", query_string={"q": text})
            taken.append((1000 * (time.perf_counter() - start), text))
            empty += answer.get_json() == []
        times = quantiles([time for time, _ in taken], n=100)
        slowest = ", ".join(f"{text!r} {time:.0f}" for time, text in sorted(taken, reverse=True)[:5])
        print(f"suggestions, {ASKED:,} asked, {empty} without any: p50 {times[49]:.1f} ms, p99 {times[98]:.1f} ms")
        print(f"the slowest (ms): {slowest}")


if __name__ == "__main__":
    measure_suggesting(int(sys.argv[1]) if len(sys.argv) > 1 else LABELS)
