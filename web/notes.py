"""Numbered source notes: which record says a thing, on which page, how obtained, as of when, on what terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from talkoot.ontology.namespaces import DCT, FOAF, PROV, SCHEMA
from talkoot.web.facts import first_text, in_order
from talkoot.web.names import Namer, Ref, site_path, web_link
from talkoot.web.wording import licence_word, moment

if TYPE_CHECKING:
    from talkoot.web.release_view import ReleaseView

Origin = dict[str, Any]
"""Where a record graph comes from, as pages show it."""


def licence_link(licence: str) -> Ref | None:
    """A licence under its usual name; None for terms that have no address."""
    link = web_link(licence, licence_word(licence))
    return link if link.href else None


def read_origin(view: ReleaseView, graph: NamedNode, language: str) -> Origin:
    """What a release knows of a record graph's origin, for a reader of one language."""
    known = view.said_of(graph, view.provenance)
    source = first_text(known.get(DCT["isPartOf"])).removeprefix(f"{view.base}sources/")
    unknown = {"id": source, "title": source, "terms": "", "publisher": "", "publisher_page": ""}
    pages = [node.value for node in known.get(PROV["wasDerivedFrom"], []) if isinstance(node, NamedNode)]
    own = graph.value.startswith(f"{view.base}graph/")  # a framework names the page that it is taken from
    pages = pages if own else [graph.value]
    main = first_text(known.get(FOAF["primaryTopic"]))
    how = first_text(known.get(DCT["type"]))
    return {
        "href": site_path(graph.value, view.base) if own else "",
        "key": graph.value.removeprefix(f"{view.base}graph/{source}/"),
        "pages": tuple(web_link(page) for page in sorted(pages, key=lambda page: (page != main, page))),
        "obtained": Namer(view, language).ref(NamedNode(how)).text if how else "",
        "as_of": moment(first_text(known.get(DCT["issued"]))),
        "licence": licence_link(first_text(known.get(DCT["license"]))),
        "source": view.source(source) or unknown,
        "first_seen": first_text(known.get(DCT["created"])),
        "last_seen": first_text(known.get(DCT["valid"])),
        "content_hash": first_text(known.get(SCHEMA["sha256"])),
    }


class Notes(Namer):
    """Names things for one page, and gives each page of a source its number when a record of it is first used."""

    def __init__(self, view: ReleaseView, language: str) -> None:
        super().__init__(view, language)
        self.all: dict[tuple[object, ...], tuple[int, list[Origin]]] = {}
        """Every note given so far: its number, and the records that were read from one page as of one day."""
        self._numbers: dict[NamedNode, int] = {}

    def marks(self, graphs: Iterable[NamedNode]) -> tuple[int, ...]:
        """The numbers of the notes for some record graphs, in ascending order."""
        wanted = in_order(set(graphs))
        for graph in wanted:
            if graph not in self._numbers:
                self._numbers[graph] = self._read(graph)
        return tuple(sorted({self._numbers[graph] for graph in wanted}))

    def _read(self, graph: NamedNode) -> int:
        origin = self.view.origin(graph, self.language)
        key = (origin["source"]["id"], *(origin[name] for name in ("pages", "obtained", "as_of", "licence")))
        number, records = self.all.setdefault(key, (len(self.all) + 1, []))
        records.append(origin)
        return number
