"""Decisions: judgements on pairs of entities as one sorted table (SSSOM column names), never deleted."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from talkoot.graph.table_files import TableError, table_rows, write_table

JUDGEMENTS = ("same", "different", "unsure", "part of")
AUTOMATIC = "automatic"


class DecisionError(TableError):
    """A table of decisions cannot be used; the message names file, row and what was expected."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One judgement on two entities, by a rule or a person; ids are paths below the base's ``id/``."""

    id: str
    subject_id: str
    object_id: str
    judgement: str
    mapping_justification: str
    evidence: str
    author_id: str
    mapping_date: str
    confidence: str = ""
    superseded_by: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """The two entities, smaller first."""
        return self.subject_id, self.object_id


COLUMNS = tuple(item.name for item in fields(Decision))


def decide(
    one: str, other: str, judgement: str, justification: str, evidence: str, author: str, date: str, earlier: int = 0
) -> Decision:
    """A decision on two entities, with an id made of what it says and of how many rows the pair had before."""
    subject, target = sorted((one, other))
    text = "\t".join((subject, target, judgement, justification, author, date, *([str(earlier)] if earlier else [])))
    number = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Decision(number, subject, target, judgement, justification, evidence, author, date)


def read_decisions(path: Path) -> list[Decision]:
    """The rows of a table, or none where there is no file. Raises :class:`DecisionError`."""
    found: dict[str, Decision] = {}
    for where, row in table_rows(path, COLUMNS, DecisionError):
        decision = Decision(**row)
        if decision.judgement not in JUDGEMENTS:
            raise DecisionError(f"{where}: the judgement is {decision.judgement!r}: expected {', '.join(JUDGEMENTS)}")
        if not decision.subject_id < decision.object_id:
            raise DecisionError(f"{where}: expected two different ids, the smaller one first")
        if decision.id in found:
            raise DecisionError(f"{where}: the id {decision.id!r} stands twice: expected each id once")
        found[decision.id] = decision
    return list(found.values())


def write_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Write the table, sorted by id of the rows' first column."""
    write_table(path, COLUMNS, (astuple(decision) for decision in decisions))


def in_force(decisions: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """By pair, the decision that nothing supersedes; a person's beats a rule's, then the later one counts."""
    found: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        if decision.superseded_by:
            continue
        known = found.get(decision.pair)
        if known is None or _weight(decision) > _weight(known):
            found[decision.pair] = decision
    return found


def _weight(decision: Decision) -> tuple[bool, str, str]:
    return decision.author_id != AUTOMATIC, decision.mapping_date, decision.id


def supersede(decision: Decision, by: Decision) -> Decision:
    """The same decision, no longer in force."""
    return replace(decision, superseded_by=by.id)
