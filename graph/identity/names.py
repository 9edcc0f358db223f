"""Names of organisations: folding, legal forms, brackets, and the table of names that mean one body."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.table_files import TableError, table_rows
from talkoot.ontology.folding import fold

LEGAL_FORMS_FILE = Path(__file__).resolve().parent / "legal_forms.csv"

_BRACKET = re.compile(r"\(([^()]*)\)\s?$")
_CUT = re.compile(r"( ?[,;/\n]\s*)")
_MOST_PIECES = 12
"""Pieces between separators that one listed name may have: more are not tried, so that long texts take no time."""
_GLUED = re.compile(r"[a-zà-ÿ]([A-Z]{2,4})\s*$")
"""What may be a legal form without the space before it, as in *ExampleAG*."""
_SEPARATOR = re.compile(r"\s*[,;]\s*")


class LegalForm(NamedTuple):
    """Whether a legal form may stand before the name, and the kind of body that has it (empty where several do)."""

    front: bool
    kind: str


@lru_cache(maxsize=2)
def legal_forms(*, key: bool = False) -> dict[tuple[str, ...], LegalForm]:
    """Legal forms by their folded words: facts of the ELF code list.

    With ``key`` only those that names in source-local IRIs are stripped of: that list never changes.
    """
    rows = [row for _, row in table_rows(LEGAL_FORMS_FILE) if row["key"] or not key]
    return {tuple(row["form"].split()): LegalForm(row["front"] == "yes", row["kind"]) for row in rows}


@lru_cache(maxsize=65536)
def split_form(name: str) -> tuple[str, frozenset[str]]:
    """A name folded, without legal forms at its start or end, and the kinds of body that these tell.

    A name that is nothing but a legal form keeps it.
    """
    glued = _GLUED.search(name)
    if glued and (fold(glued[1]),) in legal_forms():
        name = f"{name[: glued.start(1)]} {glued[1]}"
    return _without_forms(fold(name), legal_forms(), (5, 4, 3, 2, 1))  # the longest first: limited liability company


def fold_name(name: str) -> str:
    """A name folded, without legal forms at its start or end: what *exact name* compares."""
    return split_form(name)[0]


def key_name(name: str) -> str:
    """A name folded as the IRIs of a source's own entities have it: unlike :func:`fold_name`, the same for ever."""
    return _without_forms(fold(name), legal_forms(key=True), (1, 2, 3, 4))[0]


def _without_forms(
    folded: str, forms: dict[tuple[str, ...], LegalForm], sizes: tuple[int, ...]
) -> tuple[str, frozenset[str]]:
    words = folded.split()
    kinds = set()
    changed = True
    while changed:
        changed = False
        for size in sizes:
            if len(words) <= size:
                continue
            end, start = forms.get(tuple(words[-size:])), forms.get(tuple(words[:size]))
            if end:
                words = words[:-size]
            elif start and start.front:
                words = words[size:]
            else:
                continue
            changed = True
            kinds.add((end or start or LegalForm(False, "")).kind)
    return " ".join(words), frozenset(kinds - {""})


def is_acronym(short: str, long: str) -> bool:
    """Whether ``short`` is made of the initials of ``long``, small words and compounds left free.

    ``THL`` is one of *Terveyden ja hyvinvoinnin laitos*, ``EMPIS`` of *Estrutura de Missão Portugal
    Inovação Social*. At least two letters, the first of which starts the long name or its second word.
    """
    letters = fold(short).replace(" ", "")
    words = fold(long).split()
    if not 2 <= len(letters) <= 10 or len(fold(short).split()) > 3 or len(words) < 2:
        return False
    initials = "".join(word[0] for word in words)
    strong = "".join(word[0] for word in words if len(word) > 3 or word.isdigit())
    return letters in (initials, strong) or (
        len(letters) >= 3 and _is_subsequence(letters, initials) and _is_subsequence(strong, letters)
    )


def _is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in part)


@dataclass(frozen=True, slots=True)
class SplitName:
    """A name as printed, the name without what its last bracket adds, other names, and the remark left over."""

    main: str
    others: tuple[str, ...] = ()
    remark: str = ""


class NameTable:
    """The curated table ``names.csv``: spellings that mean one body, and names known to be one body's."""

    def __init__(self, rows: Iterable[tuple[str, str, str]] = ()) -> None:
        self._names: dict[str, set[tuple[str, str]]] = {}
        for alias, name, country in rows:
            for spelling in (alias, name):
                self._names.setdefault(fold_name(spelling), set()).add((fold_name(name), country))

    def __len__(self) -> int:
        return len(self._names)

    def knows(self, name: str) -> bool:
        """Whether the table lists this as the name of one body."""
        return fold_name(name) in self._names

    def main_names(self, name: str, country: str | None) -> set[str]:
        """The folded main names that a spelling stands for in a country (or where either has none)."""
        found = self._names.get(fold_name(name), set())
        return {main for main, seat in found if not seat or not country or seat == country}

    def same_body(self, one: str, other: str, country: str | None = None) -> bool:
        """Whether the table says that two spellings mean one body."""
        return bool(self.main_names(one, country) & self.main_names(other, country))

    def split(self, name: str, country: str | None = None) -> SplitName:
        """Split a trailing bracket off where it is an acronym or another name of the rest; else it stays a remark."""
        name = " ".join(name.split())
        match = _BRACKET.search(name)
        if match is None or not name[: match.start()].strip():
            return SplitName(name)
        rest, inside = name[: match.start()].strip(), match[1].strip()
        parts = dict.fromkeys([inside, *_SEPARATOR.split(inside)])
        others = tuple(part for part in parts if is_acronym(part, rest) or self.same_body(part, rest, country))
        return SplitName(rest, others) if others else SplitName(name, remark=inside)

    def cut(self, text: str) -> list[str] | None:
        """Cut a text into the organisations it holds, if every piece is a listed name; else None.

        Pieces are separated by commas, semicolons, slashes or line breaks; neighbouring pieces are joined
        again where the table lists the longer name.
        """
        pieces = _CUT.split(re.sub(r"[^\S\n]+", " ", text.strip()))
        found: list[str] = []
        place = 0
        while place < len(pieces):
            for end in range(min(len(pieces), place + 2 * _MOST_PIECES - 1), place, -1):
                candidate = "".join(pieces[place:end]).strip()
                whole = (end - place) % 2 == 1 and pieces[place] and pieces[end - 1]
                if whole and self.knows_with_bracket(candidate):
                    found.append(candidate)
                    place = end + 1
                    break
            else:
                return None
        return found if len(found) > 1 else None

    def knows_with_bracket(self, name: str) -> bool:
        """Whether a name is listed, as it stands or without its trailing bracket."""
        return self.knows(name) or self.knows(_BRACKET.sub("", name))


def seems_several(text: str) -> bool:
    """Whether a text looks like several organisations: a comma, semicolon, slash or line break outside brackets."""
    bare = re.sub(r"\([^()]*\)", "", text)
    return re.search(r"[,;\n]|\s/\s", bare) is not None


def read_name_rows(paths: Iterable[Path]) -> list[tuple[str, str, str]]:
    """Rows (alias, name, country) of the tables that exist, in order. Raises :class:`TableError`."""
    rows = []
    for path in paths:
        for where, row in table_rows(path):
            if not row.get("alias") or not row.get("name"):
                raise TableError(f"{where}: expected alias, name, country, source; alias and name filled")
            rows.append((row["alias"], row["name"], row.get("country") or ""))
    return rows
