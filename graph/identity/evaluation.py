"""How well matching does on records whose clusters are known: precision, recall and F1, with intervals."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any

from talkoot.graph.identity.clusters import components
from talkoot.graph.identity.decisions import in_force
from talkoot.graph.identity.features import Entity, site
from talkoot.graph.identity.matching import match
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.queue import queue
from talkoot.graph.table_files import TableError
from talkoot.ontology import CodeLists

_Z = 1.96
"""Standard deviations of a 95 % interval."""


class EvaluationError(TableError):
    """A file cannot be evaluated; the message names file, line, field and what was expected."""


@dataclass(slots=True)
class Labelled:
    """A record with what is compared, its source, and its true cluster (empty: unknown, its pairs are not counted)."""

    id: str
    source: str
    names: list[str]
    website: str = ""
    country: str = ""
    cluster: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)
    kind: str = "organisation"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends (Wilson 1927)."""
        if (p := self.value) is None:
            return None
        n = self.total
        middle, reach = p + _Z**2 / (2 * n), _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return (middle - reach) / (1 + _Z**2 / n), (middle + reach) / (1 + _Z**2 / n)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out; pairs are ids, the smaller first. ``per_record``: queued candidates of a record, on average."""

    precision: Share
    recall: Share
    queue_recall: Share
    per_record: float
    wrong: list[tuple[str, str]]
    missed: list[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """The figures under the names of docs/matching.md."""

        def told(share: Share) -> dict[str, Any]:
            return {"value": share.value, "interval": share.interval, "hits": share.hits, "of": share.total}

        p, r = self.precision.value, self.recall.value
        return {
            "automatic": {
                "precision": p, "recall": r,
                "f1": 2 * p * r / (p + r) if p and r else None,
                "intervals": {"precision": told(self.precision), "recall": told(self.recall)},
            },
            "queue": {
                "recall": self.queue_recall.value, "per_record": self.per_record,
                "intervals": {"recall": told(self.queue_recall)},
            },
            "wrong": [list(pair) for pair in self.wrong],
            "missed": [list(pair) for pair in self.missed],
        }  # fmt: skip


def read_labelled(path: Path) -> Iterator[Labelled]:
    """Records of a JSON Lines file ``{id, source, names[], website, country, cluster}``; ``identifiers`` may follow.

    Raises :class:`EvaluationError`.
    """
    seen = set()
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            where = f"{path.name}:{number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise EvaluationError(f"{where}: expected one JSON object a line: {error}") from error
            if not isinstance(row, dict):
                raise EvaluationError(f"{where}: expected a JSON object")
            for name, kind in (("id", str), ("source", str), ("names", list)):
                if not isinstance(row.get(name), kind) or not row[name]:
                    raise EvaluationError(f"{where}: {name}: expected a {'list of texts' if kind is list else 'text'}")
            if row["id"] in seen:
                raise EvaluationError(f"{where}: id: {row['id']!r} stands twice: expected each id once")
            seen.add(row["id"])
            texts = {name: str(row.get(name) or "") for name in ("id", "source", "website", "country", "cluster")}
            names = [name for name in row["names"] if isinstance(name, str) and name.strip()]
            if not names:
                raise EvaluationError(f"{where}: names: expected a text in the list")
            yield Labelled(**texts, names=names, identifiers=row.get("identifiers") or {})


def evaluate(records: Iterable[Labelled], codes: CodeLists, names: NameTable, *, cross_source: bool) -> Evaluation:
    """Match records as a harvest would, and count pairs against their clusters; the cluster is never looked at before.

    With ``cross_source`` only pairs of records of different sources count.
    """
    by_id = {record.id: record for record in records}
    found = match((entity(record, codes) for record in by_id.values()), [], names, codes, "", "")
    joined = components(in_force(found.decisions), by_id)

    def counted(one: str, other: str) -> bool:
        left, right = by_id[one], by_id[other]
        return bool(left.cluster and right.cluster) and not (cross_source and left.source == right.source)

    def within(group: Callable[[str], str]) -> set[tuple[str, str]]:
        """The pairs that count of which both are in one group."""
        groups: dict[str, list[str]] = defaultdict(list)
        for name in sorted(by_id):
            groups[group(name)].append(name)
        return {pair for members in groups.values() for pair in combinations(members, 2) if counted(*pair)}

    said, known = within(joined.find), within(lambda name: by_id[name].cluster or name)
    true = said & known
    asked = queue(found.near, found.held, joined, in_force(found.decisions))
    near = {(candidate.one, candidate.other) for candidate in asked} & known
    return Evaluation(
        Share(len(true), len(said)), Share(len(true), len(known)), Share(len(true | near), len(known)),
        2 * len(asked) / len(by_id) if by_id else 0.0, sorted(said - true), sorted(known - true - near),
    )  # fmt: skip


def entity(record: Labelled, codes: CodeLists) -> Entity:
    """A labelled record as matching sees it."""
    made = Entity(record.id, record.source, record.kind, "actor", list(record.names))
    if country := codes["country"].find(record.country) if record.country else None:
        made.countries = {country.code}
    if record.website and (found := site(record.website)):
        made.sites = {found}
    for register, number in record.identifiers.items():
        made.add_number(register, number)
    return made
