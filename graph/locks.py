"""One writer at a time: an advisory lock on a home folder that the system lets go of when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class HomeInUse(RuntimeError):
    """Another process writes to this home folder; the message is a sentence for its user."""


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the home folder's writer lock; raises :class:`HomeInUse` at once where another process holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".writer.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise HomeInUse(
                f"Another talkoot command (process {holder}) is writing to {home}. Try again when it has ended."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
