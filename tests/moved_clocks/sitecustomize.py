"""Read by every Python process that is started with this folder on its path: what time it is there lies in one file.

The file that `ZHIDA_TEST_AHEAD` names holds by how many seconds the processes' clock is ahead of the machine's, as a text; a test writes it,
and from then on it is that time in all of them.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

AHEAD = Path(os.environ["ZHIDA_TEST_AHEAD"])


def ahead() -> timedelta:
    return timedelta(seconds=float(AHEAD.read_text(encoding="ascii")))


class MovedDatetime(datetime):
    """For modules that ask the machine themselves."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + ahead()


if any(argument.startswith("sandbox.") for argument in sys.orig_argv):
    import sandbox.desk

    sandbox.desk.datetime = MovedDatetime
else:
    from chassis.time.clock import SystemClock

    SystemClock.now = lambda self: datetime.now(UTC) + ahead()
