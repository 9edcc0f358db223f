"""The file by which the keeper tells every web worker where the readers of the current release are."""

import json
import os
import time
from pathlib import Path
from typing import NamedTuple

from talkoot.graph.engine.errors import EngineUnavailable

_NAME = "active"
_LOOK_SECONDS = 0.005
"""The file is looked at no more often: under load, each look is a tenth of what a kept answer costs."""


class Pointer(NamedTuple):
    """The release being served, since when it is one, and the socket on which its zygote takes connections."""

    number: int
    release: str
    socket: str
    published: str = ""


def write_pointer(run_dir: Path, pointer: Pointer) -> None:
    """Replace the pointer in one step."""
    beside = run_dir / f"{_NAME}.new"
    beside.write_text(json.dumps(pointer._asdict()), encoding="utf-8")
    beside.replace(run_dir / _NAME)


class PointerFile:
    """Reads the pointer, and reads it again only when the file has been replaced."""

    def __init__(self, run_dir: Path) -> None:
        self._path = str(run_dir / _NAME)
        self._seen = (0, 0)
        self._looked = float("-inf")
        self._pointer: Pointer

    def read(self) -> Pointer:
        """The pointer as it is now, or was a moment ago; raises :class:`EngineUnavailable` where there is none."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return self._pointer
        try:
            status = os.stat(self._path)  # noqa: PTH116 - on the way of every query, and a Path costs twice
            seen = (status.st_ino, status.st_mtime_ns)
            if seen != self._seen:
                self._pointer = Pointer(**json.loads(Path(self._path).read_bytes()))
                self._seen = seen
        except FileNotFoundError as error:
            raise EngineUnavailable(f"{self._path} is not there") from error
        self._looked = now
        return self._pointer
