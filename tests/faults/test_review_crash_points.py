"""FAULTS 1 for review: kill -9 at every point that it has a name for, while cases go through all that a plan can ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from long_cases_kit import long_cases, must_be_paid_once, wait_until_paid
from long_scene_kit import long_scene, prepared, undo_window
from system_kit import House

ROUNDS = {
    "before anything is kept": (
        "review.events.before_commit",
        "review.answer_supplement.before_commit",
        "review.confirm_materials.before_commit",
        "review.answer_joint_check.before_commit",
        "review.fix_batch.before_commit",
        "review.approve_cases.chunk.before_commit",
        "review.undo_decision.before_commit",
        "review.approve_case.before_commit",
        "review.decide_recheck.before_commit",
        "facts_moved.before_commit",
        "public_notice_opened.before_commit",
        "public_notice_look.before_commit",
        "release_decision.before_commit",
        "instalment_look.before_commit",
    ),
    "kept, and nobody told": (
        "review.events.after_commit",
        "review.events.before_ack",
        "relay.published_before_mark",
        "review.request_supplement.after_commit",
        "review.answer_joint_check.after_commit",
        "review.draw_up_batch.after_commit",
        "review.propose_fixing.after_commit",
        "review.approve_cases.after_commit",
        "review.approve_cases.chunk.after_commit",
        "review.undo_decision.after_commit",
        "review.approve_case.after_commit",
        "public_notice_look.after_commit",
        "release_decision.after_commit",
        "instalment_decided.after_commit",
        "quota_moved.after_commit",
    ),
}
"""Every command that such a case takes, and every kind of due work, at least once; what decides money at both moments."""

LEASES_RUN_OUT = "UPDATE job SET lease_until = now() WHERE lease_until > now()"
"""Half a minute after whoever held them has died."""


@contextmanager
def raised_at_once(house: House, name: str, armed: dict[str, str]) -> Iterator[None]:
    """Whoever dies is started again, armed as before, without the caretaker's pause for what dies often."""
    closing = threading.Event()

    def look_after() -> None:
        crew = house.cluster.crew()
        while not closing.wait(0.1):
            if crew.process(name) is None:
                with house.database(name) as connection:
                    connection.execute(LEASES_RUN_OUT)
                crew.start(name, armed)

    thread = threading.Thread(target=look_after, daemon=True)
    thread.start()
    try:
        yield
    finally:
        closing.set()
        thread.join(timeout=30)


@pytest.mark.parametrize("points", ROUNDS.values(), ids=ROUNDS)
def test_review_killed_at_every_named_point_of_long_cases_pays_everybody_once(
    house: House, points: tuple[str, ...], tmp_path: Path
) -> None:
    mark = tmp_path / "killed"
    armed = {"ZHIDA_CRASH_AT": ",".join(points), "ZHIDA_CRASH_ONCE": str(mark)}
    stage = prepared(house, long_scene("killed", 2))
    with undo_window(house):
        house.restart({"review": armed})
        with raised_at_once(house, "review", armed), long_cases(house, stage) as board:
            wait_until_paid(house, stage, board, within=180)
        house.restart({"review": {}})
    assert set(points) - set(mark.read_text().splitlines()) == set()
    must_be_paid_once(house, stage)
