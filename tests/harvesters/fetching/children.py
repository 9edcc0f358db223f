"""What tests let another process do: fetch with its own network, and be killed."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.settings import Settings
from talkoot.harvesters.fetching.archive import Fetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import Request

ROOT = Path(__file__).resolve().parents[3]


def start_child(what: str, home: Path, *words: str) -> subprocess.Popen[str]:
    """Start a process that does one of the things below."""
    command = [sys.executable, "-m", "tests.harvesters.fetching.children", what, str(home), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_child(what: str, home: Path, *words: str) -> str:
    """What such a process says at its end."""
    child = start_child(what, home, *words)
    said, wrong = child.communicate(timeout=60)
    assert child.returncode == 0, wrong
    return said


def network(home: Path, address: str, floor: float = 0.0) -> Network:
    settings = Settings(home=home, fetch_seconds=floor, fetch_wire_bytes=10**9, fetch_bytes=10**9)
    (home / "pace").mkdir(exist_ok=True)
    return Network(settings, FetchLog(home / "workbench.sqlite"), {"site.example": address}, home / "pace")


def memory(home: Path, address: str, size: str) -> None:
    """Fetch and read a large body; says the highest memory use before and after, and the bytes read."""
    fetcher = Fetcher(network(home, address), "site", 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = 0
    with fetcher.fetch(Request("http://site.example/a")).open() as stream:
        while piece := stream.read(1 << 16):
            read += len(piece)
    sys.stdout.write(f"{before} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss} {read}")


def pace(home: Path, address: str, name: str, times: str, floor: str) -> None:
    """Fetch pages one after the other."""
    fetcher = Fetcher(network(home, address, float(floor)), name, 1)
    (home / f"ready-{name}").touch()
    while not (home / "go").exists():
        time.sleep(0.01)
    for number in range(int(times)):
        fetcher.fetch(Request(f"http://site.example/{name}/{number}"))


def die(home: Path, address: str, run: str, pages: str, at: str) -> None:
    """Fetch pages, and be killed while one is being written to the archive."""
    append, left = Fetcher._append, [int(at)]

    def half(self: Fetcher, *given: object) -> tuple[int, int]:
        left[0] -= 1
        if left[0] == 0:
            with self._path.open("ab") as file:
                start = file.tell()
                position, end = append(self, *given)  # type: ignore[arg-type]
                file.truncate(start + (end - position) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return append(self, *given)  # type: ignore[arg-type]

    Fetcher._append = half  # type: ignore[method-assign]
    fetcher = Fetcher(network(home, address), "site", int(run))
    for number in range(int(pages)):
        fetcher.fetch(Request(f"http://site.example/{number}"))


if __name__ == "__main__":
    {"memory": memory, "pace": pace, "die": die}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])  # type: ignore[operator]
