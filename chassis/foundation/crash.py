"""Named places where a fault test may kill the process, as `kill -9` would.

`ZHIDA_CRASH_AT=name` arms a place, or several with commas between; `ZHIDA_CRASH_ONCE=file` makes each fire once: the
file remembers those that did, one a line. Without the variable a place costs one comparison.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_ARMED = frozenset(filter(None, os.environ.get("ZHIDA_CRASH_AT", "").split(",")))
_ONCE = os.environ.get("ZHIDA_CRASH_ONCE", "")


def crash_point(name: str) -> None:
    """Die here if this place is armed. Nothing is flushed, closed or rolled back by us."""
    if not _ARMED or name not in _ARMED:
        return
    if _ONCE:
        mark = Path(_ONCE)
        fired = mark.read_text().splitlines() if mark.exists() else []
        if name in fired:
            return
        mark.write_text("\n".join([*fired, name]))
    os.kill(os.getpid(), signal.SIGKILL)
