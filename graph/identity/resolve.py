"""Resolving: from the records, the decisions and the ledger to one canonical id for every entity."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Quad

from talkoot.graph.identity.clusters import components
from talkoot.graph.identity.decisions import Decision, in_force, read_decisions, write_decisions
from talkoot.graph.identity.features import Entity, entities, organisations, record_quads
from talkoot.graph.identity.ledger import Entry, assign, read_ledger, write_ledger
from talkoot.graph.identity.matching import Matching, local_id, match
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import Pairs
from talkoot.graph.identity.rekey import Rekeyed
from talkoot.graph.identity.tables import Tables
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import KeptRecord, Workbench, now
from talkoot.ontology import load_code_lists


@dataclass(frozen=True, slots=True)
class Curated:
    """The folder whose ``names.csv``, ``decisions.tsv`` and ``identifiers.tsv`` travel with the product."""

    folder: Path

    def tables(self, home: Path, name: str) -> list[Path]:
        """The product's table and the home folder's own, which lies over it."""
        return [self.folder / name, home / name]

    def check(self, home: Path) -> None:
        """Read the tables of decisions and identifiers; raises :class:`DecisionError` or :class:`LedgerError`."""
        for path in self.tables(home, "decisions.tsv"):
            read_decisions(path)
        read_ledger(self.tables(home, "identifiers.tsv"))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is who: entities, the decisions in force, canonical ids by entity, and the whole ledger."""

    records: Sequence[tuple[KeptRecord, list[Quad]]]
    entities: dict[str, Entity]
    decisions: list[Decision]
    canonical: dict[str, str]
    ledger: list[Entry]
    matching: Matching
    minted: int


def resolve(
    workbench: Workbench, settings: Settings, curated: Curated, names: NameTable, tables: Tables | None = None
) -> Identity:
    """Match what is there, keep new decisions and ids in the home folder, and say who is who.

    Only actors that are new or changed are compared, or all of them by the engine given as ``tables``.
    Call it while holding the writer lock. Raises :class:`DecisionError`, :class:`LedgerError` or
    :class:`Contradiction`, each with a sentence for the steward.
    """
    base, today = settings.base, now()[:10]
    records = [(record, record_quads(record)) for record in workbench.records()]
    found = entities(records, base)
    rekeyed = Rekeyed(settings.home)
    product, own = (rekeyed.decisions(read_decisions(path)) for path in curated.tables(settings.home, "decisions.tsv"))
    mine = {decision.id for decision in own}
    product = [decision for decision in product if decision.id not in mine]  # the home folder's row lies over it
    fixed = {decision.id for decision in product}
    with closing(Pairs(settings.home / "matching.sqlite")) as pairs:
        result = match(organisations(found), [*product, *own], names, load_code_lists(), base, today, pairs, tables)
    kept = [decision for decision in result.decisions if decision.id not in fixed]
    if kept != own:
        write_decisions(settings.home / "decisions.tsv", kept)
    by_id = {local_id(iri, base): entity for iri, entity in found.items()}
    joined = components(in_force(result.decisions), by_id)
    clusters = [sorted(joined.members(name)) for name in sorted(by_id) if joined.find(name) == name]
    segments = {name: entity.segment for name, entity in by_id.items()}
    ledger = rekeyed.ledger(read_ledger(curated.tables(settings.home, "identifiers.tsv")))
    minted = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    canonical, changed = assign(clusters, segments, ledger, minted)
    if changed:
        entries = read_ledger([settings.home / "identifiers.tsv"]) | changed
        write_ledger(settings.home / "identifiers.tsv", entries.values())
    return Identity(
        records=records,
        entities=found,
        decisions=[decision for decision in result.decisions if not decision.superseded_by],
        canonical={f"{base}id/{name}": f"{base}id/{target}" for name, target in canonical.items()},
        ledger=list((ledger | changed).values()),
        matching=result,
        minted=len({entry.canonical_id for entry in changed.values()} - {e.canonical_id for e in ledger.values()}),
    )
