"""What `verify` and `work list` say of deadlines that wait for a calendar, asked of one service's database."""

from __future__ import annotations

from datetime import datetime

from chassis.edge.frame import Frame
from console.operating.checks.findings import Finding, Notice
from console.operating.checks.waiting import WAITING, counted, names_of


def said_of_waiting(frame: Frame, tenant: str, now: datetime | None = None) -> list[Finding | Notice]:
    """What D says of the service's waiting things."""
    (kind,) = [each for each in WAITING if each.service == frame.service]
    with frame.reader([tenant]) as reader:
        return list(counted(reader, kind, now or frame.clock.now()))


def waiting_in_the_work_list(frame: Frame, tenant: str, year: int) -> tuple[int, list[str]]:
    """How many wait for the year, and what they are called."""
    with frame.reader([tenant]) as reader:
        return names_of(reader, frame.service, tenant, year)
