"""A fact that was withdrawn counts for nobody any more: intake judges on what stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from front_office import CITY, ZHANGGONG, Replica, intake_replica, onboarded

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.enterprises import EnterpriseFactsChanged, EnterpriseRegistered, FactKey, FactRecorders
from contracts.rule import Fact, Level


@pytest.fixture
def intake(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Replica:
    dsns = service_database("intake")
    replica = intake_replica(service_frame("intake", dsns=dsns, clock=FixedClock(NOON)), dsns)
    replica.hears(onboarded(CITY, None, Level.CITY, "GZ"), onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"))
    return replica


def sites(value: str, day: int, period: str | None = None) -> Fact:
    as_of = date(2026, 2, day)
    return Fact(name="sites", kind="number", value=value, unit="个", period=period, source="商务局", as_of=as_of)


def changed(*facts: Fact, withdrawn: tuple[FactKey, ...] = ()) -> EnterpriseFactsChanged:
    return EnterpriseFactsChanged(enterprise_id="e1", facts=facts, withdrawn=withdrawn)


def kept(intake: Replica) -> list[tuple[str, str]]:
    return [
        (period, value)
        for period, value in intake.rows("SELECT period, fact ->> 'value' FROM enterprise_fact ORDER BY period")
    ]


SITES = FactKey(name="sites")


def test_a_withdrawn_fact_is_forgotten_and_its_neighbours_stay(intake: Replica) -> None:
    intake.hears(changed(sites("3", 1), sites("9", 1, period="2025")))
    intake.hears(changed(withdrawn=(SITES,)))
    assert kept(intake) == [("2025", "9")]


def test_the_older_fact_counts_again_after_a_withdrawal(intake: Replica) -> None:
    intake.hears(changed(sites("5", 20)))
    intake.hears(changed(sites("3", 1), withdrawn=(SITES,)))
    assert kept(intake) == [("", "3")]


def whose(intake: Replica) -> list[tuple[str, list[str]]]:
    return intake.rows("SELECT fact ->> 'value', recorders FROM enterprise_fact ORDER BY period")


def test_a_copy_knows_whose_word_each_fact_is(intake: Replica) -> None:
    first = changed(sites("3", 1), sites("9", 1, period="2025")).model_copy(update={"recorded_by": "first"})
    intake.hears(first)
    assert whose(intake) == [("3", ["first"]), ("9", ["first"])]
    both = FactRecorders(name="sites", persons=("first", "second"))
    again = changed(sites("2", 1), sites("8", 2, period="2025"), withdrawn=(SITES,))
    intake.hears(again.model_copy(update={"recorded_by": "second", "recorders": (both,)}))
    assert whose(intake) == [("2", ["first", "second"]), ("8", ["second"])]
    intake.hears(changed(sites("1", 20)))
    assert whose(intake)[0] == ("1", []), "a signed feed's word is nobody's here"


def test_telling_withdrawing_and_telling_again_may_come_in_one_batch(intake: Replica) -> None:
    intake.hears(changed(sites("5", 20)), changed(withdrawn=(SITES,)), changed(sites("3", 1)))
    assert kept(intake) == [("", "3")]
    intake.hears(changed(sites("6", 21)), changed(sites("3", 1), withdrawn=(SITES,)))
    assert kept(intake) == [("", "3")]


def test_a_enterprise_is_known_with_the_facts_that_it_was_registered_with(intake: Replica) -> None:
    registered = EnterpriseRegistered(
        enterprise_id="e1",
        uscc="91360702MA35000001",
        name="示例企业",
        industry=None,
        contact_sealed="s",
        contact_masked="138****0001",
        facts=(sites("3", 1), sites("9", 1, period="2025")),
    )
    intake.hears(registered, changed(withdrawn=(SITES,)))
    assert kept(intake) == [("2025", "9")]
    assert intake.rows("SELECT name FROM enterprise") == [("示例企业",)]
