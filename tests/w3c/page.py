"""The tables of docs/conformance.md: what is run, and what the engine itself fails."""

from __future__ import annotations

from tests.w3c.answering import known_failures
from tests.w3c.manifests import (
    EVALUATION,
    PROTOCOL,
    QUERY_FOLDERS,
    RESULT_FOLDERS,
    SYNTAX,
    UPDATE,
    UPDATE_FOLDERS,
    entries,
)


def failures_table() -> str:
    """The known failures with their reasons."""
    rows = [f"| `{test}` | {reason} |" for test, reason in known_failures().items()]
    return "\n".join(["| test | what the engine does |", "|---|---|", *rows]) + "\n"


def counts_table() -> str:
    """How many tests there are of each kind, and how many of them pass."""
    kinds = [
        *((f"query evaluation: {folder}", entries([folder], EVALUATION), "pass") for folder in QUERY_FOLDERS),
        ("query syntax", entries((*QUERY_FOLDERS, "syntax-query"), SYNTAX), "pass"),
        ("results in CSV and TSV", entries(RESULT_FOLDERS[:1], EVALUATION), "pass"),
        ("results in JSON", entries(RESULT_FOLDERS[1:], EVALUATION), "pass"),
        ("protocol: queries", [one for one in entries(["protocol"], PROTOCOL) if "update" not in one.name], "pass"),
        ("protocol: updates", [one for one in entries(["protocol"], PROTOCOL) if "update" in one.name], "are refused"),
        ("service description", entries(["service-description"], frozenset({"ServiceDescriptionTest"})), "pass"),
        ("federated queries", entries(["service", "syntax-fed"], EVALUATION | SYNTAX), "are refused"),
        ("updates", entries(UPDATE_FOLDERS, UPDATE), "are refused"),
    ]
    rows = ["| tests | how many | outcome |", "|---|---|---|"]
    for title, tests, outcome in kinds:
        failing = sum(test.id in known_failures() for test in tests)
        all_but = f"{len(tests) - failing} pass, {failing} known to fail" if failing else f"all {outcome}"
        rows.append(f"| {title} | {len(tests)} | {all_but} |")
    return "\n".join(rows) + "\n"
