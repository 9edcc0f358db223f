"""Starting the server: the release's query processes, and the web server's workers beside them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from types import FrameType

from flask import Flask
from granian.constants import Interfaces
from granian.server.mp import MPServer

from talkoot.graph.engine.keeper import ReleaseKeeper
from talkoot.graph.engine.remote import ENGINE_FILE
from talkoot.graph.settings import Settings, read_settings, variable

RUN_DIR_VARIABLE = "TALKOOT_RUN_DIR"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONWARNINGS")
_START_SECONDS = 60.0
_END_SECONDS = 5
"""A worker that is told to end while it starts may not hear it: it is killed after this."""


class ServerError(RuntimeError):
    """The server cannot start; the message says why and what to do."""


def run_server(settings: Settings) -> None:
    """Serve the current release until the process is told to end.

    Raises :class:`ServerError` where the address is taken or the release does not load.
    """
    _refuse_taken_address(settings)
    settings = replace(settings, home=settings.home.resolve())
    run_dir = Path(tempfile.mkdtemp(prefix="talkoot-"))  # readable by its owner alone
    # kill and a container's stop end the server as Ctrl-C does: with its query processes, also while it starts.
    signal.signal(signal.SIGTERM, _stop)
    try:
        with ExitStack() as opened:
            if not (settings.current / ENGINE_FILE).exists():  # a release that no server holds is read here
                keeper = opened.enter_context(ReleaseKeeper(settings.home, run_dir, settings))
                if not keeper.wait_until_ready(_START_SECONDS):
                    raise ServerError(f"The release in {settings.current} did not load within {_START_SECONDS:.0f} s.")
            _set_environment(settings, run_dir)
            MPServer(
                "talkoot.web.server:application",
                factory=True,
                interface=Interfaces.WSGI,
                address=settings.host,
                port=settings.port,
                workers=settings.workers,
                blocking_threads=settings.threads,
                respawn_failed_workers=True,
                workers_kill_timeout=_END_SECONDS,
                log_access=False,
            ).serve()
    finally:
        shutil.rmtree(run_dir, ignore_errors=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt  # not by SIGINT, which a shell lets what it starts in the background ignore


def application() -> Flask:
    """The application of a web server worker, with settings from its environment."""
    from talkoot.web.app import create_app  # a worker's first work, not the supervisor's

    return create_app(read_settings(), Path(os.environ[RUN_DIR_VARIABLE]))


def _set_environment(settings: Settings, run_dir: Path) -> None:
    """Leave the workers a small environment: the web server copies it into every request."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    kept |= {variable(item.name): str(getattr(settings, item.name)) for item in fields(settings)}
    os.environ.clear()
    os.environ.update(kept, **{RUN_DIR_VARIABLE: str(run_dir)})


def _refuse_taken_address(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ServerError(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
                "Choose another address with --host or --port."
            ) from error
