"""What is compared of one actor, as rows of four narrow tables: a pure function of the actor alone."""

import re
from functools import lru_cache
from typing import NamedTuple

from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.lexicon import body_within, key_word
from talkoot.graph.identity.names import NameTable, fold_name, is_acronym, split_form
from talkoot.ontology import CodeList

_BRACKET = re.compile(r"^(.*\S)\s*\(([^()]+)\)\s*$")
_NUMBER = re.compile(r"\d+")
_NUMERALS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()
_ROMAN = re.compile(rf"(?<![\w.])(?:{'|'.join(_NUMERALS)})(?![\w.'’])")
_SHORT = 8
"""Letters that an acronym may have."""
_FEW = 3
"""Words that a name may have to be written as one: *Dialog Plus*, *DIALOGPLUS*."""
_ACRONYM = re.compile(r"(?=(?:.*[A-ZÀ-ÞΑ-ΩА-Я]){2})[A-ZÀ-ÞΑ-ΩА-Я0-9&.+-]{2,10}")
_DASH = re.compile(r"\s+[–—-]\s+")


class Comparison(NamedTuple):
    """An actor as its row of *records*, and its rows of *keys* and *hints* without their first two columns.

    The columns are those that matching.sql names.
    """

    record: tuple[str, str, str, str | None, str | None, str, str, str]
    keys: tuple[tuple[str, str, str], ...]
    hints: tuple[tuple[str, str, str], ...]

    def alike(self) -> object:
        """Equal for actors of one source that say the same, and by which a rule may join them; else the actor's own."""
        rid, source, kind, country, *rest = self.record
        named = any(rule == "name" and strength == "2" for rule, _, strength in self.keys)
        return (source, kind, country, *rest, self.keys, self.hints) if named and kind != "centre" else rid


class Comparer:
    """Makes comparisons, with the curated table of names and the countries' names at hand."""

    def __init__(self, table: NameTable, countries: CodeList) -> None:
        self._table, self._countries = table, countries
        self._alpha_2 = {concept.code: concept.alpha_2 for concept in countries if concept.alpha_2}

    def compare(self, rid: str, entity: Entity) -> Comparison:
        """The rows of one actor."""
        country = entity.country
        spelt: list[str] = []
        for told in entity.names:
            name, stated = self._without_country(told, country)
            country = country or stated
            spelt += [told] * self._table.knows(told) + self._spellings(name, country)
        names: dict[tuple[str, str], str] = {}
        hints: set[tuple[str, str, str]] = set()
        units: set[str] = set()
        bodies: set[str] = set()
        seat = self._alpha_2.get(country)
        for name in dict.fromkeys(spelt):
            folded, kinds = split_form(name)
            mains = self._table.main_names(name, seat)
            for text in (folded, *(sorted(mains) if seat or len(mains) == 1 else ())):
                strength = "2" if country or " " in text or " " in folded else "1"
                for key in name_keys(text):
                    names[key] = max(strength, names.get(key, ""))
            own_hints, own_units, own_bodies = _described(folded)
            hints |= own_hints | {("form", kind, "") for kind in kinds}
            units |= own_units
            bodies |= own_bodies
        keys = {(f"id:{register}", value, "") for register, value in entity.identifiers}
        keys |= {(f"id:{register}", f"!{rid}", "") for register, _ in entity.faulty}  # fits no other number
        keys |= {("web", domain, host) for domain, host in entity.sites}
        keys |= {(*name, strength) for name, strength in names.items()}
        record = (
            rid, entity.source, entity.kind, country or None, entity.city or None, " ".join(sorted(units)),
            " ".join(sorted(bodies)), " ".join(sorted(numbers(spelt[0]))) if spelt else "",
        )  # fmt: skip
        return Comparison(record, tuple(sorted(keys)), tuple(sorted(hints)))

    def _without_country(self, name: str, country: str) -> tuple[str, str]:
        """A name without a trailing bracket that holds its country, as registers write it, and that country."""
        match = _BRACKET.match(name) if name.endswith(")") else None
        seat = self._countries.find(match[2]) if match and len(match[2]) > 3 else None  # not a code of letters
        return (match[1], seat.code) if match and seat and country in ("", seat.code) else (name, "")

    def _spellings(self, name: str, country: str) -> list[str]:
        """A name, or the two that it joins: with an acronym or another name in brackets, or beside its own acronym."""
        if match := _BRACKET.match(name):
            split = self._table.split(name, self._alpha_2.get(country))
            if split.others:
                return [split.main, *split.others]
            (_, units, bodies), (_, others, more) = (_described(fold_name(part)) for part in match.groups())
            several = all(" " in part.strip() for part in match.groups())  # one word may be a place, or a remark
            if _ACRONYM.fullmatch(match[2]) or (several and not units | others and bodies >= more):
                return [match[1], match[2]]
        parts = _DASH.split(name)
        if len(parts) == 2 and any(map(_ACRONYM.fullmatch, parts)):
            return parts
        first, _, rest = name.partition(" ")
        return [first, rest] if _ACRONYM.fullmatch(first) and is_acronym(first, rest) else [name]


@lru_cache(maxsize=65536)
def name_keys(folded: str) -> tuple[tuple[str, str], ...]:
    """The texts under which a folded name is found, each with its rule.

    *name*: without small words; *words*: all of several words in the order of the alphabet. Small words stay there, or
    the University of Washington would be Washington University. *joined*: a few words as one.
    """
    words = folded.split()
    told = [word for word in words if (known := key_word(word)) is None or known.level != "stop"] or words
    keys = [("name", " ".join(told))] if told else []
    if len(words) > 1:
        keys.append(("words", " ".join(sorted(words))))
    if 0 < len(words) <= _FEW:
        keys.append(("joined", "".join(told)))
    return tuple(keys)


@lru_cache(maxsize=65536)
def _described(folded: str) -> tuple[frozenset[tuple[str, str, str]], frozenset[str], frozenset[str]]:
    """Hints of a folded name for the queue, and the codes of parts and of bodies among its words.

    Hints: each word of its own; all words, with codes for key words; initials, of several words or as a short name.
    """
    words = folded.split()
    known = {word: key_word(word) for word in words}
    units = {k.code for k in known.values() if k and k.level == "unit"}
    bodies = {code for word, k in known.items() if (code := k.code if k and k.level == "body" else body_within(word))}
    own = [word for word in words if known[word] is None and len(word) > 2]
    told = [word for word in words if (k := known[word]) is None or k.level != "stop"]
    hints = {("word", word, "") for word in own} | {("body", code, "") for code in bodies}
    if own and len(told) > len(own):
        hints.add(("coded", " ".join(sorted(k.code if (k := known[word]) else word for word in told)), ""))
    for initials in {"".join(word[0] for word in some) for some in (words, told) if len(some) > 2}:
        if 3 <= len(initials) <= _SHORT:
            hints.add(("initials", initials, "long"))
    if len(words) == 1 and len(folded) <= _SHORT:
        hints.add(("initials", folded, "short"))
    return frozenset(hints), frozenset(units), frozenset(bodies)


def numbers(name: str) -> frozenset[str]:
    """Numbers and roman numerals of a name, as digits: where they differ, the bodies differ.

    A lone I is a numeral only at the end; elsewhere it is a word of some languages.
    """
    found = {number.lstrip("0") or "0" for number in _NUMBER.findall(name)}
    for match in _ROMAN.finditer(name):
        if match[0] != "I" or match.end() == len(name.rstrip(" )")):
            found.add(str(_NUMERALS.index(match[0]) + 1))
    return frozenset(found)
