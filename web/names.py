"""Whatever a page mentions, as a text with its language and the address that it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode
from werkzeug.urls import iri_to_uri

from talkoot.graph.labels import main_label, reader_label
from talkoot.ontology.namespaces import COUNTRY, PREFIXES, TK, VOC
from talkoot.web.facts import Term
from talkoot.web.wording import is_web_address, moment, short_address

if TYPE_CHECKING:
    from talkoot.web.release_view import ReleaseView

_IN_THE_READERS_LANGUAGE = ("programme", "collection")
_DATES = ("date", "dateTime", "gYear", "gYearMonth")
_NUMBERS = ("integer", "decimal", "double")


class Ref(NamedTuple):
    """A text as pages show it, with the page it leads to, if any; ``lang`` is None for words of our own.

    ``gloss`` is a thing's name in the reader's language where it bears another, ``marks`` are the source notes that
    vouch for it, ``code`` is what stands in the data where that is shown beside the name.
    """

    href: str
    text: str
    lang: str | None
    kind: str = ""
    gloss: str = ""
    gloss_lang: str = ""
    places: tuple[str, ...] = ()
    iri: str = ""
    outside: bool = False
    marks: tuple[int, ...] = ()
    code: str = ""


def site_path(iri: str, base: str) -> str:
    """The address on this site of something below the base, as pages link to it."""
    path = iri.removeprefix(base)
    if path.startswith("id/"):
        path = "doc/" + path.removeprefix("id/")
    return "/" + path if path.isascii() else iri_to_uri("/" + path)


def short_iri(iri: str, base: str = "") -> str:
    """An IRI with its prefix, or without the site's own base."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri.removeprefix(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(base) if base else iri


def web_link(address: str, text: str = "") -> Ref:
    """An address outside as a link; one that is not plain http or https is shown and leads nowhere."""
    fit = is_web_address(address)
    return Ref(address if fit else "", text or short_address(address), None, outside=fit)


def read_ref(view: ReleaseView, node: NamedNode, language: str) -> Ref:
    """The name of an entity, or of a concept, for a reader of one language, with the page it leads to."""
    if not node.value.startswith(f"{view.base}id/"):
        return _concept(view, node, language)
    kind = view.kind(node)
    solution = view.node(node, TK["implements"]) if kind == "implementation" else None
    places = tuple(view.ref(place, language).text for place in view.countries(node))
    return named(site_path(node.value, view.base), kind, view.labels(solution or node), language, places, node.value)


def _concept(view: ReleaseView, node: NamedNode, language: str) -> Ref:
    """A concept's name, leading to the page of the country or of the term."""
    text, lang = view.concept(node, language)
    href = ""
    if node.value.startswith(COUNTRY):
        href = f"/countries/{node.value.removeprefix(COUNTRY)}"
    elif node.value.startswith(VOC):
        href = "/voc/" + iri_to_uri(node.value.removeprefix(VOC))
    return Ref(href, text, lang, iri=node.value, code=node.value.rsplit("/", 1)[-1])


class Namer:
    """Makes names for one reader."""

    def __init__(self, view: ReleaseView, language: str) -> None:
        self.view = view
        self.language = language

    def ref(self, node: NamedNode) -> Ref:
        """The name of an entity, or of a concept."""
        return self.view.ref(node, self.language)

    def property(self, predicate: NamedNode) -> Ref:
        """A property by its short name, leading to its description where it is one of ours."""
        short = short_iri(predicate.value)
        return Ref(f"/ns#{predicate.value.removeprefix(TK)}" if predicate.value.startswith(TK) else "", short, None)

    def country(self, code: str) -> str:
        """A country's name by its code in the EU's table."""
        return self.ref(NamedNode(COUNTRY + code)).text

    def refs(self, nodes: Iterable[NamedNode]) -> list[Ref]:
        """The names of several things, in alphabetical order."""
        return sorted((self.ref(node) for node in nodes), key=lambda ref: (ref.text.casefold(), ref.href))

    def value(self, value: Term) -> Ref:
        """A value for people: dates in words, things and concepts by name, other addresses as links outside."""
        if isinstance(value, Literal) and value.datatype.value.rsplit("#", 1)[-1] in _DATES:
            return Ref("", moment(value.value), None)
        if not isinstance(value, NamedNode):
            return self.term(value)
        own = value.value.startswith(f"{self.view.base}id/") or self.view.is_concept(value)
        return self.ref(value) if own else web_link(value.value)

    def term(self, value: Term) -> Ref:
        """A value as it stands in the data, by its name where it has one, with the term itself as ``code``."""
        base = self.view.base
        if isinstance(value, Literal):
            numeric = value.datatype.value.rsplit("#", 1)[-1] in _NUMBERS
            return Ref("", value.value, value.language or "", kind="figure" if numeric else "")
        if not isinstance(value, NamedNode):
            return Ref("", str(value), "")
        iri, short = value.value, short_iri(value.value, base)
        has_page = iri.startswith((f"{base}id/", f"{base}graph/", f"{base}voc/", f"{base}sources/")) and "#" not in iri
        href = site_path(iri, base) if has_page else ""
        if (self.view.labels(value) or self.view.kind(value)) and not iri.startswith(f"{base}id/src/"):
            named_by = self.ref(value)
            return Ref(href or named_by.href, named_by.text, named_by.lang, code=short)
        if href or short != iri:
            return Ref(href, short, None)
        return web_link(iri, iri)


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
