"""Folding of text, so that spellings that differ only in case, accents, alphabet or signs compare equal."""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

_WORD = re.compile("[0-9a-z]+")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The words of a text in ASCII lower case, joined by one space: ``"Łódź – Κέντρο"`` is ``"lodz kentro"``."""
    plain = text if text.isascii() else anyascii(text)
    return " ".join(_WORD.findall(plain.lower().replace("'", "")))


def slug(text: str) -> str:
    """The folded words joined by hyphens, fit for a path segment; empty when nothing can be folded."""
    return fold(text).replace(" ", "-")
