"""Other spellings of a word: the stem of a Finnish one, and what differs from it by a slip of the fingers."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

_SHORTEST = 4
_COMPARED = 10
"""Letters from the start of a word within which slips are looked up; what follows is compared as it stands."""
_LONG = 9
"""Letters from which on a word may hold two slips."""

_CASE = re.compile("(i?(ss|st|ll|lt|tt)a|(i|i?tt|i?d|t|j)en|ksi|i?lle|(s[ei]|h.)[ei]n|ita|[ij]?[ntaj]|[oe]ja)$")
_SHAPES = tuple(
    (re.compile(pattern), short)
    for pattern, short in (
        ("nen$", "s"), ("(?<=[eo])[uy]s$", ""), ("[aeiouyj]+$", ""), ("(uu|yy)[dtks]+$", ""), ("[kt]?s[ti]*$", "s"),
        ("([kpt])\\1$", "\\1"), ("(?<=[aeiouy])[dt]$", ""), ("n[ntkdg]$", "n"), ("l[ltdk]$", "l"), ("r[rtd]$", "r"),
        ("ttom$", ""), ("mp$", "m"), ("mm$", "m"), ("ps$", "s"), ("[aeiouyj]+$", ""),
    )
)  # fmt: skip
"""What is left of a word without its case, so that its stems (-nen, -s-; nt, nn; nk, ng) become one."""


def stem(word: str) -> str:
    """What the cases of a folded Finnish word have in common, near enough; a short word is its own stem."""
    left = word if word.endswith("nen") or len(word) <= _SHORTEST else _CASE.sub("", word)
    for pattern, short in _SHAPES:
        shorter = pattern.sub(short, left)
        left = shorter if len(shorter) >= _SHORTEST - 1 else left
    return left


def slips(word: str) -> set[str]:
    """The start of a word, and what is left of it without any one letter: what two spellings a slip apart share."""
    start = word[:_COMPARED]
    return {start, *(start[:place] + start[place + 1 :] for place in range(len(start)))}


def distance(asked: str, word: str) -> int | None:
    """How many slips lie between two words; None for more than a reader would make."""
    most = 0 if len(asked) < _SHORTEST else 1 if len(asked) < _LONG else 2
    found: int = OSA.distance(asked, word, score_cutoff=most)
    return found if found <= most else None
