"""The automatic band: when two actors are the same without a person's judgement, and what forbids it.

After ../docs/matching.md: shared registered id; equal web domain with compatible country; equal name with
compatible country. A veto beats every rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.names import NameTable, fold_name, name_keys, numbers
from talkoot.ontology.folding import fold

UNIT_WORDS = frozenset(
    "department faculty unit division office school institute laboratory lab section branch directorate "
    "osasto tiedekunta yksikko toimisto laitos piiri institut fakultat abteilung referat wydzial oddzial katedra "
    "departement faculte departamento facultad dipartimento facolta".split()
)
"""Words by which a name shows itself as part of another body."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that fired on a pair: its name and the evidence that agreed."""

    rule: str
    evidence: str


class NameIndex:
    """The names of entities as comparison keys, with the curated table of equal names laid over them."""

    def __init__(self, table: NameTable, alpha_2: dict[str, str]) -> None:
        self._table = table
        self._alpha_2 = alpha_2
        self._keys: dict[str, dict[str, str]] = {}

    def keys(self, entity: Entity) -> dict[str, str]:
        """Comparison keys of an entity, each with the folded name, as the source has it, that gives it."""
        if entity.iri not in self._keys:
            found: dict[str, str] = {}
            country = self._alpha_2.get(entity.country)
            for name in entity.names:
                for key in name_keys(name):
                    found.setdefault(key, fold_name(name))
                mains = self._table.main_names(name, country)
                if country or len(mains) == 1:
                    for main in mains:
                        found.setdefault(main, fold_name(name))
            self._keys[entity.iri] = found
        return self._keys[entity.iri]


def block_keys(entity: Entity, index: NameIndex) -> Iterator[str]:
    """Keys that put an entity beside those it may be the same as; pairs never leave a block."""
    for register, value in sorted(entity.identifiers):
        yield f"id:{register}:{value}"
    for domain in sorted(entity.domains):
        yield f"domain:{domain}"
    for key in sorted(index.keys(entity)):
        yield f"name:{key}"


def veto(one: Entity, other: Entity) -> str:
    """Why two actors must not be joined, or empty (matching.md 4)."""
    if (one.kind == "organisation") != (other.kind == "organisation"):
        return "a centre or network is another thing than an organisation"
    registers = dict(one.identifiers)
    shared = one.identifiers & other.identifiers
    for register, value in other.identifiers:
        if registers.get(register, value) != value:
            return f"different numbers in {register}"
    if one.country and other.country and one.country != other.country and not shared:
        return "different countries"
    return ""


def verdict(one: Entity, other: Entity, index: NameIndex) -> Verdict | None:
    """The rule of the automatic band that joins two actors, or None. Centres are joined by curators only."""
    if "centre" in (one.kind, other.kind) or veto(one, other):
        return None
    country = one.country if one.country == other.country else ""
    shared = sorted(one.identifiers & other.identifiers)
    if shared:
        return Verdict("registered-id", "; ".join(f"{register}={value}" for register, value in shared))
    ours, theirs = index.keys(one), index.keys(other)
    for key in sorted(ours.keys() & theirs.keys(), key=lambda key: (-len(key.split()), key)):
        # Without a country a name of one word proves nothing, unless a listed name of several words gives it.
        bare = [names[key] for entity, names in ((one, ours), (other, theirs)) if not entity.country]
        if country or all(" " in key or " " in name for name in bare):
            return Verdict("exact-name", f"name={key}" + (f"; country={country}" if country else ""))
    domains = one.domains & other.domains
    if domains and not is_part(one, other) and numbers(one.names[0]) == numbers(other.names[0]):
        return Verdict("web-domain", f"domain={min(domains)}" + (f"; country={country}" if country else ""))
    return None


def is_part(one: Entity, other: Entity) -> bool:
    """Whether one name looks like a part of the other's body: it holds the other's words, or a unit's word."""
    for left in one.names:
        for right in other.names:
            a, b = set(fold(left).split()), set(fold(right).split())
            if a != b and (a < b or b < a):
                return True
    words = [{word for name in entity.names for word in fold(name).split()} & UNIT_WORDS for entity in (one, other)]
    return words[0] != words[1]
