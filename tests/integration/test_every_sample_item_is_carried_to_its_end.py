"""The 93 sample items: each published, filed or listed, carried through its own plan by whoever has to, and ended as its source says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bus_kit import purge_queues
from sample_item_rows import DAY_ONE, ROWS, Row, not_filed
from sample_journey_kit import WORKED, Journey, end_in
from sample_town_kit import Town
from whole_office_kit import offices

from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.rule import State
from tests.unit.rules.sample_files import ITEMS, SCENE

pytestmark = pytest.mark.timeout(480)
OPENING = datetime(2016, 1, 4, 2, 0, tzinfo=UTC)
"""Before the first of the worked examples."""
LISTED = frozenset({"GD-006", "GZ-006", "GZ-009", "JL-008", "JX-003", "JX-005", "SC-010", "ZJ-006", "ZJ-011"})
"""Those that nobody claims, as far as they are granted."""


def test_every_item_has_a_row() -> None:
    assert {row.item for row in ROWS} == set(ITEMS) and len(ITEMS) == 93


def test_what_is_granted_is_what_the_worked_example_comes_to() -> None:
    for row in ROWS:
        if row.yuan is None:
            continue
        if row.item in DAY_ONE:
            worked = SCENE["cases"][row.example - 1]["expected_fen"]
        else:
            worked = WORKED[row.item][row.example - 1].expect.amount_fen
        assert worked == row.yuan * 100, row.name


def test_every_item_is_carried_through_its_own_plan_to_the_end_of_its_row(
    service_database: Callable[[str], Dsns], amqp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBJECTS_URL", f"file://{tmp_path}")
    purge_queues(amqp_url)
    databases: Any = {name: service_database(name) for name in ("catalog", "intake", "review", "treasury")}
    with offices(databases, amqp_url, FixedClock(OPENING)) as at_work:
        journey = Journey(Town(at_work, tmp_path), [*ROWS, *unmet()])
        journey.goes()
        ended = [each for each in journey.carried if each.row in ROWS]
        wrong = {each.row.name: differences(end_in(each.row), journey.end_of(each)) for each in ended}
        at_once = {each.row.item for each in ended if each.hand and each.hand.case_id not in journey.held}
        taken = [each.row.name for each in journey.carried if each not in ended and "not_eligible" not in each.refused]
    assert {name: found for name, found in wrong.items() if found} == {}
    assert at_once == LISTED, "a list presses no wrong button; every decision of a person can be taken back for a while"
    assert journey.early == [], "nobody outside hears of a decision that can still be taken back"
    assert taken == [], "whoever does not meet the conditions is told so when it files"


def unmet() -> list[Row]:
    """Every worked example that does not meet the conditions, whatever was granted before."""
    own_day = {row.item: row.on for row in ROWS if row.on is not None}
    return [
        not_filed(code, number, "not_eligible", on=own_day.get(code))
        for code, cases in WORKED.items()
        for number, case in enumerate(cases, 1)
        if case.expect.state is State.NOT_MET and case.awards is None
    ]


def differences(said: Mapping[str, Any], came: Mapping[str, Any]) -> dict[str, Any]:
    """What the table says and what came of it, where they are not the same."""
    return {what: (each, came.get(what)) for what, each in said.items() if came.get(what) != each}
