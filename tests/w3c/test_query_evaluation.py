"""The W3C's query evaluation tests, over HTTP."""

import pytest

from tests.w3c.answering import judge, refused
from tests.w3c.manifests import EVALUATION, QUERY_FOLDERS, Entry, entries
from tests.w3c.serving import FileServers


@pytest.mark.parametrize("test", entries(QUERY_FOLDERS, EVALUATION), ids=lambda test: test.id)
def test_a_query_is_answered_as_the_w3c_expects(test: Entry, servers: FileServers):
    judge(test, servers.served(test.data, test.graphs))


@pytest.mark.parametrize("test", entries(["service"], EVALUATION), ids=lambda test: test.id)
def test_a_federated_query_is_refused_by_name(test: Entry, servers: FileServers):
    assert refused(servers.served(()), test.text) == "service-refused"
