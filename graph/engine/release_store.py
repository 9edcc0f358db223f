"""A release folder's quads as a store, in memory while the release is small, else on disk."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import RdfFormat, Store

_log = logging.getLogger(__name__)
_READ_AHEAD = 1 << 20


class ReleaseUnreadable(Exception):
    """A release folder lacks something that serving needs; the message says what."""


def release_number(release: Path) -> int:
    """The number in a release's manifest.

    Raises :class:`ReleaseUnreadable` where there is no manifest with a number.
    """
    return _manifest_number(release, "number")


def store_opener(release: Path, memory_triples: int) -> Callable[[], Store]:
    """What gives a forked reader its store: the one loaded now, or the folder's, opened by each reader.

    Raises :class:`ReleaseUnreadable`.
    """
    folder = release / "store"
    if not folder.is_dir():
        raise ReleaseUnreadable(f"{folder} is missing")
    quads = _manifest_number(release, "quads")
    if quads > memory_triples:
        return lambda: Store.read_only(str(folder))
    store = _load(release, quads)
    return lambda: store


def _manifest_number(release: Path, name: str) -> int:
    path = release / "manifest.json"
    try:
        value = json.loads(path.read_text(encoding="utf-8"))[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseUnreadable(f"{path} does not give {name}: {error}") from error
    if not isinstance(value, int):
        raise ReleaseUnreadable(f"{path} gives {name} as {value!r}, not as a whole number")
    return value


def _load(release: Path, quads: int) -> Store:
    # Parsing the dump is three to four times faster than copying out of the store on disk (measured).
    dump = release / "graph.nq.gz"
    if dump.exists():
        store = Store()
        with gzip.open(dump) as packed:
            store.bulk_load(io.BufferedReader(packed, _READ_AHEAD), RdfFormat.N_QUADS, lenient=True)
        if len(store) == quads:
            return store
        _log.warning("%s holds %d quads, the manifest says %d: reading the store", dump, len(store), quads)
    store = Store()
    store.bulk_extend(Store.read_only(str(release / "store")))
    return store
