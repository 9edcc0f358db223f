"""Somebody's RDF files as a release that can be served: the same folder as a published one, and nothing else in it."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from pyoxigraph import RdfFormat, Store

from talkoot import __version__
from talkoot.graph.descriptions import void_description
from talkoot.graph.release import ONTOLOGY_VERSION, Release, ReleaseError, finish
from talkoot.graph.search_index import build_search_index
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import now

_SUFFIXES = {"json": "jsonld", "owl": "rdf"}
"""Suffixes that are used for a format beside its own."""


def release_of_files(files: Sequence[Path], settings: Settings) -> Release:
    """Make RDF files the current release, number 0, of a home that holds nothing yet.

    A file's suffix tells its format, with ``.gz`` behind it where it is packed; quads keep their graphs, and a file's
    own address is the base of its relative IRIs. Raises :class:`ReleaseError` naming the file and what was expected.
    """
    folder = settings.releases / "0"
    folder.mkdir(parents=True)
    store = Store(str(folder / "store"))
    for file in files:
        _load(store, file)
    store.optimize()
    if len(store) <= settings.memory_triples:  # larger ones are read where they lie
        with gzip.open(folder / "graph.nq.gz", "wb", compresslevel=1) as packed:
            store.dump(cast("IO[bytes]", packed), RdfFormat.N_QUADS)
    kinds = build_search_index(folder / "search.sqlite", (), settings.base)
    (folder / "void.ttl").write_text(void_description(store, 0, kinds, settings), encoding="utf-8")
    (folder / "sources.json").write_text("[]", encoding="utf-8")
    (folder / "records.tsv").touch()
    store.flush()
    manifest = {
        "number": 0, "published": now(), "base": settings.base, "quads": len(store), "records": 0, "kinds": kinds,
        "files": {}, "changes": {}, "sources": {}, "accepted_losses": [], "rdf_files": [file.name for file in files],
        "versions": {"talkoot": __version__, "ontology": ONTOLOGY_VERSION},
    }  # fmt: skip
    del store
    return finish(settings, folder, manifest)


def _load(store: Store, file: Path) -> None:
    packed = file.suffix == ".gz"
    suffix = (file.with_suffix("") if packed else file).suffix.removeprefix(".").lower()
    kind = RdfFormat.from_extension(_SUFFIXES.get(suffix, suffix))
    if kind is None:
        raise ReleaseError(f"{file}: expected RDF by its suffix, one of .ttl .nt .nq .trig .rdf .jsonld (or with .gz)")
    try:
        with gzip.open(file) if packed else file.open("rb") as source:
            store.bulk_load(cast("IO[bytes]", source), kind, base_iri=file.resolve().as_uri())
    except (SyntaxError, ValueError, OSError, EOFError) as error:
        raise ReleaseError(f"{file}: {error}") from error
