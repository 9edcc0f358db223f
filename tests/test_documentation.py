"""What is documented is what there is, and what the documents show runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from talkoot.cli import main
from talkoot.graph.issues import ISSUE_CODES, issue_table
from talkoot.graph.settings import settings_table
from talkoot.web.problem import PROBLEM_TYPES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_setting_is_documented_as_the_code_has_it() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_issue_code_is_documented_as_the_code_has_it() -> None:
    assert issue_table() in (ROOT / "docs" / "issues.md").read_text(encoding="utf-8")


def test_every_issue_code_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in ("graph", "harvesters") for path in (ROOT / room).rglob("*.py")
    )
    assert [name for name in ISSUE_CODES if code.count(f'"{name}"') < 2] == []


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"`talkoot {name}" in text, name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name not in ("home", "help"):
                assert parameter.opts[0] in text, f"{name} {parameter.opts[0]}"


def test_every_problem_type_is_documented_as_the_code_has_it() -> None:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    for slug, problem in PROBLEM_TYPES.items():
        assert f"| `{slug}` | {problem.status} | {problem.title} |" in text


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://", "mailto:")):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("documents") / "var"
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--home", str(home)])
    assert result.exit_code == 0, result.output
    return home


def blocks(language: str) -> list[pytest.param]:
    return [
        pytest.param(text, id=f"{document.stem}-{number}")
        for document in DOCUMENTS
        for number, (kind, text) in enumerate(BLOCK.findall(document.read_text(encoding="utf-8")))
        if kind == language
    ]


@pytest.mark.parametrize("query", blocks("sparql"))
def test_a_query_shown_in_a_document_finds_something(query: str, demo_home: Path) -> None:
    result = CliRunner().invoke(main, ["query", "-", "--format", "csv", "--home", str(demo_home)], input=query)
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) > 1


@pytest.mark.parametrize("lines", blocks("console"))
def test_commands_shown_in_a_document_run(lines: str, demo_home: Path) -> None:
    """Lines that start with ``$ talkoot`` are run in order; those that serve for ever are left to other tests."""
    for line in re.findall(r"^\$ talkoot (.*)$", lines, re.MULTILINE):
        words = shlex.split(line, comments=True)
        if words[0] == "serve" or (words[0] == "demo" and "--no-serve" not in words):
            continue
        run = subprocess.run(
            [sys.executable, "-m", "talkoot", *words, "--home", str(demo_home)],
            input="ASK {}", capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
        )  # fmt: skip
        assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"
