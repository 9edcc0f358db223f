"""What docs show in Python runs against a server with the demo's release, and prints something."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from talkoot.cli import main
from tests.test_documentation import blocks
from tests.test_serve_files import served


@pytest.fixture(scope="module")
def demo_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("examples") / "var"
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--home", str(home)])
    assert result.exit_code == 0, result.output
    with served("--home", str(home)) as address:
        yield address.removesuffix("/sparql")


@pytest.mark.parametrize("text", blocks("python"))
def test_an_example_in_python_runs_and_prints_something(text: str, demo_address: str, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(re.sub(r"http://127\.0\.0\.1:8000", demo_address, text), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip()
