"""The SPARQL middleware around a small application, on a port of this machine, for the tests of /sparql."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

from talkoot.graph.settings import Settings, read_settings
from talkoot.web.site import Site
from talkoot.web.sparql import SparqlMiddleware
from tests.graph.engine.releases import serving


class QuietHandler(WSGIRequestHandler):
    """Writes no log, and speaks HTTP/1.1, so that a torn body can be told from a whole one."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - named so by werkzeug
        pass


def make_app(settings: Settings, run_dir: Path) -> Flask:
    """An application that says what reached it."""
    app = Flask("around")

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def page(path: str) -> str:
        return f"page {path} {request.values.get('query', '')}"

    app.wsgi_app = SparqlMiddleware(app.wsgi_app, Site(settings, run_dir))  # type: ignore[method-assign]
    return app


def app_for_granian() -> Flask:
    """The application of a granian worker."""
    import os

    return make_app(read_settings(), Path(os.environ["TALKOOT_RUN_DIR"]))


@contextmanager
def http_server(app: Flask) -> Iterator[str]:
    """The address of a threaded server of the application."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def endpoint(home: Path, **settings: Any) -> Iterator[str]:
    """The address of a /sparql over the home's current release."""
    with (
        serving(home, **settings) as keeper,
        http_server(make_app(Settings(home=home, **settings), keeper.run_dir)) as address,
    ):
        yield f"{address}/sparql"
