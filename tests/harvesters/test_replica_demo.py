"""The whole network path, offline: every confirmed source harvested over HTTP from its replica, and published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.harvesters.definition import load_definitions

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home


def test_the_demo_with_replicas_harvests_every_confirmed_source_and_publishes(home: Home) -> None:
    output = home.talkoot("demo", "--replicas", "--no-serve").output
    confirmed = {name for name, one in load_definitions().items() if one.bundled or one.evidence != "guessed"}
    complete = {line.partition(": complete")[0] for line in output.splitlines() if ": complete" in line}
    assert complete == confirmed
    assert "Release 1 is current" in output
    requests = {run["source"]: run for run in home.json("runs")}
    assert all(run["set_aside"] == 0 for source, run in requests.items() if source != "innokyla")
