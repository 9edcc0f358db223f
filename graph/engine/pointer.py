"""The file by which the keeper tells every web worker where the readers of the current release are."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from talkoot.graph.engine.errors import EngineUnavailable

_NAME = "active"


@dataclass(frozen=True)
class Pointer:
    """The release being served and the socket on which its zygote takes connections."""

    number: int
    release: str
    socket: str


def write_pointer(run_dir: Path, pointer: Pointer) -> None:
    """Replace the pointer in one step."""
    beside = run_dir / f"{_NAME}.new"
    beside.write_text(json.dumps(asdict(pointer)), encoding="utf-8")
    beside.replace(run_dir / _NAME)


class PointerFile:
    """Reads the pointer, and reads it again only when the file has been replaced."""

    def __init__(self, run_dir: Path) -> None:
        self._path = str(run_dir / _NAME)
        self._seen: tuple[int, int] | None = None
        self._pointer: Pointer | None = None

    def read(self) -> Pointer:
        """The pointer as it is now.

        Raises :class:`EngineUnavailable` where there is none.
        """
        try:
            status = os.stat(self._path)  # noqa: PTH116 - on the way of every query, and a Path costs twice
            seen = (status.st_ino, status.st_mtime_ns)
            if self._pointer is None or seen != self._seen:
                self._pointer = Pointer(**json.loads(Path(self._path).read_text(encoding="utf-8")))
                self._seen = seen
        except FileNotFoundError as error:
            raise EngineUnavailable(f"{self._path} is not there") from error
        return self._pointer
