"""The package that is built holds everything, and a checkout without links is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def build(kind: str, source: Path, target: Path) -> Path:
    code = f"from setuptools.build_meta import build_{kind} as b; import sys; print(b(sys.argv[1]))"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return target / run.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def checkout_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files, links kept, so that a build writes nothing into the checkout."""
    target = tmp_path_factory.mktemp("checkout") / "talkoot"
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "var", "__pycache__", "*.egg-info", "build", ".*_cache", "node_modules"
    )
    shutil.copytree(ROOT, target, symlinks=True, ignore=ignored)
    return target


@pytest.fixture(scope="module")
def wheel(checkout_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = build("sdist", checkout_copy, tmp_path_factory.mktemp("sdist"))
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as file:
        file.extractall(unpacked, filter="data")
    return build("wheel", next(unpacked.iterdir()), tmp_path_factory.mktemp("wheel"))


def test_a_wheel_made_from_the_source_archive_runs_the_demo_elsewhere(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)
    environment = os.environ | {"PYTHONPATH": str(site)}
    where = subprocess.run(
        [sys.executable, "-c", "import talkoot.graph; print(talkoot.graph.__file__)"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(site)
    run = subprocess.run(
        [sys.executable, "-m", "talkoot", "demo", "--no-serve", "--home", str(tmp_path / "home")],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Release 1 is current" in run.stdout


def test_every_file_that_travels_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    for room in ("ontology", "graph", "harvesters", "web"):
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".pyc", ".md", ".pot"):
                assert f"talkoot/{path.relative_to(ROOT)}" in names


def test_a_checkout_without_links_is_refused_with_a_sentence(checkout_copy: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(checkout_copy, broken, symlinks=True)
    link = broken / "talkoot" / "graph"
    link.unlink()
    link.write_text("../graph")  # what git makes of a link where links are off
    code = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    run = subprocess.run([sys.executable, "-c", code], cwd=broken, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "has lost its symbolic links" in run.stderr


def test_the_lock_files_pin_every_dependency_with_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-extras.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "http" not in text
        assert "index-url" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        for entry in re.findall(r"^[a-z0-9][^\n]*(?:\n    --hash[^\n]*)*", text, re.MULTILINE | re.IGNORECASE):
            assert re.search(r"==.*--hash=sha256:", entry, re.DOTALL), entry[:80]


def test_the_lock_covers_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    names = [re.split(r"[<>=~!\[; ]", text, maxsplit=1)[0].lower() for text in declared]
    files = [ROOT / "requirements-dev.lock", ROOT / "requirements-extras.lock"]
    locked = "".join(file.read_text(encoding="utf-8").lower() for file in files)
    assert [name for name in names if f"\n{name}==" not in locked] == []
