"""docs/conformance.md counts the tests as their manifests do."""

from pathlib import Path

from tests.w3c.answering import known_failures
from tests.w3c.manifests import EVALUATION, QUERY_FOLDERS, RESULT_FOLDERS, entries
from tests.w3c.page import counts_table


def test_the_page_counts_the_tests(checkout: Path):
    assert counts_table() in (checkout / "docs" / "conformance.md").read_text(encoding="utf-8")


def test_every_known_failure_is_one_of_the_tests():
    assert known_failures().keys() <= {test.id for test in entries((*QUERY_FOLDERS, *RESULT_FOLDERS), EVALUATION)}
