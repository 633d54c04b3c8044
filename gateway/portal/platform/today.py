"""The day that it is in China: what begins or ends, does so on days there."""

from __future__ import annotations

from datetime import date

from chassis.time.clock import CHINA
from gateway.door import Door


def today(door: Door) -> date:
    """By the gateway's clock."""
    return door.frame.clock.now().astimezone(CHINA).date()
