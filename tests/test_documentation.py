"""What is documented is what there is, and what the documents show runs."""

from __future__ import annotations

import gzip
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse

from talkoot.cli import main
from talkoot.graph.issues import ISSUE_CODES
from talkoot.harvesters.meanings import meanings
from talkoot.harvesters.options import options
from talkoot.ontology.namespaces import TALKOOT
from talkoot.web.problem import problem_types
from tests.documented import issue_table, settings_table

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
REFUSED = re.compile(r"# refused: (.+)$", re.MULTILINE)


def test_every_setting_is_documented_as_the_code_has_it() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_issue_code_is_documented_as_the_code_has_it() -> None:
    assert issue_table() in (ROOT / "docs" / "issues.md").read_text(encoding="utf-8")


def test_every_issue_code_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in ("graph", "harvesters") for path in (ROOT / room).rglob("*.py")
    )
    assert [name for name in ISSUE_CODES if f'"{name}"' not in code] == []


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"`talkoot {name}" in text, name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name not in ("home", "help"):
                assert parameter.opts[0] in text, f"{name} {parameter.opts[0]}"


def test_every_problem_type_is_documented_as_the_code_has_it() -> None:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    for slug, problem in problem_types().items():
        assert f"| `{slug}` | {problem.status} | {problem.title} |" in text


def test_every_option_and_meaning_of_a_definition_is_documented_as_the_code_has_it() -> None:
    lines = (ROOT / "docs" / "add-a-source.md").read_text(encoding="utf-8").replace("\\|", "%").splitlines()
    for reader, known in options().items():
        for name, (_, expected, meaning) in known.items():
            end = f"| {expected} | {meaning.replace('|', '%')} |"
            (line,) = [one for one in lines if one.startswith(f"| `{name}` |") and one.endswith(end)]
            assert reader.replace("every", "every reader") in line.split(" | ")[1].split(", ")
    for name, (_, meaning, _) in meanings().items():
        assert f"| `{name}` | {meaning} |" in lines


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


@pytest.mark.parametrize("text", [*blocks("turtle"), *blocks("trig")])
def test_data_shown_in_a_document_pass_the_gate_or_are_refused_in_the_words_shown(text: str, tmp_path: Path) -> None:
    """Every comment ``# refused: …`` is part of a fault, and there is no other fault."""
    file = tmp_path / "shown.trig"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(file)])
    expected, faults = REFUSED.findall(text), result.stdout.splitlines()
    assert result.exit_code == (1 if expected else 0), result.output
    if expected:
        assert [words for words in expected if not any(words in fault for fault in faults)] == []
        assert [fault for fault in faults if not any(words in fault for words in expected)] == []


@pytest.mark.parametrize("text", blocks("trig"))
def test_a_record_of_a_real_source_shown_in_a_document_is_what_talkoot_holds(text: str, demo_home: Path) -> None:
    quads = parse(text, format=RdfFormat.TRIG)
    real = {
        quad for quad in quads if quad.graph_name.value.startswith((f"{TALKOOT}graph/sim/", f"{TALKOOT}graph/inno"))
    }
    with gzip.open(demo_home / "current" / "graph.nq.gz") as dump:
        assert real <= set(parse(dump.read(), format=RdfFormat.N_QUADS))


def test_the_table_shown_in_the_guide_is_harvested_without_an_issue_and_published(tmp_path: Path) -> None:
    shown = dict(BLOCK.findall((ROOT / "docs" / "ontology" / "harvest-your-table.md").read_text(encoding="utf-8")))
    (tmp_path / "sources").mkdir()
    for kind in ("csv", "toml"):
        (tmp_path / "sources" / f"my-centre.{kind}").write_text(shown[kind], encoding="utf-8")
    said = ""
    for line in re.findall(r"^talkoot (.*)$", shown["sh"], re.MULTILINE):
        result = CliRunner().invoke(main, [*shlex.split(line), "--home", str(tmp_path)])
        assert result.exit_code == 0, result.output
        said += result.output
    assert "There is no issue." in said
    assert "from 2 records" in said
