"""The processes that descend from one, and the memory of them, as Linux tells it."""

from __future__ import annotations

from pathlib import Path


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    found, parents = {pid}, dict[int, int]()
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory(pids: set[int]) -> int:
    """The memory of processes, what they share counted once, in MiB."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(text.partition("\nPss:")[2].split()[0])
        except (OSError, IndexError):  # it has ended
            continue
    return total // 1024
