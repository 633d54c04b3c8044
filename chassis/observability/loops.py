"""The loops of a process: each beats its heart, waits for infrastructure that is away, and survives its faults."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.health import Heartbeat
from chassis.observability.telemetry import get_logger

log = get_logger(__name__)


class Loop(Protocol):
    """What the frame runs in a thread of its own, from start to stop."""

    heartbeat: Heartbeat

    def run(self) -> None: ...
    def stop(self) -> None: ...


def run_until_stopped(stopping: Callable[[], bool], heartbeat: Heartbeat, step: Callable[[], None]) -> None:
    """Repeat `step`. Infrastructure that is away makes it wait and try again; a fault is logged and survived."""
    pause = 0.2
    while not stopping():
        heartbeat.beat()
        try:
            step()
            pause = 0.2
        except Exception as error:
            if is_infrastructure_fault(error) or isinstance(error, CONNECTION_ERRORS):
                log.warning("loop waits for its infrastructure", loop=heartbeat.name, error=str(error)[:300])
            else:
                log.exception("loop failed and goes on", loop=heartbeat.name)
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
