"""Every source on the network, killed at a random request: the next run asks no page again and loses nothing.

TALKOOT_KILL_SEED says which request; it stands in the test's output.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from talkoot.harvesters.definition import load_definitions
from tests.replicas.data_server import Answering, Asked, DataServer, Everywhere, Given
from tests.replicas.made_up import records, site

DEFINITIONS = load_definitions()
REMOTE = [name for name, definition in DEFINITIONS.items() if not definition.bundled]
SEED = os.environ.get("TALKOOT_KILL_SEED") or str(random.SystemRandom().randrange(10**6))


class Deadly:
    """A site's answers; at one request it kills who asks, before it answers."""

    def __init__(self, answer: Answering) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self.victim: subprocess.Popen[str] | None = None
        self.at = 0

    def __call__(self, asked: Asked) -> Given:
        self.asked.append(f"{asked.method} {asked.path} {sorted(asked.parameters.items())}")
        if self.victim and len(self.asked) >= self.at:
            self.victim.kill()
            return Given(b"too late", "text/plain", 503)
        return self._answer(asked)


def harvest(home: Path, name: str, routes: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "talkoot", "harvest", name, "--home", str(home), *routes]
    settings = os.environ | {"TALKOOT_FETCH_SECONDS": "0", "TALKOOT_RETRY_SECONDS": "0"}
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.parametrize("name", REMOTE)
def test_a_killed_harvest_is_gone_on_with(name: str, tmp_path: Path) -> None:
    definition = DEFINITIONS[name]
    made = records(definition, max(3, definition.least))
    answers = Deadly(site(definition, made))
    server = DataServer(Everywhere(answers))
    hosts = {urlsplit(definition.address).hostname or "", *definition.reading.get("fold_hosts", ())}
    routes = [word for host in hosts for word in ("--route", f"{host}=http://{server.address}")]
    whole = harvest(tmp_path / "whole", name, routes)
    told, _ = whole.communicate(timeout=120)
    assert whole.returncode == 0, told
    requests = list(answers.asked)
    answers.asked, answers.at = [], random.Random(f"{SEED} {name}").randint(1, len(requests))
    answers.victim = harvest(tmp_path / "killed", name, routes)
    answers.victim.communicate(timeout=120)
    assert answers.victim.returncode == -9, "it was killed before it was done"
    before, answers.asked, answers.victim = answers.asked[: answers.at - 1], [], None
    again = harvest(tmp_path / "killed", name, routes)
    told, _ = again.communicate(timeout=120)
    server.close()
    assert again.returncode == 0, f"seed {SEED}, request {answers.at} of {len(requests)}: {told}"
    assert not set(before) & set(answers.asked), f"seed {SEED}, request {answers.at}: asked again"
    assert set(before) | set(answers.asked) == set(requests)
    assert kept(tmp_path / "killed") == kept(tmp_path / "whole")
    assert len(kept(tmp_path / "killed")) == len(made)


def kept(home: Path) -> list[tuple[str, str]]:
    """Key and text of every record."""
    connection = sqlite3.connect(home / "workbench.sqlite")
    try:
        return connection.execute("SELECT key, quads FROM records WHERE gone_run IS NULL ORDER BY key").fetchall()
    finally:
        connection.close()
