"""The updates of the W3C's update tests, over HTTP: each is refused in each way in which it can be sent."""

import pytest
import requests

from tests.w3c.answering import ask, refused
from tests.w3c.manifests import UPDATE, UPDATE_FOLDERS, Entry, entries
from tests.w3c.serving import FileServers

# The empty update, and updates of prefixes and comments alone: nothing in their text says what they are.
NAMELESS = {"syntax-update-1/test_38", "syntax-update-1/test_39", "syntax-update-1/test_40"}


@pytest.mark.parametrize("test", entries(UPDATE_FOLDERS, UPDATE), ids=lambda test: test.id)
def test_an_update_is_refused_in_every_way(test: Entry, servers: FileServers):
    address = servers.served(())
    assert refused(address, test.text, "application/sparql-update") == "update-refused"
    form = requests.post(address, {"update": test.text}, timeout=30)
    assert (form.status_code, form.json()["type"]) == (403, "/problems/update-refused")
    if test.id in NAMELESS:
        assert ask(address, test.text).json()["type"] == "/problems/syntax"
    else:
        assert refused(address, test.text) == "update-refused"
