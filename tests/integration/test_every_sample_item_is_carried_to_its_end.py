"""The 93 sample items: each published, filed or listed, carried through its own plan by whoever has to, and ended as its source says."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bus_kit import purge_queues
from sample_item_rows import DAY_ONE, ROWS, Row
from sample_journey_kit import WORKED, Journey, end_in
from sample_town_kit import Town
from whole_office_kit import offices

from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from tests.unit.rules.sample_files import ITEMS, SCENE


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
    rows = [row for row in ROWS if not os.environ.get("ROWS") or row.item in os.environ["ROWS"].split(",")]
    with offices(databases, amqp_url, FixedClock(datetime(2016, 1, 4, 2, 0, tzinfo=UTC))) as at_work:
        journey = Journey(Town(at_work, tmp_path), rows)
        journey.goes()
        ended = {each.row.name: journey.end_of(each) for each in journey.carried}
    wrong = {
        each.row.name: {what: (said, ended[each.row.name].get(what)) for what, said in end_in(each.row).items() if ended[each.row.name].get(what) != said}
        for each in journey.carried
    }
    assert not {name: found for name, found in wrong.items() if found}, "\n".join(f"{n}: {w}" for n, w in wrong.items() if w)
