"""SPARQL servers on free ports of this machine, for the tests of releases that lie in one."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from talkoot.graph.engine.errors import EngineError
from talkoot.graph.engine.profiles import Native, Virtuoso
from talkoot.graph.engine.remote import Channel

needs_virtuoso = pytest.mark.skipif(shutil.which("virtuoso-t") is None, reason="Virtuoso: make system-packages")
_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{isql}
DirsAllowed = {readable}
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
MaxQueryMem = 200M
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 8
[SPARQL]
MaxQueryExecutionTime = 6
{more}
"""


class Server(NamedTuple):
    """A server: what ``--engine`` calls it, where it answers, its process."""

    address: str
    url: str
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(channel: Channel) -> bool:
    try:
        return channel.numbers("SELECT (1 AS ?x) {}") == [1]
    except EngineError:
        return False


@contextmanager
def _running(address: str, profile: Native, command: list[str], log: Path) -> Iterator[Server]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd=log.parent) as process:
        try:
            channel = Channel(profile)
            end = time.monotonic() + 60
            while not _answers(channel):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            channel.close()
            yield Server(address, profile.url, process)
        finally:
            process.kill()


@contextmanager
def oxigraph(folder: Path, *options: str) -> Iterator[Server]:
    """Oxigraph's server with an empty database in memory."""
    url = f"http://127.0.0.1:{free_port()}"
    program = str(Path(sys.executable).parent / "oxigraph")
    command = [program, "serve", "--bind", url.removeprefix("http://"), *options]
    with _running(url, Native(url), command, folder / "oxigraph.log") as server:
        yield server


@contextmanager
def virtuoso(folder: Path, readable: Path, more: str = "") -> Iterator[Server]:
    """Virtuoso with an empty database, which may read releases in a folder."""
    port, isql = free_port(), free_port()
    settings = _INI.format(folder=folder, readable=readable, port=port, isql=isql, more=more)
    (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
    command = ["virtuoso-t", "-f", "-c", str(folder / "virtuoso.ini")]
    url = f"http://127.0.0.1:{port}"
    address = f"virtuoso+{url}?isql={isql}"
    with _running(address, Virtuoso(url, merged_graph="urn:x"), command, folder / "out.log") as server:
        yield server


Behaviour = Callable[[socket.socket], None]
_MARKERS = ("1", "2", "3")


@contextmanager
def wicked(behaviour: Behaviour, heads: list[bytes] | None = None) -> Iterator[str]:
    """A server that answers the marker queries well and everything else as it is told to; in JSON and XML.

    The ``heads`` of what it was asked are kept.
    """
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def talk(connection: socket.socket) -> None:
        asked = 0
        with connection, connection.makefile("rb") as stream:
            while stream.readline():
                head = b"".join(iter(stream.readline, b"\r\n")).lower()
                if heads is not None:
                    heads.append(head)
                size = int(head.partition(b"content-length: ")[2].split()[0])
                if b"BIND" not in stream.read(size):
                    behaviour(connection)
                    return
                connection.sendall(well(rows(_MARKERS[asked], xml=b"results+xml" in head)))
                asked += 1

    def listen() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_quietly, args=(talk, connection)))
            threads[-1].start()

    threads: list[threading.Thread] = []
    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        listener.join()
        for thread in threads:
            thread.join()


def _quietly(talk: Behaviour, connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client has hung up, which is what it should do
        talk(connection)


JSON_TYPE = "application/sparql-results+json"
XML_TYPE = "application/sparql-results+xml"


def rows(value: str, *, xml: bool) -> tuple[str, bytes]:
    """Media type and body of one row with one integer."""
    kind = "http://www.w3.org/2001/XMLSchema#integer"
    if xml:
        body = f'<binding name="x"><literal datatype="{kind}">{value}</literal></binding>'
        body = f'<head><variable name="x"/></head><results><result>{body}</result></results>'
        return XML_TYPE, f'<sparql xmlns="http://www.w3.org/2005/sparql-results#">{body}</sparql>'.encode()
    row = f'{{"x":{{"type":"literal","datatype":"{kind}","value":"{value}"}}}}'
    return JSON_TYPE, f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{row}]}}}}'.encode()


def well(content: tuple[str, bytes], status: str = "200 OK", length: int | None = None, more: str = "") -> bytes:
    """An answer as it goes over the wire, with a length that need not be the true one."""
    media, body = content
    length = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n{more}\r\n"
    return head.encode() + body
