"""Likeness of two folded names, from 0 to 1: words paired by spelling, own words counting more than key words."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from rapidfuzz.distance import OSA

from talkoot.graph.identity.lexicon import key_word

_WEIGHTS = {"stop": 0.02, "word": 0.6, "body": 0.6, "unit": 0.8, "number": 1.5}
"""What key words weigh beside words of one's own, which weigh 1."""
_MISSING = 1.2
"""How much more a word that only one name has weighs than one that both have."""


_IS_INITIALS, _FEWEST, _LONGEST = 0.75, 3, 8
"""The likeness of a name and its initials, and how many letters these may have."""
_LETTERS = re.compile(r"\b[a-z](?: [a-z]\b)+")
"""Letters that stand alone, as in *a b c*: one word."""


class _Word(NamedTuple):
    text: str
    code: str
    weight: float


@lru_cache(maxsize=65536)
def _words(name: str) -> tuple[_Word, ...]:
    told = " ".join(w for w in name.split() if (k := key_word(w)) is None or k.level != "stop" or len(w) == 1) or name
    found = []
    for word in _LETTERS.sub(lambda match: match[0].replace(" ", ""), told).split():
        known = key_word(word)
        code = known.code if known else word.lstrip("0") if word.isdigit() else ""
        level = known.level if known else "number" if word.isdigit() else ""
        found.append(_Word(word, code, _WEIGHTS.get(level, 1.0)))
    return tuple(found)


def similarity(one: str, other: str) -> float:
    """How alike two folded names are: 1 for equal words in any order or joined differently. Symmetric."""
    if one == other:
        return 1.0
    left, right = _words(one), _words(other)
    return max(_paired(left, right), _whole(one.replace(" ", ""), other.replace(" ", "")), _initials(left, right))


def likeness(ours: Iterable[str], theirs: Iterable[str]) -> float:
    """How alike the two most alike of some folded names are; 0 where either has none."""
    return max((similarity(one, other) for one, other in product(ours, theirs)), default=0.0)


def _initials(left: tuple[_Word, ...], right: tuple[_Word, ...]) -> float:
    """Whether one name is the initials of the other."""
    short, long = sorted((left, right), key=len)
    if len(short) != 1 or len(long) < _FEWEST or not _FEWEST <= len(short[0].text) <= _LONGEST:
        return 0.0
    return _IS_INITIALS if short[0].text == "".join(word.text[0] for word in long) else 0.0


def _whole(one: str, other: str) -> float:
    """Likeness of two words, or of names written as one, if few letters differ."""
    apart = OSA.distance(one, other, score_cutoff=2)
    return 1.0 - apart / max(len(one), len(other)) if apart <= _slips(one, other) else 0.0


def _paired(left: tuple[_Word, ...], right: tuple[_Word, ...]) -> float:
    pairs = sorted((-_like(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right) if _like(a, b))
    lefts, rights = set(range(len(left))), set(range(len(right)))
    common = missing = 0.0
    for like, i, j in pairs:
        if i in lefts and j in rights:
            lefts.remove(i)
            rights.remove(j)
            weight = max(left[i].weight, right[j].weight)
            common += -like * weight
            missing += (1 + like) * weight
    missing += _MISSING * (sum(left[i].weight for i in lefts) + sum(right[j].weight for j in rights))
    return common / (common + missing) if common else 0.0


def _like(one: _Word, other: _Word) -> float:
    """Likeness of two words: forms of one key word, or the same letters but for a slip or two."""
    if one.text == other.text:
        return 1.0
    if one.code or other.code:
        return 0.9 if one.code == other.code else 0.0
    return _whole(one.text, other.text)


def _slips(one: str, other: str) -> int:
    """Letters that may differ between two spellings of one word."""
    return min(2, min(len(one), len(other)) // 4)
