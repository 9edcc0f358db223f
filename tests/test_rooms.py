"""The rooms keep to the arrows of docs/architecture.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MAY_IMPORT = {
    "ontology": {"ontology"},
    "graph": {"graph", "ontology"},
    "harvesters": {"harvesters", "graph", "ontology"},
    "web": {"web", "graph", "ontology"},
}
ROOT = Path(__file__).resolve().parent.parent


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            if node.module == "talkoot":
                yield from (f"talkoot.{name.name}" for name in node.names)


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "talkoot" and len(parts) > 1 and parts[1] in MAY_IMPORT else None


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for module in imports(path):
            target = room_of(module)
            assert target is None or target in MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_room_imports_the_command_line(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert not {"talkoot.cli", "talkoot.identity", "talkoot.steps"} & set(imports(path)), path


def test_the_graph_knows_neither_flask_nor_any_server() -> None:
    for path in (ROOT / "graph").rglob("*.py"):
        assert not {"flask", "werkzeug", "granian"} & {module.split(".")[0] for module in imports(path)}, path


def test_the_graph_knows_no_single_source() -> None:
    names = {path.stem for path in (ROOT / "harvesters" / "sources").glob("*.toml")} - {"centres"}
    for path in (ROOT / "graph").rglob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not {name for name in names if f'"{name}"' in text or "innokyl" in text}, path


def test_every_room_is_linked_into_the_package() -> None:
    for room in MAY_IMPORT:
        link = ROOT / "talkoot" / room
        assert link.is_symlink()
        assert link.resolve() == ROOT / room
