"""The W3C's tests of CSV, TSV and JSON results, over HTTP."""

import pytest

from tests.w3c.answering import judge
from tests.w3c.manifests import EVALUATION, RESULT_FOLDERS, Entry, entries
from tests.w3c.serving import FileServers


@pytest.mark.parametrize("test", entries(RESULT_FOLDERS, EVALUATION), ids=lambda test: test.id)
def test_results_are_written_as_the_w3c_expects(test: Entry, servers: FileServers):
    judge(test, servers.served(test.data, test.graphs))
