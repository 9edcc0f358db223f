"""Fetching for one source and run: what is there from its private archive, a WARC file, the rest from the network."""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from requests.structures import CaseInsensitiveDict
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from talkoot import __version__
from talkoot.graph.fetch_log import Fetch, FetchLog
from talkoot.graph.workbench import now
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import Answer, FetchError, Request, day_ago, hide
from talkoot.harvesters.fetching.transport import Received

KEPT_HEADERS = (
    "Content-Type", "ETag", "Last-Modified", "Link", "X-Total-Count", "X-WP-Total", "X-WP-TotalPages",
)  # fmt: skip
"""The headers of an answer that are kept: what readers and paginators want, and the validators."""
_VALIDATORS = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
_CREDENTIALS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "set-cookie2")
_OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length")  # the body is kept decoded
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


class ReplayFetcher:
    """Answers from the archive of a run alone; what that run did not fetch fails."""

    def __init__(self, source: str, run: int, log: FetchLog, root: Path, secrets: Collection[str] = ()) -> None:
        self._source, self._run, self._log, self._root, self._secrets = source, run, log, root, frozenset(secrets)

    def fetch(self, request: Request) -> Answer:
        """What the run got for a request. Raises :class:`FetchError` as it did, or where it did not ask."""
        shown = replace(request, url=hide(request.url, self._secrets))
        if known := self._log.find(self._source, shown.key, (self._run,)):
            return self._answer(known, shown, from_archive=True)
        raise FetchError("not-in-archive", f"run {self._run} did not fetch this address", shown.url)

    def _answer(self, known: Fetch, shown: Request, from_archive: bool) -> Answer:
        if not known.file:
            raise FetchError("http-status", f"answered {known.status}, expected 200", known.url, known.status)
        shown.check_type(known.headers.get("Content-Type", ""))
        told = {item.name: getattr(known, item.name) for item in fields(Fetch)}
        body = partial(_Body, self._root / known.file, known.position, known.sha256)
        return Answer(**told, from_archive=from_archive, open=lambda: io.BufferedReader(body(), 65_536))


class Fetcher(ReplayFetcher):
    """Fetches for one source and run. Threads may share it as long as each asks another host.

    A request that this run, or an interrupted one that it goes on from, has made within a day is answered from
    the archive, of which credentials stay out. ``secrets`` names the query parameters and headers whose values are
    kept nowhere.
    """

    def __init__(self, network: Network, source: str, run: int, secrets: Collection[str] = ()) -> None:
        super().__init__(source, run, network.log, network.root, secrets)
        self.counts = Counter(requests=0, bytes=0, not_modified=0, from_archive=0)
        self._network, self._lock, self._runs = network, threading.Lock(), (run, *self._log.interrupted(source, run))
        for each in self._runs:  # cut off what a kill left behind the last fetch that the log knows of
            path, end = self._root / source / f"{each}.warc.gz", self._log.archived(source, each)
            if not end:
                path.unlink(missing_ok=True)
            elif path.exists():
                os.truncate(path, min(end, path.stat().st_size))
        self._file = f"{source}/{run}.warc.gz"
        self._path, self._left_out = self._root / self._file, {*_CREDENTIALS, *map(str.lower, secrets)}
        for folder in (self._root, self._path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def close(self) -> None:
        """End the run's archive: write what the run came to beside it, where there is one."""
        told = {"source": self._source, "run": self._run, "goes_on_from": self._runs[1:], **self.counts}
        if self._path.exists():
            beside = _beside(self._path)
            beside.touch(mode=0o600)
            beside.write_text(json.dumps({"code": __version__, **told}, indent=2) + "\n", encoding="utf-8")

    def fetch(self, request: Request) -> Answer:
        """What the source answers. Raises :class:`FetchError` for all but an answer that can be used."""
        shown = replace(request, url=hide(request.url, self._secrets))
        if known := self._log.find(self._source, shown.key, self._runs, day_ago()):
            self._count("from_archive")
            if known.run != self._run:  # a later replay of this run finds it here
                known = replace(known, run=self._run, archived=0)
                self._log.add(known)
            return self._answer(known, shown, from_archive=True)
        try:
            return self._answer(self._ask(request, shown), shown, from_archive=False)
        except FetchError as error:
            message, url = hide(error.message, self._secrets), hide(error.url, self._secrets)
            raise FetchError(error.code, message, url, error.status, error.again) from None

    def _ask(self, request: Request, shown: Request) -> Fetch:
        earlier, validators = self._log.latest(self._source, shown.key), {}
        if earlier and (self._root / earlier.file).exists():
            at = request.url if earlier.final_url == shown.url else earlier.final_url
            validators[at] = {name: earlier.headers[kept] for name, kept in _VALIDATORS if kept in earlier.headers}

        def before(url: str) -> Mapping[str, str]:
            self._network.permit(url)
            self._count("requests")
            return validators.get(url, {})

        received = self._network.ask(request, before)
        response, status = received.response, received.response.status_code
        self._count("bytes", received.wire)
        url, *redirects = (hide(each, self._secrets) for each in (received.url, *received.redirects))
        kept = {name: hide(response.headers[name], self._secrets) for name in KEPT_HEADERS if name in response.headers}
        same = earlier if status == 304 and validators.get(received.url) else None
        if not same and not received.body and status not in (404, 410):
            message = f"answered {status} {response.reason or ''}".rstrip() + ", expected 200"
            raise FetchError("http-status", message, received.url, status)
        at, sha256, file, position, archived = now(), received.sha256, "", 0, 0
        if same:
            self._count("not_modified")
            kept, sha256, file, position = {**same.headers, **kept}, same.sha256, same.file, same.position
            _, archived = self._append(request, received, at, same)
        elif received.body:
            with received.body:
                position, archived = self._append(request, received, at, None)
            file = self._file
        fetch = Fetch(self._source, shown.key, self._run, shown.url, url, tuple(redirects), status,
                      CaseInsensitiveDict(kept), sha256, at, file, position, archived)  # fmt: skip
        self._log.add(fetch)
        return fetch

    def _count(self, name: str, number: int = 1) -> None:
        with self._lock:
            self.counts[name] += number

    def _append(self, request: Request, received: Received, at: str, earlier: Fetch | None) -> tuple[int, int]:
        """Write what was asked and what came; on disk when this gives where the answer starts and the file ends."""
        self._path.touch(mode=0o600)
        with self._lock, self._path.open("r+b") as file:
            start = file.seek(0, os.SEEK_END)
            try:
                writer = WARCWriter(file, gzip=True, warc_version="1.1")
                if not start:
                    info = {"software": f"Talkoot/{__version__}", "isPartOf": self._file}
                    writer.write_record(writer.create_warcinfo_record(self._path.name, info))
                position = file.tell()
                writer.write_request_response_pair(*self._pair(writer, request, received, at, earlier))
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(start)
                raise
            return position, file.tell()

    def _pair(self, writer: Any, request: Request, received: Received, at: str, earlier: Fetch | None) -> Any:
        def kept(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
            return [(name, hide(value, self._secrets)) for name, value in items if name.lower() not in self._left_out]

        response, url, about = received.response, hide(received.url, self._secrets), {"WARC-Date": at}
        line = f"{response.request.method} {hide(response.request.path_url, self._secrets)} HTTP/1.1"
        asked = StatusAndHeaders(line, kept(response.request.headers.items()), is_http_request=True)
        body, make = hide(request.body.decode("latin-1"), self._secrets).encode("latin-1"), writer.create_warc_record
        sent = make(url, "request", io.BytesIO(body), len(body), http_headers=asked, warc_headers_dict=about)
        headers = [item for item in response.raw.headers.items() if item[0].lower() not in _OF_THE_WIRE]
        if earlier:
            about = {**about, "WARC-Profile": _NOT_MODIFIED, "WARC-Refers-To-Target-URI": earlier.final_url,
                     "WARC-Refers-To-Date": earlier.fetched_at}  # fmt: skip
        else:
            headers.append(("Content-Length", str(received.size)))
        came = StatusAndHeaders(f"{response.status_code} {response.reason or ''}", kept(headers), protocol="HTTP/1.1")
        kind, body_came = ("revisit", None) if earlier else ("response", received.body)
        return sent, make(url, kind, body_came, received.size, http_headers=came, warc_headers_dict=about)


class _Body(io.RawIOBase):
    """A body in the archive, checked against its hash when its end is reached."""

    _file: BinaryIO | None = None

    def __init__(self, path: Path, position: int, sha256: str) -> None:
        self._expected, self._digest, self._place = sha256, hashlib.sha256(), f"{path.name} at byte {position}"
        try:
            self._file = path.open("rb")
            self._file.seek(position)
            self._stream = next(ArchiveIterator(self._file)).raw_stream
        except (OSError, StopIteration, ArchiveLoadFailed) as error:
            raise FetchError("not-in-archive", f"the archive cannot be read: {error}", self._place) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._digest.update(piece)
        if not piece and self._digest.hexdigest() != self._expected:
            raise FetchError("not-in-archive", "the archive is damaged", self._place)
        return len(piece)

    def close(self) -> None:
        if self._file:
            self._file.close()
        super().close()


def forget(root: Path, source: str, days: float, log: FetchLog) -> int:
    """Delete a source's archives whose last page is older than that many days; says how many."""
    latest = time.time() - days * 86_400
    return _delete([path for path in (root / source).glob("*.warc.gz") if path.stat().st_mtime <= latest], log)


def forget_words(root: Path, hides: Callable[[str], bool], log: FetchLog) -> int:
    """Delete the archives in which a page has words that are to be forgotten; says how many."""
    found = []
    for path in root.glob("*/*.warc.gz"):
        with path.open("rb") as file:
            records = (record for record in ArchiveIterator(file) if record.rec_type == "response")
            texts = (record.content_stream().read().decode("utf-8", "replace") for record in records)
            if any(hides(html.unescape(text)) for text in texts):
                found.append(path)
    return _delete(found, log)


def _delete(paths: list[Path], log: FetchLog) -> int:
    for path in paths:
        log.drop(path.parent.name, f"{path.parent.name}/{path.name}")
        _beside(path).unlink(missing_ok=True)
        path.unlink()
    return len(paths)


def counts(root: Path, source: str, run: int) -> Mapping[str, int]:
    """What a run asked and got, in requests and bytes; nothing of a run without a network."""
    path = root / source / f"{run}.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: told[name] for name in ("requests", "bytes", "not_modified", "from_archive") if name in told}


def _beside(path: Path) -> Path:
    return path.with_name(path.name.replace(".warc.gz", ".json"))
