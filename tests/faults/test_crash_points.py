"""FAULTS 1: kill -9 of intake, review and treasury at named points; everything is paid, once, within a
minute."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene_kit import COMMITTED, DECLARED, INSTANT, NOMINATED, small_scene
from system_kit import House

ROUNDS = {
    "before anything is kept": {
        "intake": "intake.submit_application.before_commit",
        "review": "review.events.before_commit",
        "treasury": "treasury.events.before_commit",
    },
    "kept, and nobody told": {
        "intake": "intake.submit_application.after_commit",
        "review": "review.approve_case.after_commit",
        "treasury": "treasury.bank.answered_before_commit",
    },
    "half way to somebody else": {
        "intake": "intake.events.before_ack",
        "review": "relay.published_before_mark",
        "treasury": "treasury.bank.before_call",
    },
}
"""One point in each service at a time: three processes die in every round."""


@pytest.mark.parametrize("points", ROUNDS.values(), ids=ROUNDS)
def test_services_killed_in_the_middle_pay_everybody_once(house: House, points: dict[str, str], tmp_path: Path) -> None:
    marks = {name: tmp_path / name for name in points}
    house.restart(
        {name: {"ZHIDA_CRASH_AT": point, "ZHIDA_CRASH_ONCE": str(marks[name])} for name, point in points.items()}
    )
    with house.looked_after():
        stage = house.prepare(small_scene("crash", [NOMINATED, INSTANT, DECLARED, COMMITTED]))
        board = house.play(stage, within=60)
    assert {name: mark.read_text() for name, mark in marks.items()} == points
    # Whoever is started again is who he was: traced like the others, too.
    for name in points:
        assert house.environment(name)["OTEL_EXPORTER_OTLP_ENDPOINT"] == house.receiver.url
    house.must_hold()
    accounts = {claim.enterprise.account["account_number"] for claim in stage.scene.claims}
    credited = [credit.creditor_account for credit in house.bank_book().credits if credit.creditor_account in accounts]
    assert sorted(credited) == sorted(accounts)
    assert len(board.paid) == 4
