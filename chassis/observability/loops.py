"""The loops of a process: each says that it goes on, waits for infrastructure that is away, and survives its faults."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from chassis.foundation.broker_faults import CONNECTION_ERRORS
from chassis.foundation.database import is_infrastructure_fault
from chassis.observability.health import Heartbeat
from chassis.observability.metrics import LOOP_IN_HAND_SECONDS, LOOP_PROGRESS_SECONDS
from chassis.observability.telemetry import get_logger

log = get_logger(__name__)


class Loop(Protocol):
    """What the frame runs in a thread of its own, from start to stop."""

    heartbeat: Heartbeat

    def run(self) -> None: ...
    def stop(self) -> None: ...


def run_in_thread(loop: Loop, service: str) -> threading.Thread:
    """Start it. From now on its heartbeat knows whether it still runs, and the metrics how it gets on."""
    beat = loop.heartbeat
    beat.thread = threading.Thread(target=loop.run, name=beat.name, daemon=True)
    LOOP_PROGRESS_SECONDS.labels(service, beat.name).set_function(lambda: beat.age)
    LOOP_IN_HAND_SECONDS.labels(service, beat.name).set_function(lambda: beat.seconds_in_hand)
    beat.thread.start()
    return beat.thread


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
