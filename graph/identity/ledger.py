"""The ledger of canonical identifiers: the oldest id of a cluster wins, none is ever used again."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import partial
from pathlib import Path

from talkoot.graph.table_files import TableError, table_rows, write_table

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 10

STATUSES = ("active", "merged", "split")


class LedgerError(TableError):
    """The ledger cannot be used; the message names file, row and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An id once given to an entity: ids are paths below the base's ``id/``.

    ``minted`` is a date or a time in UTC, to the microsecond, for two runs within a second have their order too; what
    has a time is younger than what has only its date.
    """

    canonical_id: str
    entity_id: str
    minted: str
    status: str = "active"
    replaced_by: str = ""


COLUMNS = tuple(item.name for item in fields(Entry))


def mint(segment: str) -> str:
    """A new id: the coarse type and ten random characters of Crockford's base 32."""
    return f"{segment}/{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}"


def read_ledger(paths: Iterable[Path]) -> dict[tuple[str, str], Entry]:
    """Entries by id and entity; a later file's row lies over an earlier one's. Raises :class:`LedgerError`."""
    found: dict[tuple[str, str], Entry] = {}
    for path in paths:
        for where, row in table_rows(path, COLUMNS, LedgerError):
            if row["status"] not in STATUSES:
                raise LedgerError(f"{where}: expected {len(COLUMNS)} cells, status {STATUSES}")
            found[row["canonical_id"], row["entity_id"]] = Entry(**row)
    return found


def write_ledger(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries, sorted, by an atomic switch."""
    write_table(path, COLUMNS, (astuple(entry) for entry in entries))


def assign(
    clusters: Sequence[Sequence[str]],
    segments: Mapping[str, str],
    ledger: Mapping[tuple[str, str], Entry],
    moment: str,
    new_id: Callable[[str], str] = mint,
) -> tuple[dict[str, str], dict[tuple[str, str], Entry]]:
    """Give each cluster its canonical id. Returns ids by entity, and the entries that are new or changed.

    The oldest id of any member wins and the younger ones are marked as merged. Where members of one id
    have parted, the part keeps it that has no id to go back to, or else more of them; the other takes back the
    id it had, or gets a new one.
    """
    rows = dict(ledger)
    active: dict[str, list[Entry]] = defaultdict(list)
    merged: dict[str, list[Entry]] = defaultdict(list)
    for entry in rows.values():
        if entry.status != "split":
            (active if entry.status == "active" else merged)[entry.entity_id].append(entry)
    taken = {entry.canonical_id for entries in active.values() for entry in entries}
    claims: dict[str, list[int]] = defaultdict(list)
    for number, members in enumerate(clusters):
        for canonical in {entry.canonical_id for member in members for entry in active[member]}:
            claims[canonical].append(number)
    natives = {name: entries for name, entries in active.items() if name not in merged}

    def strength(canonical: str, number: int) -> tuple[int, int, int]:
        members = clusters[number]
        return _share(members, natives, canonical), _share(members, active, canonical), -number

    owner = {canonical: max(numbers, key=partial(strength, canonical)) for canonical, numbers in claims.items()}
    result: dict[str, str] = {}
    for number, members in enumerate(clusters):
        entries = [entry for member in members for entry in active[member]]
        own = min(((e.minted, e.canonical_id) for e in entries if owner[e.canonical_id] == number), default=None)
        minted, chosen = own or _earlier(members, merged, taken) or (moment, new_id(segments[members[0]]))
        taken.add(chosen)
        for entry in entries:
            key = entry.canonical_id, entry.entity_id
            if owner[entry.canonical_id] != number:
                rows[key] = replace(entry, status="split")
            elif entry.canonical_id != chosen:
                rows[key] = replace(entry, status="merged", replaced_by=chosen)
        for member in members:
            result[member] = chosen
            rows[chosen, member] = Entry(chosen, member, rows.get((chosen, member), Entry("", "", minted)).minted)
    return result, {key: entry for key, entry in rows.items() if ledger.get(key) != entry}


def _share(members: Sequence[str], active: Mapping[str, Sequence[Entry]], canonical: str) -> int:
    return sum(entry.canonical_id == canonical for member in members for entry in active.get(member, ()))


def _earlier(members: Sequence[str], merged: Mapping[str, Sequence[Entry]], taken: set[str]) -> tuple[str, str] | None:
    """The oldest id that a member had before it was merged away and that nothing carries now."""
    entries = (entry for member in members for entry in merged.get(member, ()))
    return min(((e.minted, e.canonical_id) for e in entries if e.canonical_id not in taken), default=None)


def redirects(ledger: Iterable[Entry]) -> dict[str, str]:
    """Ids that were merged away, each with the id that it leads to in the end."""
    entries = list(ledger)
    living = {entry.canonical_id for entry in entries if entry.status == "active"}
    into = {e.canonical_id: e.replaced_by for e in entries if e.status == "merged" and e.canonical_id not in living}
    found = {}
    for old in into:
        target = into[old]
        while target in into:
            target = into[target]
        found[old] = target
    return found
