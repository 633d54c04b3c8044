"""`./zhida attack`: every attack that we know, against real processes; at most 25 minutes (`console.quality.testing`)."""

from __future__ import annotations

from console.help import asked_for_help
from console.quality.testing import attack


def main(argv: list[str]) -> int:
    """Runs all of tests/attack, or what `argv` names to pytest; `--keep` leaves the servers up. → pytest's exit code."""
    if asked_for_help(argv, "./zhida attack [--keep] [FILE …] [pytest 的其他参数 pytest's own]"):
        return 0
    return attack(argv)
