"""kill -9 at random moments of a harvest and of a publish: nothing is lost or doubled, and the next run goes on.

TALKOOT_KILLS says how many kills (6 if not said), TALKOOT_KILL_SEED which moments; the seed is printed.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.graph.conftest import Home

KILLS = int(os.environ.get("TALKOOT_KILLS", "6"))
SEED = int(os.environ.get("TALKOOT_KILL_SEED", random.SystemRandom().randrange(1_000_000)))

HARVEST, PUBLISH = (0.4, 3.5), (0.4, 1.6)
"""Between which seconds the kills fall: from when the interpreter has begun to when the command is about done."""


def kill_within(home: Path, words: tuple[str, ...], seconds: float) -> None:
    """Start a command and kill it after some seconds, if it is still at work."""
    command = [sys.executable, "-m", "talkoot", *words, "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()


RECORDS = "SELECT source, key, content_hash, gone_run FROM records ORDER BY source, key"


def test_killed_at_random_moments_a_harvest_loses_and_doubles_nothing(demo: Home, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    sys.stderr.write(f"seed of the moments: {SEED}\n")
    expected = demo.rows(RECORDS)
    home = type(demo)(tmp_path / "home")
    for _ in range((KILLS + 1) // 2):
        kill_within(home.path, ("harvest", "--bundled"), chance.uniform(*HARVEST))
        if (home.path / "workbench.sqlite").exists():
            assert home.json("runs") is not None  # it opens
            assert home.rows("PRAGMA integrity_check") == [("ok",)]
            assert set(home.rows(RECORDS)) <= set(expected)
        if chance.random() < 0.3:
            shutil.rmtree(home.path, ignore_errors=True)  # now and then from the beginning
    home.talkoot("harvest", "--bundled")
    assert home.rows(RECORDS) == expected
    assert set(home.rows("SELECT DISTINCT status FROM runs")) <= {("complete",), ("interrupted",)}
    last = home.rows("SELECT status FROM runs WHERE id IN (SELECT max(id) FROM runs GROUP BY source)")
    assert last == [("complete",)] * 6


def test_killed_at_random_moments_a_publish_leaves_a_complete_release_or_none(
    home: Home, complete: Callable[[Path], bool]
) -> None:
    chance = random.Random(SEED + 1)
    sys.stderr.write(f"seed of the moments: {SEED}\n")
    quads = home.quads()
    ids = identities(home)
    (home.path / "current").unlink()
    shutil.rmtree(home.path / "releases")
    for _ in range(KILLS - (KILLS + 1) // 2):
        kill_within(home.path, ("publish",), chance.uniform(*PUBLISH))
        assert home.rows("PRAGMA integrity_check") == [("ok",)]
        if (home.path / "current").exists():
            assert complete(home.current)
            assert home.quads() == quads
        else:
            assert not (home.path / "current").is_symlink()
        for release in (home.path / "releases").glob("[0-9]*"):
            assert complete(release)
    home.talkoot("publish")
    assert complete(home.current)
    assert home.quads() == quads
    assert identities(home) == ids
    assert not list((home.path / "releases").glob(".building-*"))
    numbers = [release["number"] for release in home.json("releases")]
    assert numbers == sorted(set(numbers), reverse=True)


def identities(home: Home) -> list[tuple[str, ...]]:
    return home.ask("SELECT ?local ?canonical WHERE { GRAPH ?graph { ?local tk:viewOf ?canonical } } ORDER BY ?local")


@pytest.mark.parametrize(
    "step", ["half a release", "a release that was not switched in", "half a link", "half a table"]
)
def test_what_a_kill_leaves_behind_is_cleared_or_passed_over(
    home: Home, complete: Callable[[Path], bool], step: str
) -> None:
    if step == "half a release":
        (home.path / "releases" / ".building-2" / "store").mkdir(parents=True)
        (home.path / "releases" / ".building-2" / "graph.nq").write_text("<a> <b>", encoding="utf-8")
    elif step == "a release that was not switched in":
        home.talkoot("publish")
        home.talkoot("rollback", "1")
    elif step == "half a link":
        (home.path / ".current-99999").symlink_to("releases/7")
    else:
        (home.path / "decisions.tsv.part").write_text("id\tsub", encoding="utf-8")
    home.talkoot("publish")
    assert complete(home.current)
    assert home.manifest["number"] == (3 if "switched" in step else 2)
    assert not list((home.path / "releases").glob(".building-*"))
