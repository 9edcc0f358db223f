"""One exchange with a server: to public addresses only, within its time and its bytes, and whole."""

from __future__ import annotations

import hashlib
import http.client
import io
import ipaddress
import socket
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError, SSLError

from talkoot import __version__
from talkoot.graph.settings import Settings
from talkoot.harvesters.fetching.request import FetchError, Request, Stopped, media_type

SILENCE = 30.0
"""Longest wait for a connection, or for the next bytes of an answer, in seconds."""
_BLOCK, _EDGE = 65_536, 1_024
_EMBEDDING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
_LOCAL_TRANSLATION = ipaddress.IPv6Network("64:ff9b:1::/48")
_CLOSES = {b"{": b"}", b"[": b"]", b'"': b'"'}


@dataclass(slots=True)
class Received:
    """What came back; its body, decoded, is read for status 200 only."""

    url: str
    response: requests.Response
    redirects: tuple[str, ...] = ()
    body: IO[bytes] | None = None
    size: int = 0
    wire: int = 0
    sha256: str = ""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever form it is wrapped in."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and any(found in network for network in _EMBEDDING):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local or found in _LOCAL_TRANSLATION:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def split_address(url: str, code: str = "connection") -> SplitResult:
    """The parts of an address that may be asked: http or https, a host, no name or password in it."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc:
            return parts
    except ValueError:
        pass
    raise FetchError(code, "expected an http or https address with a host and without a password", url)


class Transport:
    """Sends requests over connections that are kept, under one name; many threads may use it at once.

    ``routes`` sends the requests for a host elsewhere (``127.0.0.1:8080``, ``http://…``, ``https://…``) with
    its Host header, and its name in TLS, kept. A routed host is the only one that may have a private address.
    """

    def __init__(self, settings: Settings, routes: Mapping[str, str], stop: threading.Event) -> None:
        self._settings, self._stop = settings, stop
        self._routes = {host.lower(): _route(host, address) for host, address in routes.items()}
        self._now = threading.local()  # the address that this thread asks, and until when
        self._adapter = HTTPAdapter(pool_connections=64)
        ways = {"http": (HTTPConnectionPool, HTTPConnection), "https": (HTTPSConnectionPool, HTTPSConnection)}
        self._adapter.poolmanager.pool_classes_by_scheme = {
            scheme: type("Pool", (pool,), {"ConnectionCls": type("Guarded", (_Guarded, kind), {"transport": self})})
            for scheme, (pool, kind) in ways.items()
        }

    def exchange(self, request: Request) -> Received:
        """Send one request and read its answer. Raises :class:`FetchError` for all but an answer that is whole."""
        headers = {"Accept": ", ".join(request.accept) or "*/*", **dict(request.headers), "Accept-Encoding": "gzip"}
        headers["User-Agent"] = f"Talkoot/{__version__} (+{self._settings.publisher_page})"
        try:
            prepared = requests.Request(request.method, request.url, headers, data=request.body or None).prepare()
        except (requests.exceptions.RequestException, ValueError) as error:
            raise FetchError("connection", f"this cannot be asked: {error}", request.url) from error
        parts = urlsplit(str(prepared.url))
        prepared.headers["Host"] = parts.netloc
        if route := self._routes.get(str(parts.hostname)):
            prepared.url = urlunsplit(parts._replace(scheme=route.scheme or parts.scheme))
        self._now.url, self._now.end = request.url, time.monotonic() + self._settings.fetch_deadline
        try:
            with self._adapter.send(prepared, stream=True, timeout=SILENCE, verify=True) as response:
                return self._read(request, response)
        except (requests.exceptions.SSLError, SSLError) as error:
            raise FetchError("tls", f"the connection is not secure: {error}", request.url) from error
        except (requests.exceptions.Timeout, ReadTimeoutError) as error:
            raise FetchError("timeout", f"nothing came for {SILENCE:g} seconds", request.url, again=True) from error
        except (requests.exceptions.RequestException, HTTPError, UnicodeError) as error:
            raise FetchError("connection", f"no answer: {error}", request.url, again=True) from error

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to an address that was checked: the one that the host's name led to in this very moment."""
        route = self._routes.get(host)
        target = (route.hostname, route.port) if route else (host.strip("[]"), port)
        found = socket.getaddrinfo(*target, type=socket.SOCK_STREAM)
        for *_, place in found:
            if not route and not is_public(str(place[0])):
                raise FetchError("private-address", f"{host} is at {place[0]}, expected a public one", self._now.url)
        fault = OSError("the name has no address")
        for family, kind, protocol, _, place in found:
            rest, connection = self.rest(), socket.socket(family, kind, protocol)
            try:
                connection.settimeout(rest)
                connection.connect(place)
                return connection
            except OSError as error:
                connection.close()
                fault = error
        raise fault

    def rest(self) -> float:
        """How long the exchange of this thread may wait now. Raises where its time is over or the run stopped."""
        if self._stop.is_set():
            raise Stopped
        if (rest := float(self._now.end) - time.monotonic()) <= 0:
            raise FetchError("timeout", "the answer took longer than its time limit", self._now.url)
        return min(rest, SILENCE)

    def _read(self, request: Request, response: requests.Response) -> Received:
        received, most = Received(request.url, response), self._settings.fetch_wire_bytes
        if response.status_code != 200:
            if response.status_code == 304:
                response.raw.drain_conn()  # there is nothing to read, and the connection can serve again
            return received
        kind, length = response.headers.get("Content-Type", ""), response.headers.get("Content-Length", "")
        request.check_type(kind)
        if length.isdecimal() and int(length) > most:
            raise FetchError("too-large", f"{length} bytes announced, expected at most {most}", request.url)
        body, digest = tempfile.SpooledTemporaryFile(max_size=1 << 20), hashlib.sha256()  # noqa: SIM115  # the archive's
        try:
            for part in _decoded(received, most, self._settings.fetch_bytes):
                body.write(part)
                digest.update(part)
            body.seek(0)
            head = body.read(_EDGE)
            body.seek(max(0, received.size - _EDGE))
            endless = not length and "Transfer-Encoding" not in response.headers
            if fault := _form_fault(media_type(kind), head, body.read(), endless):
                raise FetchError(*fault, request.url, again=fault[0] == "cut-short")
        except BaseException:
            body.close()
            raise
        body.seek(0)
        received.body, received.sha256 = body, digest.hexdigest()
        return received


def _decoded(received: Received, wire: int, size: int) -> Iterator[bytes]:
    """The body's bytes, unzipped. Raises where they are too many, damaged, or not whole."""
    url, coding = received.url, received.response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise FetchError("media-type", f"the body is coded as {coding}, expected gzip or none", url)
    unzip = None if coding == "identity" else zlib.decompressobj(31)
    try:
        for piece in received.response.raw.stream(_BLOCK, decode_content=False):
            received.wire += len(piece)
            rest = piece
            while rest:
                part = unzip.decompress(rest, _BLOCK) if unzip else rest
                rest = unzip.unconsumed_tail if unzip else b""
                received.size += len(part)
                if received.wire > wire or received.size > size:
                    raise FetchError("too-large", f"more than {wire} bytes, {size} decoded, came", url)
                yield part
    except (ReadTimeoutError, SSLError):
        raise
    except (HTTPError, zlib.error) as error:
        raise FetchError("cut-short", f"the body is damaged or ends too early: {error}", url, again=True) from error
    if unzip and (not unzip.eof or unzip.unused_data):
        what = "goes on after its end" if unzip.eof else "ends too early"
        raise FetchError("cut-short", f"the gzip body {what}", url, again=True)


def _form_fault(kind: str, head: bytes, tail: bytes, endless: bool) -> tuple[str, str] | None:
    """Why a body cannot be what its type says, by its ends; ``endless``: nothing else tells where it should end."""
    head, tail = head.removeprefix(b"\xef\xbb\xbf").lstrip(), tail.rstrip()
    markup = "html" in kind or kind.endswith("xml")
    if not markup and head[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "media-type", f"an HTML page came as {kind or 'a body without media type'}"
    if kind.endswith("json") and (not head or head[:1] not in b'{["-0123456789tfn'):
        return "media-type", f"{head[:20]!r} came at the start of {kind}, expected JSON"
    if kind.endswith("json") and not tail.endswith(_CLOSES.get(head[:1], b"")):
        return "cut-short", f"{kind} ends with {tail[-20:]!r} and is not whole"
    if endless and markup and not (b"</html" in tail.lower() if "html" in kind else tail.endswith(b">")):
        return "cut-short", f"{kind} came without a length and without its last tag"
    return None


def _route(host: str, address: str) -> SplitResult:
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        if parts.scheme in ("", "http", "https") and parts.hostname and parts.path in ("", "/"):
            return parts._replace(netloc=f"{parts.netloc.rpartition('@')[2].removesuffix(f':{port}')}:{port}")
    except (KeyError, ValueError):
        pass
    raise ValueError(f"the route {host}={address} cannot be used: expected host:port, http://host or https://host")


class _Timed(socket.SocketIO):
    """A socket's bytes, each read within what is left of the exchange's time, headers included."""

    def __init__(self, connection: socket.socket, transport: Transport) -> None:
        super().__init__(connection, "rb")
        connection._io_refs += 1  # type: ignore[attr-defined]  # as makefile does: closed with the last reader
        self._connection, self._transport = connection, transport

    def readinto(self, buffer: Any) -> int | None:
        self._connection.settimeout(self._transport.rest())
        try:
            return super().readinto(buffer)
        except TimeoutError:
            self._transport.rest()  # says so where the time of the whole exchange is over
            raise


class _Guarded(HTTPConnection):
    """A connection whose address the transport has checked and whose reads end in time."""

    transport: Transport

    def _new_conn(self) -> socket.socket:
        return self.transport.connect(self._dns_host, int(self.port))

    def response_class(self, connection: socket.socket, **options: Any) -> http.client.HTTPResponse:  # type: ignore[override]
        timed = SimpleNamespace(makefile=lambda mode: io.BufferedReader(_Timed(connection, self.transport), _BLOCK))
        return http.client.HTTPResponse(timed, **options)  # type: ignore[arg-type]  # it makes the file, no more
