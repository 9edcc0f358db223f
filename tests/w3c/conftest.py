"""The W3C's tests are collected where their folder is given, and run in an order that starts each server once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.w3c.manifests import FOLDER
from tests.w3c.serving import Dataset, FileServers, dataset

collect_ignore_glob = [] if FOLDER else [
    "test_query_evaluation.py", "test_syntax.py", "test_results_formats.py", "test_protocol.py",
    "test_service_description.py", "test_updates.py", "test_counts.py",
]  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests over the same data side by side; the order is otherwise as chance gave it."""
    places = [index for index, item in enumerate(items) if Path(__file__).parent in item.path.parents]
    for place, item in zip(places, sorted((items[place] for place in places), key=_data), strict=True):
        items[place] = item


def _data(item: pytest.Item) -> Dataset:
    """What the server of a test serves; nothing where the test names no data."""
    test = getattr(item, "callspec", None) and item.callspec.params.get("test")  # type: ignore[attr-defined]
    return dataset(test.data, test.graphs) if test else ((), ())


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServers]:
    """``talkoot serve FILE…`` for the files of a test."""
    asking = [item for item in request.session.items if "servers" in getattr(item, "fixturenames", ())]
    servers = FileServers(tmp_path_factory.mktemp("w3c"), map(_data, asking))
    yield servers
    servers.end()
