"""Which record says each statement of a thing, and where the records differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import ADMS, COUNTRY, DCT, FOAF, SKOS
from talkoot.web.facts import Facts, Term, in_order, kept_for_hubs
from talkoot.web.wording import short_address

MAIN_NAMES = (SKOS["prefLabel"], DCT["title"])
NAMES = (*MAIN_NAMES, SKOS["altLabel"], DCT["alternative"])
_ONE_ANSWER = (DCT["spatial"], DCT["temporal"], FOAF["homepage"], ADMS["status"])
"""What a thing has one of, as its country or its web site, so that two answers of two sources are a difference."""
MOST_RECORDS = 100
"""Records that are looked at for one statement, or listed: a hub's name is said by thousands."""

Graphs = set[NamedNode]


class Said(NamedTuple):
    """Record graphs by statement: by property and value, by main name and language, by answer; and all of them."""

    by: dict[tuple[str, str], Graphs]
    names: dict[tuple[str, str], Graphs]
    answers: dict[NamedNode, dict[str, Graphs]]
    graphs: list[NamedNode]
    views: list[NamedNode]


@kept_for_hubs
def said(facts: Facts, thing: NamedNode) -> Said:
    """Who says what of a thing. A value of the merged view stands for what a record writes: a period for its node."""
    answers: dict[NamedNode, dict[str, Graphs]] = {predicate: defaultdict(set) for predicate in _ONE_ANSWER}
    found = Said(
        defaultdict(set), defaultdict(set), answers, facts.nodes(thing, DCT["source"]), facts.views(thing)
    )  # fmt: skip
    for quad in (quad for node in found.views for quad in facts.recorded(node)):
        predicate, value, graph = quad.predicate, quad.object, quad.graph_name
        if not isinstance(value, Literal | NamedNode) or not isinstance(graph, NamedNode):
            continue
        target = value.value
        if isinstance(value, Literal):
            if predicate in MAIN_NAMES:
                found.names[target, value.language or ""].add(graph)
        elif predicate == DCT["temporal"]:
            target = " ".join(facts.period_of(facts.said_of(value, graph)))
        elif target.startswith(f"{facts.base}id/src/"):
            target = (facts.canonical(value) or value).value
        if predicate in answers and (predicate != DCT["spatial"] or target.startswith(COUNTRY)):
            answers[predicate][target].add(graph)
        found.by[_key(predicate, target)].add(graph)
    for graphs in (*found.by.values(), *found.names.values()):
        graphs.difference_update(in_order(graphs)[MOST_RECORDS:])
    return found


def _key(predicate: NamedNode, value: str) -> tuple[str, str]:
    """A name counts as said wherever it is a name at all."""
    return "name" if predicate in NAMES else predicate.value, value


def who_says(facts: Facts, thing: NamedNode, predicate: NamedNode, value: Term | str) -> list[NamedNode]:
    """The record graphs that say a statement; all that speak of the thing where none says it by itself."""
    known = said(facts, thing)
    text = value.value if isinstance(value, NamedNode | Literal) else str(value)
    if isinstance(value, NamedNode) and predicate == DCT["temporal"]:
        text = " ".join(facts.period_at(value))
    return in_order(known.by.get(_key(predicate, text)) or known.graphs[:MOST_RECORDS])


def spellings(facts: Facts, thing: NamedNode) -> Iterator[tuple[str, dict[str, Graphs]]]:
    """Names that records spell differently in one language, by that language."""
    names = said(facts, thing).names
    tagged = {fold(text) for text, lang in names if lang}
    by_language: dict[str, dict[str, Graphs]] = defaultdict(lambda: defaultdict(set))
    own = min((lang for _text, lang in names if lang not in ("", "en")), default="")
    for (text, lang), graphs in names.items():
        if lang or fold(text) not in tagged:
            by_language[lang or own][text] |= graphs
    for lang, found in sorted(by_language.items()):
        if len(found) > 1:
            yield lang, dict(sorted(found.items()))


def disputed(facts: Facts, thing: NamedNode) -> Iterator[tuple[NamedNode, dict[str, Graphs]]]:
    """The answers to questions that have one, where none is given by all records that give any."""
    for predicate, answers in said(facts, thing).answers.items():
        given_by: dict[NamedNode, set[str]] = defaultdict(set)
        for answer, graphs in answers.items():
            for graph in graphs:
                given_by[graph].add(short_address(answer))
        if given_by and not set.intersection(*given_by.values()):
            yield predicate, dict(sorted(answers.items()))
