"""What the tests in Chromium share: an application served on this machine, and how the browser is started."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name is werkzeug's
        """Say nothing."""


@contextmanager
def served(make: Callable[[str], Flask]) -> Iterator[str]:
    """The address at which an application is served; it is made for its host and port."""
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True, request_handler=Quiet)
    server.app = make(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def barriers(axe: Any, page: Page, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[Any]:
    """What axe finds by all its rules for A, AA and best practice, or by those named."""
    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in without}}
    found = axe.run(page, options=options | ({"runOnly": list(only)} if only else {})).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
