"""Every adapter before every server that misbehaves: the call ends in time, and its caller hears the right thing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from chassis.foundation import open_units
from chassis.foundation.open_units import CalledInsideTransaction
from tests.outside_kit import NEVER_DONE, RudeServer, answers, rude
from tests.unit.chassis.outside_clients import EVERY_CALL


@pytest.mark.parametrize("call", EVERY_CALL)
@pytest.mark.parametrize("conduct", NEVER_DONE)
def test_it_ends_in_time_and_is_understood(call: Callable[[RudeServer], None], conduct: str) -> None:
    with rude(NEVER_DONE[conduct]) as server:
        begun = time.monotonic()
        call(server)
        assert time.monotonic() - begun < 1.6
        assert len(server.asked) == 1, "nobody asks twice by itself"


@pytest.mark.parametrize("call", EVERY_CALL)
def test_it_is_not_made_inside_a_transaction(call: Callable[[RudeServer], None]) -> None:
    open_units.opened()
    try:
        with rude(answers(b"{}")) as server, pytest.raises(CalledInsideTransaction):
            call(server)
        assert server.asked == []
    finally:
        open_units.closed()
