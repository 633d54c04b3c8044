"""Where the process that looks after a home is known by, and how it is dismissed."""

from __future__ import annotations

from pathlib import Path

from console.machine.processes import PidFile, terminate

CARETAKER = "caretaker"

STOP_LIMIT_S = 15.0
"""It may be in the middle of bringing up the database."""


def caretaker_file(home: Path) -> PidFile:
    return PidFile(home / "run" / f"{CARETAKER}.pid")


def dismiss_caretaker(home: Path) -> None:
    """Nobody looks after `home` any more: what is stopped stays stopped."""
    file = caretaker_file(home)
    standing = file.running()
    if standing is not None:
        terminate(standing, limit_s=STOP_LIMIT_S)
    file.path.unlink(missing_ok=True)
