"""The private archive: the pages of each source and run as one WARC file, read by place."""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from talkoot import __version__
from talkoot.graph.fetch_log import Fetch, FetchLog
from talkoot.harvesters.fetching.request import FetchError, Request, hide
from talkoot.harvesters.fetching.transport import Received

_CREDENTIALS = ("authorization", "proxy-authorization", "cookie", "set-cookie", "set-cookie2")
_OF_THE_WIRE = ("content-encoding", "transfer-encoding", "content-length")  # the body is kept decoded
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


class Archive:
    """The WARC file of one source's run, which many threads may write; credentials stay out of it."""

    def __init__(self, root: Path, source: str, run: int, secrets: Collection[str]) -> None:
        self.name = f"{source}/{run}.warc.gz"
        self._path, self._secrets, self._lock = root / self.name, secrets, threading.Lock()
        self._left_out = {*_CREDENTIALS, *(name.lower() for name in secrets)}
        for folder in (root, root / source):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def append(self, request: Request, received: Received, at: str, earlier: Fetch | None) -> tuple[int, int]:
        """Write what was asked and what came; on disk when this gives where the answer starts and the file ends."""
        self._path.touch(mode=0o600)
        with self._lock, self._path.open("r+b") as file:
            start = file.seek(0, os.SEEK_END)
            try:
                writer = WARCWriter(file, gzip=True, warc_version="1.1")
                if not start:
                    info = {"software": f"Talkoot/{__version__}", "isPartOf": self.name}
                    writer.write_record(writer.create_warcinfo_record(self._path.name, info))
                position = file.tell()
                writer.write_request_response_pair(*self._pair(writer, request, received, at, earlier))
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(start)
                raise
            return position, file.tell()

    def close(self, told: Mapping[str, Any]) -> None:
        """Write what the run came to beside its archive, where there is one."""
        if self._path.exists():
            beside = _beside(self._path)
            beside.touch(mode=0o600)
            beside.write_text(json.dumps({"code": __version__, **told}, indent=2) + "\n", encoding="utf-8")

    def _pair(
        self, writer: WARCWriter, request: Request, received: Received, at: str, earlier: Fetch | None
    ) -> tuple[Any, Any]:
        response, url, dated = received.response, hide(received.url, self._secrets), {"WARC-Date": at}
        line = f"{response.request.method} {hide(response.request.path_url, self._secrets)} HTTP/1.1"
        asked = StatusAndHeaders(line, self._kept(response.request.headers.items()), is_http_request=True)
        body = hide(request.body.decode("latin-1"), self._secrets).encode("latin-1")
        sent = writer.create_warc_record(
            url, "request", io.BytesIO(body), len(body), http_headers=asked, warc_headers_dict=dated
        )
        fields = self._kept(item for item in response.raw.headers.items() if item[0].lower() not in _OF_THE_WIRE)
        came = StatusAndHeaders(f"{response.status_code} {response.reason or ''}", fields, protocol="HTTP/1.1")
        if earlier is None:
            came.add_header("Content-Length", str(received.size))
            return sent, writer.create_warc_record(
                url, "response", received.body, received.size, http_headers=came, warc_headers_dict=dated
            )
        about = {"WARC-Refers-To-Target-URI": earlier.final_url, "WARC-Refers-To-Date": earlier.fetched_at}
        dated |= {"WARC-Profile": _NOT_MODIFIED, **about}
        return sent, writer.create_warc_record(url, "revisit", http_headers=came, warc_headers_dict=dated)

    def _kept(self, fields: Any) -> list[tuple[str, str]]:
        return [(name, hide(value, self._secrets)) for name, value in fields if name.lower() not in self._left_out]


class _Body(io.RawIOBase):
    """A body in the archive, checked against its hash when its end is reached."""

    def __init__(self, path: Path, position: int, sha256: str) -> None:
        self._expected, self._digest, self._place = sha256, hashlib.sha256(), f"{path.name} at byte {position}"
        self._file = None
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


def open_body(root: Path, file: str, position: int, sha256: str) -> BinaryIO:
    """The body that a fetch brought, decoded, as a stream."""
    return io.BufferedReader(_Body(root / file, position, sha256), 65_536)


def cut(root: Path, source: str, run: int, log: FetchLog) -> None:
    """Cut off what a kill left in a run's archive behind the last fetch that the log knows of."""
    path, end = root / source / f"{run}.warc.gz", log.archived(source, run)
    if not end:
        path.unlink(missing_ok=True)
    elif path.exists():
        os.truncate(path, min(end, path.stat().st_size))


def forget(root: Path, source: str, days: float, log: FetchLog) -> int:
    """Delete a source's archives whose last page is older than that many days; says how many."""
    old = [path for path in (root / source).glob("*.warc.gz") if path.stat().st_mtime <= time.time() - days * 86_400]
    for path in old:
        _delete(path, log)
    return len(old)


def forget_words(root: Path, hides: Callable[[str], bool], log: FetchLog) -> int:
    """Delete the archives in which a page has words that are to be forgotten; says how many."""
    found = []
    for path in root.glob("*/*.warc.gz"):
        with path.open("rb") as file:
            records = (record for record in ArchiveIterator(file) if record.rec_type == "response")
            texts = (record.content_stream().read().decode("utf-8", "replace") for record in records)
            if any(hides(html.unescape(text)) for text in texts):
                found.append(path)
    for path in found:
        _delete(path, log)
    return len(found)


def _delete(path: Path, log: FetchLog) -> None:
    log.drop(path.parent.name, f"{path.parent.name}/{path.name}")
    _beside(path).unlink(missing_ok=True)
    path.unlink()


def counts(root: Path, source: str, run: int) -> dict[str, int]:
    """What a run asked and got, in requests and bytes; nothing of a run without a network."""
    path = root / source / f"{run}.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: told[name] for name in ("requests", "bytes", "not_modified", "from_archive") if name in told}


def _beside(path: Path) -> Path:
    return path.with_name(path.name.replace(".warc.gz", ".json"))
