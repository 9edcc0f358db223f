"""Explaining: two entities side by side, the links of a cluster, and why two things are one, or are not."""

from collections import defaultdict
from itertools import pairwise, product
from typing import Any

from talkoot.graph.identity.clusters import chain
from talkoot.graph.identity.decisions import AUTOMATIC, Decision
from talkoot.graph.identity.features import Entity, entities, record_quads
from talkoot.graph.identity.ledger import read_ledger, redirects
from talkoot.graph.identity.names import fold_name
from talkoot.graph.identity.pairs import AUTOMATIC_RULES
from talkoot.graph.identity.review import Desk, ReviewError
from talkoot.graph.identity.rules import veto
from talkoot.ontology import load_code_lists


def side(desk: Desk, name: str) -> dict[str, Any]:
    """An entity: id, name, kind, and of each of its records source, page, as of, and licence."""
    entity, records = desk.entities[name], []
    source = desk.sources[entity.source]
    for key in entity.records:
        origin = desk.records[entity.source, key].origin
        licence = origin.licence or source.terms or "terms unknown"
        records.append({"source": source.title, "page": origin.pages[0], "as_of": origin.as_of, "licence": licence})
    return {"id": name, "name": desk.name(name), "kind": entity.kind, "records": records}


def view(desk: Desk, one: str, other: str) -> dict[str, Any]:
    """A pair: its *sides*, the *decision* in force, why it is *asked*, the likely *part*; *facts*: by field, of either
    side each text, the records that state it, and *agrees*, *differs*, or nothing where the other has no value.
    Raises :class:`ReviewError` where the two are no pair.
    """
    pair, said = desk.pair(one, other), [_said(desk, name) for name in (one, other)]
    facts: dict[str, tuple[list[Any], list[Any]]] = {}
    for number, values in enumerate(said):
        for (field, key, text), records in values.items():
            others = {known for place, known, _ in said[1 - number] if place == field}
            verdict = "agrees" if key in others else "differs" if others else ""
            facts.setdefault(field, ([], []))[number].append((text, records, verdict))
    units = {name: desk.comparer.compare(name, desk.entities[name]).record[5] for name in pair}
    return {
        "sides": [side(desk, one), side(desk, other)], "facts": facts, "decision": desk.in_force.get(pair),
        "asked": next((candidate for candidate in desk.queue if candidate[:2] == pair), None),
        "part": max(pair, key=lambda name: (units[name] != "", len(desk.name(name)))),
    }  # fmt: skip


def _said(desk: Desk, name: str) -> dict[tuple[str, str, str], list[int]]:
    """By field, key to compare by, and text: the numbers of the records that state it."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    entity, codes = desk.entities[name], load_code_lists()
    for number, key in enumerate(entity.records, 1):
        record = desk.records[entity.source, key]
        said = entities([(record, record_quads(record))], desk.settings.base).get(entity.iri, Entity("", ""))
        values = [("kind", said.kind, said.kind)] + [("name", fold_name(name), name) for name in said.names]
        for field, scheme, own in (("country", "country", said.countries), ("place", "municipality-fi", said.cities)):
            concepts = [concept for code in sorted(own) if (concept := codes[scheme].code(code))]
            values += [(field, one.code, one.labels.get("en", one.code)) for one in concepts]
        values += [("site", domain, address) for domain, address in sorted(said.sites)]
        values += [(register, value, value) for register, value in sorted(said.identifiers)]
        values += [(register, f"!{value}", f"{value} (not a right number)") for register, value in sorted(said.faulty)]
        for value in values:
            found[value].append(number)
    return found


def members(desk: Desk, named: str) -> list[str]:
    """The entities that an IRI or id names: one, or a canonical thing's, oldest first. Raises :class:`ReviewError`."""
    name = named.strip().removeprefix(desk.settings.base).removeprefix("id/").removeprefix("doc/")
    if (name := desk.rekeyed.entity(name)) in desk.entities:
        return [name]
    tables = desk.curated.tables(desk.settings.home, "identifiers.tsv")
    ledger = desk.rekeyed.ledger(read_ledger(tables)).values()
    name = redirects(ledger).get(name, name)
    rows = sorted((row.minted, row.entity_id) for row in ledger if row.canonical_id == name and row.status == "active")
    if found := [entity for _, entity in rows if entity in desk.entities]:
        return found
    raise ReviewError(f"Nothing is known as {named}: expected the IRI of a thing, or of a source's entity.")


def cluster(desk: Desk, named: str) -> tuple[list[dict[str, Any]], list[tuple[Decision, float]]]:
    """The members of a cluster, and its links with the likeness of names, the weakest first.

    A person's link is the strongest, then the rules in their order; of two by one rule the less alike is the weaker.
    """
    names = set(desk.joined.members(members(desk, named)[0]))
    rank = {rule: -place for place, rule in enumerate(AUTOMATIC_RULES)}
    rows = [row for row in desk.in_force.values() if row.judgement == "same" and row.subject_id in names]
    strength = {row: rank.get(row.mapping_justification, -9) if row.author_id == AUTOMATIC else 1 for row in rows}
    links = [(row, desk.likeness(*row.pair)) for row in rows]
    return [side(desk, name) for name in sorted(names)], sorted(links, key=lambda link: (strength[link[0]], link[1]))


def why(desk: Desk, one: str, other: str) -> tuple[list[Decision], list[str]]:
    """The decisions in force that lead from one thing to another, or the reasons why none do.

    Both are empty where the two are one entity. Raises :class:`ReviewError` where one is not known.
    """
    left, right = members(desk, one)[0], members(desk, other)[0]
    if (roots := {desk.joined.find(left), desk.joined.find(right)}) == {desk.joined.find(left)}:
        steps = pairwise(chain(desk.in_force, left, right))
        return [desk.in_force[min(step), max(step)] for step in steps], []
    reasons = [f"{left} and {right} stand in different clusters: no chain of decisions joins them."]
    for a, b in product(desk.joined.members(left), desk.joined.members(right)):
        if row := desk.in_force.get((min(a, b), max(a, b))):
            told = f"judged {row.judgement} by {row.author_id} on {row.mapping_date} ({row.mapping_justification})"
            reasons.append(f"{a} and {b} are {told}: {row.evidence}")
        elif found := veto(*(desk.comparer.compare(name, desk.entities[name]) for name in (a, b))):
            reasons.append(f"{a} and {b} stand under a veto: {found}.")
    for ask in desk.queue:
        if {desk.joined.find(ask.one), desk.joined.find(ask.other)} == roots:
            reasons.append(f"{ask.one} and {ask.other} wait in the review queue: {ask.question}")
    return [], reasons[:20]
