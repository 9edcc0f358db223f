"""Sources: their definitions, the readers, the mappings and the jobs that keep what they say."""

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from talkoot.graph.table_files import table_rows
from talkoot.ontology.folding import fold

_HERE = Path(__file__).resolve().parent
FACTS = _HERE / "facts"
"""The folder of bundled facts, and of the curated tables of names, decisions and identifiers."""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table that travels with the harvesters, such as ``options`` or ``tables/roles``."""
    return [row for _, row in table_rows(_HERE / f"{name}.csv")]


@lru_cache
def table(name: str, key: str) -> MappingProxyType[str, dict[str, str]]:
    """The rows of a curated table of the mappings (``tables/``) by the folded text of one column."""
    return MappingProxyType({fold(row[key]): row for row in rows(f"tables/{name}")})
