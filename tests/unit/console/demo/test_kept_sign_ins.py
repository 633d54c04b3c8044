"""Sign-ins are of the people in a house: they go when the house is wiped, or the next demonstration offers dead ones."""

from __future__ import annotations

from console.cluster.cluster import OURS
from console.demo import sign_ins


def test_a_wiped_home_keeps_no_sign_ins() -> None:
    assert sign_ins.FILE in OURS
