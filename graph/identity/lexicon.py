"""Key words of organisations' names in the EU's languages: codes for kinds of bodies, their parts, small words."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.table_files import table_rows
from talkoot.ontology.folding import fold

_FILE = Path(__file__).resolve().parent / "lexicon.csv"


_COMPOUND_PART = 6
"""Letters that the last part of a compound needs to be looked up by itself."""


class KeyWord(NamedTuple):
    """What a word stands for: its code, and its level (body, unit, word or stop)."""

    code: str
    level: str


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, KeyWord], dict[str, KeyWord]]:
    """Key words as they stand, and stems (written with ``*``) that begin many forms of one."""
    words: dict[str, KeyWord] = {}
    stems: dict[str, KeyWord] = {}
    for _, row in table_rows(_FILE):
        for word in row["words"].split():
            (stems if word.endswith("*") else words)[fold(word)] = KeyWord(row["code"], row["level"])
    return words, stems


@lru_cache(maxsize=65536)
def key_word(word: str) -> KeyWord | None:
    """The key word that a folded word is a form of; the longest stem counts."""
    words, stems = _table()
    if word in words:
        return words[word]
    return next((stems[word[:end]] for end in range(len(word), 3, -1) if word[:end] in stems), None)


@lru_cache(maxsize=65536)
def body_within(word: str) -> str:
    """The code of the body that a compound ends in (*elinkeinoministeriö*, *Forschungsinstitut*), or empty."""
    for start in range(1, len(word) - _COMPOUND_PART + 1):
        known = key_word(word[start:])
        if known and known.level == "body":
            return known.code
    return ""
