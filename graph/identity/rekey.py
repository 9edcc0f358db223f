"""Keys that a source changed: what its records were called before, so that their canonical ids and judgements stay."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from talkoot.graph.identity.decisions import Decision
from talkoot.graph.identity.ledger import Entry
from talkoot.graph.records import path_segment
from talkoot.graph.table_files import TableError, table_rows

FILE = "rekeyed.csv"
_COLUMNS = ("source", "old", "new", "date")
_ENTITY = re.compile(r"(src/([^/]+)/[^/]+/)(.+?)(\.[0-9a-f]{10})?")


class Rekeyed:
    """A home folder's table of changed keys; a key may change more than once."""

    def __init__(self, home: Path) -> None:
        """Read the table, if there is one. Raises :class:`TableError`."""
        self._path = home / FILE
        self._new: dict[tuple[str, str], str] = {}
        for where, row in table_rows(self._path):
            if None in row or not all(row.get(name) for name in _COLUMNS):
                raise TableError(f"{where}: expected {', '.join(_COLUMNS)}, all filled")
            self._add(row["source"], row["old"], row["new"], f"{where}: ")

    def _add(self, source: str, old: str, new: str, where: str = "") -> None:
        if (source, old) in self._new:
            raise TableError(f"{where}{old!r} of {source} stands twice: expected each old key once")
        if self.key(source, new) == old:
            raise TableError(f"{where}the keys {old!r} and {new!r} of {source} lead to one another in a circle")
        self._new[source, old] = new

    def add(self, source: str, old: str, new: str, date: str) -> None:
        """Note that a source's record has another key from now on. Raises :class:`TableError`."""
        self._add(source, old, new)
        fresh = not self._path.exists()
        with self._path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([_COLUMNS] * fresh + [(source, old, new, date)])

    def key(self, source: str, key: str) -> str:
        """The key that a record has now."""
        while (source, key) in self._new:
            key = self._new[source, key]
        return key

    def entity(self, name: str) -> str:
        """The id that a source's own entity has now; ids are paths below the base's ``id/``."""
        match = _ENTITY.fullmatch(name) if self._new else None
        if match is None:
            return name
        keys = {path_segment(old): old for source, old in self._new if source == match[2]}
        for rest, ending in ((match[3] + (match[4] or ""), ""), (match[3], match[4] or "")):
            if rest in keys:
                return f"{match[1]}{path_segment(self.key(match[2], keys[rest]))}{ending}"
        return name

    def decisions(self, rows: Iterable[Decision]) -> list[Decision]:
        """Decisions on the entities as they are called now."""
        found = []
        for row in rows:
            one, other = sorted((self.entity(row.subject_id), self.entity(row.object_id)))
            found.append(replace(row, subject_id=one, object_id=other) if one != other else row)
        return found

    def ledger(self, entries: Mapping[tuple[str, str], Entry]) -> dict[tuple[str, str], Entry]:
        """The ledger, in which an entity has the canonical ids that it had under its old key too."""
        found = dict(entries)
        for entry in entries.values():
            name = self.entity(entry.entity_id)
            found.setdefault((entry.canonical_id, name), replace(entry, entity_id=name))
        return found
