"""What the search index keeps of each thing: names, kind, how much is told of it, and the values of its facets."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from talkoot.graph.identity.features import kinds
from talkoot.graph.labels import ALTERNATIVES
from talkoot.graph.table_files import table_rows
from talkoot.ontology.files import vocabulary_triples
from talkoot.ontology.namespaces import COUNTRY, DCT, PROV, RDF, SKOS, TK, VOC

FACETS = ("kind", "country", "region", "role", "theme", "target-group", "stage", "programme", "source")
"""What a search can be narrowed by, in the order of pages."""
NOWHERE = "none"
"""The country of what is in none that is known."""
HIDDEN = ("implementation",)
"""Kinds that have no name of their own and are shown on another thing's page."""
_BELOW_VOC = {
    TK["addressesNeed"]: "theme", TK["contributesTo"]: "theme",
    TK["hasTargetGroup"]: "target-group", TK["hasStage"]: "stage",
}  # fmt: skip
_SHOWN_ABOVE = ("region", "theme", "stage", "programme")
"""Facets that a solution has from its uses."""
_READ_IN = ("en", "fi", "sv")
_UNTOLD = (RDF["type"], DCT["source"])
_IN_BRACKETS = re.compile(r"\(([^\W\d][^(),]*)\)")
_FIRST_PART = re.compile(r"^(.{4,}?)(?::| [-–—|]) ")
Names = dict[str, str]
"""The texts of a thing or concept by language."""


@dataclass(slots=True)
class Thing:
    """What is indexed of a thing; ``facts`` leaves out its class and its sources."""

    kind: str = ""
    labels: Names = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    facets: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parts: int = 0
    facts: int = 0

    def other_names(self) -> list[str]:
        """Its other names, with an acronym in brackets, what stands before these, and what stands before a subtitle."""
        found = list(self.others)
        for text in (*self.labels.values(), *self.others):
            if inside := _IN_BRACKETS.findall(text):
                found += [*inside, _IN_BRACKETS.sub(" ", text)]
            found += _FIRST_PART.findall(text)
        return found


class Places:
    """The places and concepts of the code lists: what stands above each, and what they are called.

    ``search_words.csv`` adds other words that readers have for them.
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._names: dict[str, list[str]] = defaultdict(list)
        for triple in vocabulary_triples():
            subject, value = getattr(triple.subject, "value", ""), triple.object
            if triple.predicate == SKOS["broader"] and isinstance(value, NamedNode):
                self._above[subject] = value.value
            elif triple.predicate == SKOS["prefLabel"] and isinstance(value, Literal) and value.language in _READ_IN:
                self._names[subject].append(value.value)
        for _, row in table_rows(Path(__file__).with_name("search_words.csv")):
            self._names[_iri(row["facet"], row["value"])] += row["words"].split(" | ")

    def of(self, place: str) -> tuple[str, list[str]]:
        """The country that a place is in (empty where no code list tells), and the regions, itself among them."""
        regions = []
        while not place.startswith(COUNTRY):
            if place.startswith(VOC):
                regions.append(place.removeprefix(VOC))
            if place not in self._above:
                return "", regions
            place = self._above[place]
        return place.removeprefix(COUNTRY), regions

    def names(self, facet: str, value: str) -> list[str]:
        """What a value of a facet is called in the languages of the interface."""
        return self._names.get(_iri(facet, value), [])


def _iri(facet: str, value: str) -> str:
    """What stands for a value of a facet: its IRI, or one of no other for a kind."""
    return ({"country": COUNTRY, "kind": "kind:"}.get(facet) or VOC) + value


def gather(merged: Iterable[Triple], base: str, places: Places) -> dict[str, Thing]:
    """Every thing of the merged view by its IRI, those of a class of ours."""
    things: dict[str, Thing] = defaultdict(Thing)
    known = kinds()
    agents, roles, uses = defaultdict[str, list[str]](list), {}, {}
    for triple in merged:
        if not isinstance(triple.subject, NamedNode) or not triple.subject.value.startswith(base):
            continue
        subject, predicate, value = triple.subject.value, triple.predicate, triple.object
        thing = things[subject]
        thing.facts += predicate not in _UNTOLD
        if isinstance(value, Literal):
            if predicate in ALTERNATIVES:
                thing.labels[value.language or ""] = value.value
            elif predicate in ALTERNATIVES.values():
                thing.others.append(value.value)
        elif isinstance(value, NamedNode):
            if predicate == RDF["type"] and value.value in known:
                thing.kind = known[value.value][0] if thing.kind in ("", "organisation") else thing.kind
            elif predicate in (DCT["spatial"], TK["designatedFor"]):
                country, regions = places.of(value.value)
                thing.facets["country"].update([country] if country else [])
                thing.facets["region"].update(regions)
            elif predicate in (PROV["agent"], TK["involvedIn"]):
                things[value.value].parts += 1
                if predicate == PROV["agent"]:
                    agents[subject].append(value.value)
            elif predicate == TK["hasRole"]:
                roles[subject] = value.value.removeprefix(VOC)
            elif predicate == TK["fundedUnder"]:
                thing.facets["programme"].add(value.value.removeprefix(base))
            elif predicate == TK["implements"]:
                uses[subject] = value.value
            elif predicate in _BELOW_VOC and value.value.startswith(VOC):
                thing.facets[_BELOW_VOC[predicate]].add(value.value.removeprefix(VOC))
            elif predicate == DCT["source"] and value.value.startswith(f"{base}graph/"):
                thing.facets["source"].add(value.value.removeprefix(f"{base}graph/").partition("/")[0])
    for part, role in roles.items():
        for agent in agents[part]:
            things[agent].facets["role"].add(role)
    for use, solution in uses.items():
        for facet in _SHOWN_ABOVE:
            things[solution].facets[facet].update(things[use].facets[facet])
    return {iri: thing for iri, thing in things.items() if thing.kind}
