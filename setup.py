"""Refuse to build from a checkout that has lost its symbolic links: the result would be empty, without a word."""

from pathlib import Path

from setuptools import setup

for room in ("ontology", "graph", "harvesters", "web"):
    if not (Path(__file__).parent / "talkoot" / room / "__init__.py").is_file():
        raise SystemExit(
            f"talkoot/{room} does not lead to {room}/: this checkout has lost its symbolic links, and a package built "
            "from it would be empty. Clone it again on Linux, macOS or WSL (git config core.symlinks true)."
        )

setup()
