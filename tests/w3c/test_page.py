"""docs/conformance.md says what the table of known failures says."""

from pathlib import Path

from tests.w3c.page import failures_table


def test_the_page_names_every_known_failure_with_its_reason(checkout: Path):
    assert failures_table() in (checkout / "docs" / "conformance.md").read_text(encoding="utf-8")
