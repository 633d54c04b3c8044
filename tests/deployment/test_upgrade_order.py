"""docs/operations.md upgrades whoever hears an event before whoever sends it: what it sends may be new to an old one."""

from __future__ import annotations

import re

from console.place import CHECKOUT
from contracts.flow import FLOW


def test_every_upgrade_that_is_described_replaces_the_hearers_of_an_event_first() -> None:
    loops = re.findall(r"^for service in (.+?); do$", (CHECKOUT / "docs" / "operations.md").read_text(), re.MULTILINE)
    assert len(loops) == 2  # Compose and Kubernetes
    for order in (loop.split() for loop in loops):
        for event, route in FLOW.items():
            for consumer in route.consumers:
                assert order.index(consumer) < order.index(route.producer), event.__name__
