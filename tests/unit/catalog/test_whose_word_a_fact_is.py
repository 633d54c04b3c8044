"""Every fact that counts has the persons whose word it is: events carry them, so that none of them decides on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.foundation.secrecy import AesCipher
from chassis.testing.fakes import FakeUnit
from contracts.enterprises import EnterpriseFactsChanged, FactRecorders, RecordFacts, RegisterEnterprise
from contracts.fact_records import WithdrawFacts
from contracts.message import Actor
from contracts.rule import Fact
from services.catalog.enterprises.counting import NOBODY, CountingFact, ToldFact, counting, recorders_of, with_news
from services.catalog.enterprises.domain import Enterprise
from services.catalog.enterprises.use_cases import record_facts, register_enterprise, withdraw_facts

OFFICE = "章贡区科技局"
FIRST, SECOND = (Actor(id=each, roles=frozenset({"department"}), department=OFFICE) for each in ("first", "second"))


def fact(value: str, day: int, name: str = "revenue") -> Fact:
    return Fact(name=name, kind="number", value=value, unit="元", source=OFFICE, as_of=date(2026, 1, day))


def told(value: str, day: int, teller: str, withdrawn_by: str | None = None) -> ToldFact:
    return ToldFact(fact(value, day), teller, withdrawn_by=withdrawn_by)


def registered(unit: FakeUnit, cipher: AesCipher) -> str:
    order = RegisterEnterprise(uscc="91360702DEM000014H", name="示例企业01", contact_mobile="19900000001")
    return register_enterprise(order, unit, cipher).enterprise_id


def says(unit: FakeUnit, actor: Actor, enterprise: str, *facts: Fact) -> EnterpriseFactsChanged:
    unit.actor = actor
    record_facts(RecordFacts(enterprise_id=enterprise, facts=facts), unit)
    event = unit.events[-1]
    assert isinstance(event, EnterpriseFactsChanged)
    return event


def whose(event: EnterpriseFactsChanged) -> dict[str, tuple[str, ...]]:
    """The persons behind each fact of an event, as whoever hears it takes them."""
    others: dict[str, tuple[str, ...]] = {each.name: each.persons for each in event.recorders}
    own = (event.recorded_by,) if event.recorded_by else ()
    return {each.name: others.get(each.name, own) for each in event.facts}


def test_a_fact_is_the_word_of_whoever_records_it(unit: FakeUnit, cipher: AesCipher) -> None:
    event = says(unit, FIRST, registered(unit, cipher), fact("100", 1))
    assert (event.recorded_by, event.recorders) == ("first", ())


def test_an_older_paper_told_later_changes_nothing_about_whose_word_counts(unit: FakeUnit, cipher: AesCipher) -> None:
    enterprise = registered(unit, cipher)
    says(unit, FIRST, enterprise, fact("100", 5))
    event = says(unit, SECOND, enterprise, fact("90", 1), fact("3", 2, "heads"))
    assert whose(event) == {"revenue": ("first",), "heads": ("second",)}
    assert event.recorders == (FactRecorders(name="revenue", persons=("first",)),)


def test_what_counts_again_is_the_word_of_both_who_said_it_and_who_took_back_what_stood_before(
    unit: FakeUnit, cipher: AesCipher
) -> None:
    enterprise = registered(unit, cipher)
    says(unit, FIRST, enterprise, fact("100", 1))
    says(unit, FIRST, enterprise, fact("50", 2))
    unit.actor = SECOND
    withdraw_facts(WithdrawFacts(enterprise_id=enterprise, records=("3-0",), reason="录入有误"), unit)
    event = unit.events[-1]
    assert isinstance(event, EnterpriseFactsChanged)
    assert whose(event) == {"revenue": ("first", "second")}


def test_what_a_signed_feed_says_is_nobody_s_word_here() -> None:
    firm = Enterprise(
        id="e", tenant="t", uscc="91360702DEM000014H", name="示例企业", industry=None, contact_sealed="", contact_masked=""
    )  # fmt: skip
    standing = [CountingFact(fact("1", 9, "heads"), ("first",))]
    told_now = (fact("100", 1), fact("2", 8, "heads"))
    firm.record_facts(told_now, by=SECOND, today=date(2026, 2, 1), standing=standing, signed=True)
    (event,) = (each.event for each in firm.pending)
    assert isinstance(event, EnterpriseFactsChanged)
    assert event.recorded_by is None
    assert whose(event) == {"revenue": (), "heads": ("first",)}
    assert [each.teller for each in firm.recorded] == [NOBODY, NOBODY]


def test_facts_of_a_merged_dossier_keep_their_tellers() -> None:
    firm = Enterprise(
        id="e", tenant="t", uscc="91360702DEM000014H", name="示例企业", industry=None, contact_sealed="", contact_masked=""
    )  # fmt: skip
    firm.take_over((told("100", 1, "first"),), moved_from="old", standing=())
    (event,) = (each.event for each in firm.pending)
    assert isinstance(event, EnterpriseFactsChanged)
    assert whose(event) == {"revenue": ("first",)}


records = st.builds(
    told,
    st.sampled_from(["1", "2"]),
    st.integers(1, 4),
    st.sampled_from(["first", "second", NOBODY]),
    st.sampled_from([None, None, "third"]),
)


@given(st.lists(records, max_size=8), st.lists(st.builds(told, st.just("9"), st.integers(1, 4), st.just("new"))))
def test_telling_more_comes_to_the_same_as_having_told_it_all(before: list[ToldFact], news: list[ToldFact]) -> None:
    """What counts after news is what counts of everything, but that nobody has taken back what only now is told."""
    step = with_news(news, counting(before).values())
    whole = counting([*before, *news])
    for each in step:
        assert whole["revenue", None].fact is each.fact
        assert set(each.persons) <= set(whole["revenue", None].persons)


@given(st.lists(records, max_size=8))
def test_the_fact_that_counts_is_the_newest_that_was_not_taken_back(before: list[ToldFact]) -> None:
    standing = [(each.fact.as_of, place) for place, each in enumerate(before) if each.withdrawn_by is None]
    found: dict[Any, CountingFact] = counting(before)
    assert bool(standing) == bool(found)
    if standing:
        assert found["revenue", None].fact is before[max(standing)[1]].fact


def test_only_what_is_not_one_s_own_word_is_told_apart() -> None:
    facts = [CountingFact(fact("1", 1), ("first",)), CountingFact(fact("1", 1, "heads"), ("first", "second"))]
    assert [each.name for each in recorders_of(facts, "first")] == ["heads"]
    assert [each.name for each in recorders_of(facts, None)] == ["revenue", "heads"]
