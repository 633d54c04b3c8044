"""Named places where a fault test may kill the process, as `kill -9` would.

`ZHIDA_CRASH_AT=name` arms one place; `ZHIDA_CRASH_ONCE=file` makes it fire once: the file remembers that it
did. Without the variable a place costs one comparison.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_ARMED = os.environ.get("ZHIDA_CRASH_AT", "")
_ONCE = os.environ.get("ZHIDA_CRASH_ONCE", "")


def crash_point(name: str) -> None:
    """Die here if this place is armed. Nothing is flushed, closed or rolled back by us."""
    if not _ARMED or name != _ARMED:
        return
    if _ONCE:
        mark = Path(_ONCE)
        if mark.exists():
            return
        mark.write_text(name)
    os.kill(os.getpid(), signal.SIGKILL)
