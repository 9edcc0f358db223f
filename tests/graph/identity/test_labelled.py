"""The labelled set: no false join, the bars of docs/matching.md, and every verdict as it was written down."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from talkoot.graph.identity.evaluation import Labelled, Share, entity
from talkoot.graph.identity.matching import match
from talkoot.graph.identity.names import NameTable, read_name_rows
from talkoot.graph.identity.pairs import AUTOMATIC_RULES
from talkoot.harvesters import FACTS
from talkoot.ontology import load_code_lists

FOLDER = Path(__file__).resolve().parent / "labelled"
VERDICTS = FOLDER / "verdicts.csv"


class Judged(NamedTuple):
    """A labelled pair, and what matching says of it: a rule, near or part (the queue), or nothing."""

    row: dict[str, str]
    verdict: str

    @property
    def band(self) -> str:
        return "automatic" if self.verdict in AUTOMATIC_RULES else "queue" if self.verdict else "dropped"


def record(row: dict[str, str], side: str) -> Labelled:
    """One side of a pair; what stands in the list of centres as a centre is one."""
    place = row["read_at"].split(" | ")[side == "right" and " | " in row["read_at"]]
    numbers = dict(text.split("=", 1) for text in row[f"{side}_ids"].split("; ") if text)
    return Labelled(
        side, row[f"{side}_source"], row[f"{side}_names"].split(" | "), row[f"{side}_website"], row[f"{side}_country"],
        identifiers=numbers, kind="centre" if "&at=centre" in place else "organisation",
    )  # fmt: skip


@cache
def judged() -> tuple[Judged, ...]:
    codes, names = load_code_lists(), NameTable(read_name_rows([FACTS / "names.csv"]))
    found = []
    with (FOLDER / "pairs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            actors = [entity(record(row, side), codes) for side in ("left", "right")]
            result = match(actors, [], names, codes, "", "")
            said = [*(d.mapping_justification for d in result.decisions), *(["held"] * len(result.held))]
            found.append(Judged(row, next(iter([*said, *(pair.rule for pair in result.near)]), "")))
    return tuple(found)


def of(half: str, *, cross_source: bool = True) -> list[Judged]:
    """The bundled pairs of a half."""
    return [
        one
        for one in judged()
        if one.row["half"] == half
        and one.row["origin"] == "bundled"
        and not (cross_source and one.row["left_source"] == one.row["right_source"])
    ]


def test_no_two_bodies_are_joined_automatically() -> None:
    wrong = [one for one in judged() if one.row["judgement"] == "different" and one.band == "automatic"]
    assert not wrong, "\n".join(
        f"{one.row['pair']}: {one.row['left_names']} = {one.row['right_names']}" for one in wrong
    )


@pytest.mark.parametrize("half", ["tuning", "test"])
@pytest.mark.parametrize("cross_source", [True, False])
def test_the_bars_hold(half: str, cross_source: bool) -> None:
    bands = Counter((one.row["judgement"], one.band) for one in of(half, cross_source=cross_source))
    same = sum(count for (judgement, _), count in bands.items() if judgement == "same")
    automatic = bands["same", "automatic"]
    assert same >= 25, "too few pairs to say anything"
    precision = Share(automatic, automatic + bands["different", "automatic"])
    recall, queued = Share(automatic, same), Share(automatic + bands["same", "queue"], same)
    told = ", ".join(f"{share.value:.3f} {share.interval}" for share in (precision, recall, queued))
    assert (precision.value or 0) >= 0.98, told
    assert (recall.value or 0) >= 0.90, told
    assert (queued.value or 0) >= 0.95, told


def test_every_verdict_is_the_one_that_was_written_down() -> None:
    """A change of rules shows here as a list; write the file anew (python -m tests.graph.identity.test_labelled)."""
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        written = {row["pair"]: row["verdict"] for row in csv.DictReader(file)}
    changed = [
        f"{one.row['pair']} ({one.row['judgement']}): {written.get(one.row['pair'])} is now {one.verdict or 'nothing'}"
        for one in judged()
        if written.get(one.row["pair"]) != one.verdict
    ]
    assert not changed, "\n".join(changed)
    assert written.keys() == {one.row["pair"] for one in judged()}


if __name__ == "__main__":
    with VERDICTS.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(
            [("pair", "verdict"), *((one.row["pair"], one.verdict) for one in judged())]
        )
