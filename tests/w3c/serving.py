"""Files served by ``talkoot serve FILE…``: one server for all tests with the same data, a few alive at a time."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Self

import requests
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from talkoot.graph.settings import variable
from tests.web.test_sparql_server import free_port

ALIVE, AHEAD = 5, 2
START_SECONDS = 30.0

Dataset = tuple[tuple[Path, ...], tuple[Path, ...]]


class FileServer:
    """One ``talkoot serve FILE…``; its address, and the words that it wrote."""

    def __init__(self, files: tuple[Path, ...], workers: int = 1, **settings: object) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/sparql"
        self._answers = False
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        command = [sys.executable, "-m", "talkoot", "serve", *map(str, files), "--port", str(self.port)]
        command += ["--workers", str(workers)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TALKOOT_")}
        environment |= {variable(name): str(value) for name, value in settings.items()}
        self._process = subprocess.Popen(command, stdout=self._words, stderr=subprocess.STDOUT, env=environment)

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self._process.pid

    def wait(self) -> Self:
        """Wait until it answers."""
        end = time.monotonic() + START_SECONDS
        while not self._answers and time.monotonic() < end:
            assert self._process.poll() is None, self.words()
            with contextlib.suppress(requests.ConnectionError):
                self._answers = requests.get(self.address, {"query": "ASK {}"}, timeout=5).ok
            time.sleep(0 if self._answers else 0.03)
        assert self._answers, self.words()
        return self

    def words(self) -> str:
        """What the server wrote so far."""
        self._words.seek(0)
        return self._words.read().decode(errors="replace")

    def end(self) -> None:
        """End it as a kill does, with its processes."""
        self._process.terminate()
        self._process.wait(20)
        self._words.close()


@contextlib.contextmanager
def file_server(files: tuple[Path, ...], workers: int = 1, **settings: object) -> Iterator[FileServer]:
    """A server of its own for files, with other settings than the usual ones."""
    server = FileServer(files, workers, **settings)
    try:
        yield server.wait()
    finally:
        server.end()


class FileServers:
    """Servers by what they serve; those that were used last stay alive, the next ones in the order start meanwhile."""

    def __init__(self, folder: Path, order: Iterable[Dataset]) -> None:
        self._folder = folder
        self._order = list(dict.fromkeys(order))
        self._servers: OrderedDict[Dataset, FileServer] = OrderedDict()

    def served(self, data: tuple[Path, ...], graphs: tuple[Path, ...] = ()) -> str:
        """The address of a server whose default graph is `data` and whose named graphs are `graphs`, by their IRIs."""
        key = dataset(data, graphs)
        place = self._order.index(key)
        for wanted in reversed(self._order[place : place + 1 + AHEAD]):
            if wanted not in self._servers:
                self._servers[wanted] = FileServer(self._files(*wanted))
            self._servers.move_to_end(wanted)
        while len(self._servers) > ALIVE:
            self._servers.popitem(last=False)[1].end()
        try:
            return self._servers[key].wait().address
        except AssertionError:
            self._servers.pop(key).end()
            raise

    def end(self) -> None:
        """End all of them."""
        for server in self._servers.values():
            server.end()

    def _files(self, data: tuple[Path, ...], graphs: tuple[Path, ...]) -> tuple[Path, ...]:
        return (*data, self._quads(graphs)) if graphs or not data else data

    def _quads(self, graphs: tuple[Path, ...]) -> Path:
        file = self._folder / f"graphs-{len(list(self._folder.iterdir()))}.nq"
        quads = [Quad(*triple, NamedNode(graph.as_uri())) for graph in graphs for triple in triples(graph)]
        serialize(quads, file, RdfFormat.N_QUADS)
        return file


def triples(file: Path) -> Iterator[Triple]:
    """The triples of a file, whose own address is the base."""
    for quad in parse(path=file, base_iri=file.as_uri(), rename_blank_nodes=True):
        yield quad.triple


def dataset(data: tuple[Path, ...], graphs: tuple[Path, ...]) -> Dataset:
    """What a server serves: files of the default graph, and of named graphs; empty files are all the same."""
    return tuple(file for file in data if not _is_empty(file)), graphs


@cache
def _is_empty(file: Path) -> bool:
    return not any(triples(file))
