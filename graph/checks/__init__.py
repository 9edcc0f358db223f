"""Checks of a release: SPARQL queries that must find nothing, each with its sentence in the first line."""

from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from talkoot.ontology.namespaces import PREFIXES

_FOLDER = Path(__file__).resolve().parent
_SHOWN = 5


def check_files() -> list[Path]:
    """The queries, in the order of their names."""
    return sorted(_FOLDER.glob("*.rq"))


def run_checks(store: Store) -> list[str]:
    """A sentence for each check that finds nodes, with its name and the first nodes."""
    faults = []
    for path in check_files():
        text = path.read_text(encoding="utf-8")
        found = store.query(text, prefixes=PREFIXES)
        nodes = [str(row[0]) for row in found] if isinstance(found, QuerySolutions) else []
        if nodes:
            sentence = text.splitlines()[0].removeprefix("# ")
            more = f" and {len(nodes) - _SHOWN} more" if len(nodes) > _SHOWN else ""
            faults.append(f"{path.stem}: {sentence} Not so: {', '.join(nodes[:_SHOWN])}{more}")
    return faults
