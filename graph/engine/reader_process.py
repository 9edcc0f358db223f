"""One forked reader, seen from the web server: its socket, its process, and what it says."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import sys
import time

from talkoot.graph.engine import frames
from talkoot.graph.engine.pointer import Pointer

CONNECT_SECONDS = 2.0
_NICE = 19


class ReaderProcess:
    """One forked reader: its socket, its process, the release that it reads."""

    def __init__(self, pointer: Pointer) -> None:
        self.pointer = pointer
        self.received = bytearray()
        self._patience = self._began = 0.0
        self._handle: int | None = None
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(CONNECT_SECONDS)
        self.socket.connect(pointer.socket)
        greeting = self.socket.recv(frames.PID.size, socket.MSG_WAITALL)
        if len(greeting) < frames.PID.size:
            raise ConnectionResetError("the reader ended before it began")
        self.socket.settimeout(None)
        self._pid: int = frames.PID.unpack(greeting)[0]
        if sys.platform == "linux":
            with contextlib.suppress(OSError):  # a handle means this process only: a number may be used again
                self._handle = os.pidfd_open(self._pid)

    def receive(self, seconds: float) -> bool | None:
        """Take in what the reader says within the time; None where it says nothing, False where it has gone."""
        if seconds != self._patience:
            # The system's own time limit costs nothing while it stays the same; Python's is a call for each wait.
            whole, millionths = divmod(int(seconds * 1_000_000) + 1, 1_000_000)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", whole, millionths))
            self._patience = seconds
        try:
            received = self.socket.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            return False
        self.received += received
        return bool(received)

    def frame(self) -> tuple[bytes, bytes] | None:
        """Kind and body of the next frame, where all of it has come."""
        if len(self.received) < frames.HEAD.size:
            return None
        kind, length = frames.HEAD.unpack_from(self.received)
        end = frames.HEAD.size + length
        if len(self.received) < end:
            return None
        body = bytes(self.received[frames.HEAD.size : end])
        del self.received[:end]
        return kind, body

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._signal(signal.SIGKILL)
        self.close()

    def send(self, message: bytes) -> None:
        """Give an idle reader a query, which it takes at once."""
        self._began = self._processor_seconds()
        self.socket.sendall(message)

    def worked(self) -> float:
        """Seconds of processor time since the last query was given; by the clock where the system does not tell."""
        return self._processor_seconds() - self._began

    def _processor_seconds(self) -> float:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                return time.clock_gettime(~self._pid << 3 | 2)  # the clock of another process: clock_getcpuclockid(3)
        return time.monotonic()

    def step_back(self) -> None:
        """Let every other process go first."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, self._pid, _NICE)

    def pause(self, paused: bool) -> None:
        """Stop the process where it is, or let it go on."""
        self._signal(signal.SIGSTOP if paused else signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "linux" and self._handle is not None:
                signal.pidfd_send_signal(self._handle, number)
            else:
                os.kill(self._pid, number)

    def close(self) -> None:
        """Hang up; the process ends when it sees that."""
        self.socket.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __del__(self) -> None:
        if hasattr(self, "socket"):
            self.close()
