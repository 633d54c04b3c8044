"""How often what dies is started again: at once, and with pauses for what cannot live."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.cluster import caretaker as module
from console.cluster.caretaker import AGAIN_S, LONGEST_PAUSE_S, LOOK_EVERY_S, Caretaker
from console.progress import Silent


@pytest.fixture
def caretaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caretaker:
    now = iter(range(10_000))
    monkeypatch.setattr(module.time, "monotonic", lambda: float(next(now)))
    return Caretaker(tmp_path, Silent())


def test_what_dies_once_is_started_at_once_and_so_is_another(caretaker: Caretaker) -> None:
    assert caretaker.pause_after(["notify"]) == LOOK_EVERY_S
    assert caretaker.pause_after(["treasury"]) == LOOK_EVERY_S


def test_what_dies_again_and_again_is_started_at_ever_longer_intervals(caretaker: Caretaker) -> None:
    pauses = [caretaker.pause_after(["notify"]) for _ in range(10)]
    assert pauses[:4] == [LOOK_EVERY_S, 2 * LOOK_EVERY_S, 4 * LOOK_EVERY_S, 8 * LOOK_EVERY_S]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_quiet_time_makes_it_attentive_again(caretaker: Caretaker) -> None:
    for _ in range(3):
        caretaker.pause_after(["notify"])
    pauses = [caretaker.pause_after([]) for _ in range(int(AGAIN_S) + 2)]
    assert (pauses[0], pauses[-1]) == (4 * LOOK_EVERY_S, LOOK_EVERY_S)
