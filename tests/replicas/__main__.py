"""Serve made-up replicas of every confirmed source on this machine, one server a host, until standard input ends.

Prints one line: the routes (HOST=ADDRESS) that lead there. All records are generated and plainly artificial.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from urllib.parse import urlsplit

from talkoot.harvesters.definition import load_definitions
from tests.replicas.data_server import Answering, Asked, DataServer, Everywhere, Given
from tests.replicas.made_up import records, site


class Host:
    """All replicas of one host, each by where its addresses begin."""

    def __init__(self) -> None:
        self.sites: dict[str, Answering] = {}

    def __call__(self, asked: Asked) -> Given:
        """The answer of the replica whose addresses begin most like the one asked for."""
        begins = max(self.sites, key=lambda begins: (asked.path.startswith(begins), len(begins)))
        return self.sites[begins](asked)


def main() -> None:
    """Start, tell the routes, and wait."""
    hosts: dict[str, Host] = defaultdict(Host)
    for definition in load_definitions().values():
        if not definition.bundled and definition.evidence != "guessed":
            answer = site(definition, records(definition, max(3, definition.least)))
            for name in {urlsplit(definition.address).hostname or "", *definition.reading.get("fold_hosts", ())}:
                hosts[name].sites[urlsplit(definition.address).path.partition("{")[0]] = answer
    routes = [f"{name}=http://{DataServer(Everywhere(host)).address}" for name, host in hosts.items()]
    print(*routes, flush=True)  # noqa: T201  # the command's one result
    sys.stdin.read()


if __name__ == "__main__":
    main()
