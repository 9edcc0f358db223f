"""Small curated tables of the mappings: words of the sources and what they stand for."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from talkoot.ontology.folding import fold

_FOLDER = Path(__file__).resolve().parent


@lru_cache
def table(name: str, key: str) -> MappingProxyType[str, dict[str, str]]:
    """The rows of ``{name}.csv`` by the folded text of one column."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({fold(row[key]): row for row in csv.DictReader(file)})
