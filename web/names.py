"""Names as links: each thing that a page mentions, with its language, its kind and its countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode
from werkzeug.urls import iri_to_uri

from talkoot.graph.labels import main_label, reader_label
from talkoot.ontology.namespaces import COUNTRY, SKOS, TK, VOC
from talkoot.web.facts import Facts

_IN_THE_READERS_LANGUAGE = ("programme", "collection")


@dataclass(frozen=True, slots=True)
class Ref:
    """A thing's name and the address of its page; ``gloss`` is its name in the reader's language if another."""

    href: str
    text: str
    lang: str
    kind: str = ""
    gloss: str = ""
    gloss_lang: str = ""
    places: tuple[str, ...] = ()
    iri: str = ""


def site_path(iri: str, base: str) -> str:
    """The address on this site of something below the base, as pages link to it."""
    path = iri.removeprefix(base)
    if path.startswith("id/"):
        path = "doc/" + path.removeprefix("id/")
    return iri_to_uri("/" + path)


class Namer:
    """Makes names for one reader."""

    def __init__(self, facts: Facts, language: str) -> None:
        self._facts = facts
        self.language = language

    def ref(self, node: NamedNode) -> Ref:
        """The name of an entity, or of a concept."""
        facts = self._facts
        if not node.value.startswith(f"{facts.base}id/"):
            return self.concept(node)
        kind = facts.kind(node)
        labels = facts.labels(node)
        if kind == "implementation":
            solution = facts.node(node, TK["implements"])
            labels = facts.labels(solution) if solution is not None else labels
        places = tuple(self.concept(place).text for place in facts.countries(node))
        return named(site_path(node.value, facts.base), kind, labels, self.language, places, node.value)

    def concept(self, node: NamedNode) -> Ref:
        """A concept's name, leading to the page of the country or of the term."""
        text, lang = self._facts.concept(node, self.language)
        href = ""
        if node.value.startswith(COUNTRY):
            href = f"/countries/{node.value.removeprefix(COUNTRY)}"
        elif node.value.startswith(VOC):
            href = iri_to_uri("/voc/" + node.value.removeprefix(VOC))
        return Ref(href, text, lang, iri=node.value)

    def country(self, code: str) -> str:
        """A country's name by its code in the EU's table."""
        return self.concept(NamedNode(COUNTRY + code)).text

    def refs(self, nodes: Iterable[NamedNode]) -> list[Ref]:
        """The names of several things, in alphabetical order."""
        return sorted((self.ref(node) for node in nodes), key=lambda ref: (ref.text.casefold(), ref.href))


def named(
    href: str, kind: str, labels: Mapping[str, str], language: str, places: tuple[str, ...] = (), iri: str = ""
) -> Ref:
    """The name of a thing whose labels are known already.

    Things that bear proper names go by their own name, with the reader's beside it where there is one.
    """
    main, lang = main_label(labels)
    wanted, wanted_lang = reader_label(labels, (language,))
    if not main:
        return Ref(href, href.rsplit("/", 1)[-1], "", kind, places=places, iri=iri)
    if kind in _IN_THE_READERS_LANGUAGE:
        return Ref(href, wanted, wanted_lang, kind, places=places, iri=iri)
    gloss = wanted if wanted_lang in (language, "en") and wanted != main and lang != language else ""
    return Ref(href, main, lang, kind, gloss, wanted_lang if gloss else "", places, iri)


def broader(facts: Facts, concept: NamedNode) -> NamedNode | None:
    """The concept above a concept."""
    return facts.node(concept, SKOS["broader"])
