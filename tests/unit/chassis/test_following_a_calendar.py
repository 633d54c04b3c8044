"""A pass over open deadlines: part by part, from where it stands, and for each tenant where it is about the nation."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit
from chassis.time.following import AFTERWARDS, FOLLOW, follow, follow_soon
from chassis.time.jobs import Job
from contracts.calendars import NATION

IDS = ["a", "b", "c", "d", "e"]


class Unit(FakeUnit):
    """One that knows two tenants, and writes for those that it was opened for and for no others."""

    def __init__(self, tenants: Sequence[str], jobs: dict[tuple[str, str, str], Any]) -> None:
        super().__init__(tenants[0], stores={})
        self.jobs, self._mine = jobs, set(tenants)

    def execute(self, sql: Any, parameters: Any = None) -> Any:
        assert "FROM tenant" in sql
        return [("ganzhou",), ("xingguo",)]

    def schedule(self, kind: str, subject: str, *, at: Any, tenant: str) -> None:
        assert tenant in self._mine, "row security would refuse it"
        super().schedule(kind, subject, at=at, tenant=tenant)


@pytest.fixture
def house() -> SimpleNamespace:
    """The jobs that there are, and what a pass has looked at."""
    return SimpleNamespace(jobs={}, looked=[])


def look_at_two(house: SimpleNamespace) -> Any:
    def look(_uow: Any, tenant: str, after: str) -> str | None:
        part = [id for id in IDS if id > after][:2]
        house.looked.append((tenant, part))
        return part[-1] if len(part) == 2 else None

    return look


def does(house: SimpleNamespace, *jobs: tuple[str, str]) -> None:
    """Hand these over as the scheduler does."""
    claimed = [Job(tenant, FOLLOW, subject, NOON) for tenant, subject in jobs]
    follow(claimed, lambda tenants: Unit(tenants, house.jobs), look_at_two(house))  # type: ignore[arg-type, return-value]


def test_a_pass_goes_on_where_the_part_before_has_ended(house: SimpleNamespace) -> None:
    house.jobs[("xingguo", FOLLOW, "hours-xingguo-2/")] = NOON
    while house.jobs:
        ((tenant, _kind, subject),) = house.jobs
        does(house, (tenant, subject))
    assert house.looked == [("xingguo", ["a", "b"]), ("xingguo", ["c", "d"]), ("xingguo", ["e"])]


def test_a_part_that_is_done_again_goes_on_at_the_same_place(house: SimpleNamespace) -> None:
    for _ in range(2):
        does(house, ("xingguo", "hours-xingguo-2/b"))
    assert set(house.jobs) == {("xingguo", FOLLOW, "hours-xingguo-2/d")}


def test_what_happened_to_the_nation_becomes_a_pass_for_each_tenant(house: SimpleNamespace) -> None:
    house.jobs[(NATION, FOLLOW, "calendar-nation-2027-1/")] = NOON
    does(house, (NATION, "calendar-nation-2027-1/"))
    assert set(house.jobs) == {(each, FOLLOW, "calendar-nation-2027-1/") for each in ("ganzhou", "xingguo")}
    assert house.looked == []


def test_a_second_pass_looks_for_what_was_started_by_a_calendar_that_another_process_remembered() -> None:
    uow = FakeUnit("xingguo", stores={})
    follow_soon(uow, "calendar-xingguo-2027-1", tenant="xingguo")  # type: ignore[arg-type]
    assert sorted(uow.jobs.values()) == [NOON, NOON + AFTERWARDS]
