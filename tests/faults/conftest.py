"""What several faults share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from scene_kit import INSTANT, NOMINATED, small_scene
from system_kit import House

from chassis.testing.waiting import eventually
from console.demo.actors import Applicants
from console.demo.board import Board

WAITING_CASES = "SELECT count(*) FROM review_case WHERE state = 'accepted'"


@pytest.fixture(scope="session")
def judged(standing_house: House) -> House:
    """Three enterprises are paid, a fourth waits for its department, and everything is in order."""
    house = standing_house
    house.stand_up()
    house.play(house.prepare(small_scene("judged", [NOMINATED, INSTANT, INSTANT])))
    stage = house.prepare(small_scene("waiting", [INSTANT]))
    Applicants(stage, Board(stage.scene, print), threading.Event()).step()
    eventually(lambda: house.count("review", WAITING_CASES) > 0)
    house.must_hold()
    return house


PAPER_WORK = "SELECT count(*) FROM job WHERE kind IN ('make_notice_file', 'freeze_case_file')"


@pytest.fixture(scope="module")
def still(judged: House) -> House:
    """The same with its services stopped, so that nobody repairs or worsens what a test breaks.

    Papers are made and cases archived some minutes after a decision: that is hurried and waited for, so that nothing is on its way.
    """
    with judged.database("review") as connection:
        connection.execute("UPDATE job SET due_at = now() WHERE kind IN ('make_notice_file', 'freeze_case_file')")
    eventually(lambda: judged.count("review", PAPER_WORK) == 0, within=120, every=0.5)
    judged.must_hold()
    crew = judged.cluster.crew()
    with ThreadPoolExecutor(len(crew.names)) as pool:
        list(pool.map(crew.stop, (name for name in crew.names if name not in ("bank", "sms"))))
    for name in judged.addresses.databases:
        # Nobody is there to do what falls due while the tests look on: that is no finding.
        with judged.database(name) as connection:
            connection.execute("UPDATE job SET due_at = due_at + interval '1 hour'")
    return judged
