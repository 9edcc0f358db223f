"""The W3C's query syntax tests, over HTTP: good queries are taken, bad ones refused as such."""

import pytest

from tests.w3c.answering import ask, refused
from tests.w3c.manifests import QUERY_FOLDERS, SYNTAX, Entry, entries
from tests.w3c.serving import FileServers

TESTS = entries((*QUERY_FOLDERS, "syntax-query"), SYNTAX)
GOOD = [test for test in TESTS if test.kind.startswith("Positive")]
BAD = [test for test in TESTS if test.kind.startswith("Negative")]


@pytest.mark.parametrize("test", GOOD, ids=lambda test: test.id)
def test_a_good_query_is_taken(test: Entry, servers: FileServers):
    answer = ask(servers.served(()), test.text)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("test", BAD, ids=lambda test: test.id)
def test_a_bad_query_is_refused_as_a_syntax_error(test: Entry, servers: FileServers):
    answer = ask(servers.served(()), test.text)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/syntax"


@pytest.mark.parametrize("test", entries(["syntax-fed"], SYNTAX), ids=lambda test: test.id)
def test_a_good_federated_query_is_refused_by_name(test: Entry, servers: FileServers):
    assert refused(servers.served(()), test.text) == "service-refused"
