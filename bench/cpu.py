"""What processes have used of the machine: the figure that neighbours disturb least."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from contracts.typed import is_digits

TICKS = os.sysconf("SC_CLK_TCK")


def parent_of(pid: int) -> int:
    return int(_stat(pid)[1])


def cpu_seconds(roots: Iterable[int]) -> float:
    """Of these processes and all that came of them, those that have ended included."""
    children: dict[int, list[int]] = {}
    for each in Path("/proc").iterdir():
        if is_digits(each.name):
            try:
                children.setdefault(parent_of(int(each.name)), []).append(int(each.name))
            except OSError:  # it has ended meanwhile
                continue
    total, todo = 0, list(roots)
    while todo:
        pid = todo.pop()
        todo += children.get(pid, ())
        try:
            total += sum(int(ticks) for ticks in _stat(pid)[11:15])  # its own, and of those children that have ended
        except OSError:
            continue
    return total / TICKS


def _stat(pid: int) -> list[str]:
    """The fields of proc_pid_stat(5) from the third, the state, on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
