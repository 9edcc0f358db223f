"""Records: what one page, row or project of a source says, as a named graph with its origin."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import NamedNode, Triple

from talkoot.graph.rdf_text import lines_of, n_triples

RESERVED_SOURCES = frozenset({"prov", "identity", "coverage", "assessment", "framework", "curated", "mt", "merged"})
"""Words that no source may carry as its id, since graphs of ours are named so (ontology.md 7.4)."""


@lru_cache(maxsize=1024)  # a record says its key several times
def path_segment(text: str) -> str:
    """A text as one segment of an IRI path, percent-encoded where needed."""
    return quote(text, safe="-._~")


def graph_iri(base: str, source: str, key: str) -> NamedNode:
    """The name of a record's graph: ``{base}graph/{source}/{key}``."""
    return NamedNode(f"{base}graph/{source}/{path_segment(key)}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from: its pages (the first stands for it), how and as of when, under which licence.

    ``as_of`` is the source's day (ISO year, year and month, or date), never the day of our reading.
    ``obtained`` is a code of the list *how-obtained*.
    """

    pages: tuple[str, ...]
    obtained: str
    as_of: str
    licence: str


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """A record after mapping: its key, its origin and its triples."""

    source: str
    key: str
    origin: Origin
    triples: tuple[Triple, ...]

    def quads_text(self, base: str) -> str:
        """The record graph as sorted N-Quads lines."""
        graph = graph_iri(base, self.source, self.key)
        return "".join(sorted(set(lines_of(n_triples(self.triples))))).replace(" .\n", f" {graph} .\n")

    def content_hash(self, quads_text: str) -> str:
        """SHA-256 over what the record says and where it comes from, not over when we read it."""
        origin = "\x1f".join((*self.origin.pages, self.origin.obtained, self.origin.as_of, self.origin.licence))
        return hashlib.sha256(f"{origin}\x1e{quads_text}".encode()).hexdigest()
