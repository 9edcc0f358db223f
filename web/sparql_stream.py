"""A long answer on its way to its client, block by block."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from talkoot.graph.engine.client import Answer
from talkoot.graph.engine.errors import EngineError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = logging.getLogger(__name__)


class AnswerStream(Iterator[bytes]):
    """The blocks of an answer as they come, packed where that was asked for.

    One that breaks off has said so in its last block. A server that can tell its client so is told by the error, too;
    granian cannot (2.8, measured), and would only write where in our code that was.
    """

    def __init__(
        self, answer: Answer, environ: WSGIEnvironment, *, packed: bool, charge: Callable[[float], None]
    ) -> None:
        self._answer, self._charge, self._begun = answer, charge, time.monotonic()
        self._told = "granian" not in environ.get("SERVER_SOFTWARE", "").lower()
        self._packer = zlib.compressobj(5, wbits=31) if packed else None
        self._ended = False

    def __next__(self) -> bytes:
        if self._ended:
            raise StopIteration
        try:
            block = next(self._answer)
        except StopIteration:
            self._ended = True
            if self._packer is None:
                raise
            return self._packer.flush()
        except EngineError as error:
            _log.warning("an answer broke off: %s", error)
            if self._told:
                raise
            raise StopIteration from error
        return self._packer.compress(block) + self._packer.flush(zlib.Z_SYNC_FLUSH) if self._packer else block

    def close(self) -> None:
        """Let go of the reader, and charge whoever asked for the time since the first block."""
        self._answer.close()
        self._charge(time.monotonic() - self._begun)
