"""Sources: their definitions, the readers, the mappings and the jobs that keep what they say."""

from pathlib import Path

FACTS = Path(__file__).resolve().parent / "facts"
"""The folder of bundled facts, and of the curated tables of names, decisions and identifiers."""
