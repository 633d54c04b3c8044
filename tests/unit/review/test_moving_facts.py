"""Facts move under an open case: what counts of them, and what becomes of an approval that was given before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.fakes import NOON, FakeUnit
from contracts.case_events import CaseReassessed
from contracts.enterprises import EnterpriseFactsChanged, FactKey, FactRecorders
from contracts.message import SYSTEM
from contracts.review import ApproveCase
from contracts.rule import Assessment, Fact, ItemRules, State
from services.review.cases import use_cases
from services.review.cases.answering import settle, with_items
from services.review.cases.case import Case
from services.review.cases.judging import DECLARED_SOURCE, judged
from services.review.cases.moving import MovingCases
from services.review.cases.news import FactsOfCase, with_news
from services.review.fact_changes.domain import moves_between
from services.review.fact_changes.reassessing import Reassessed, expires_at, reassess
from tests.unit.review.review_kit import AMOUNT, LEADER, facts, item_rules, opened, review_unit

FILED = date(2026, 3, 10)
LATER = date(2026, 3, 20)


def fact(value: Any = "200", *, name: str = "rd_expense", on: date = LATER, **more: Any) -> Fact:
    said: dict[str, Any] = {"period": "2025", "source": "统计局", "kind": "number", "unit": "万元"} | more
    if name == "above_scale":
        said |= {"kind": "flag", "unit": None}
    return Fact(name=name, value=value, as_of=on, **said)


def heard(*told: Fact, gone: tuple[str, ...] = (), by: str | None = None, period: str | None = "2025") -> Any:
    keys = tuple(FactKey(name=name, period=period) for name in gone)
    return EnterpriseFactsChanged(enterprise_id="enterprise-1", facts=told, withdrawn=keys, recorded_by=by)


def taken_up(case: Case, uow: FakeUnit, *events: EnterpriseFactsChanged) -> Reassessed:
    """As the job does it: judged again, settled, saved."""
    found = reassess(with_items([case], uow)[0], events, uow)  # type: ignore[arg-type]
    if found.changed:
        settle([found.handled], uow)  # type: ignore[arg-type]
    return found


def approve(case: Case, uow: FakeUnit) -> Any:
    uow.actor = LEADER
    order = ApproveCase(case_id=case.id, amount_fen=case.amount_fen, opinion="同意", expected_version=case.version)
    return use_cases.approve_case(order, uow)  # type: ignore[arg-type]


# -- what counts ---------------------------------------------------------------------------------------------


def test_a_correction_of_a_past_periods_fact_changes_the_amount_and_is_told() -> None:
    uow = review_unit()
    case = opened(uow)
    found = taken_up(case, uow, heard(fact("200")))
    (told,) = [each for each in uow.events if isinstance(each, CaseReassessed)]
    assert (told.was_fen, told.now_fen, case.amount_fen) == (AMOUNT, 20_000_000, 20_000_000)
    assert "研发投入”由300 万元变为200 万元" in told.text_zh and told.attention is not None
    assert [(each.name, each.counts) for each in found.moves] == [("rd_expense", "now")]


def test_an_older_word_never_replaces_a_newer_one() -> None:
    uow = review_unit()
    case = opened(uow)
    found = taken_up(case, uow, heard(fact("200", on=date(2026, 1, 9))))
    assert not found.changed and case.amount_fen == AMOUNT and uow.events == []


def test_a_withdrawn_fact_leaves_the_case_undetermined_and_nothing_is_approved_on_it() -> None:
    uow = review_unit()
    case = opened(uow)
    taken_up(case, uow, heard(gone=("above_scale",)))
    assert case.assessment.verdict.state is State.UNDETERMINED
    assert "facts_missing" in [reason.code for reason in case.against]


def test_an_older_word_counts_again_when_the_newer_is_withdrawn() -> None:
    uow = review_unit()
    case = opened(uow)
    taken_up(case, uow, heard(fact("250", on=date(2025, 12, 1)), gone=("rd_expense",)))
    assert case.amount_fen == 25_000_000


def test_what_the_enterprise_declared_is_outweighed_by_an_authority_and_counts_again_without_it() -> None:
    declared = fact("300", source=DECLARED_SOURCE, on=FILED)
    uow = review_unit()
    case = opened(uow, known=(*facts(rd=None), declared))
    assert case.amount_fen == AMOUNT
    taken_up(case, uow, heard(fact("100", on=date(2026, 1, 2))))
    assert case.amount_fen == 10_000_000 and declared in case.facts
    taken_up(case, uow, heard(gone=("rd_expense",)))
    assert case.amount_fen == AMOUNT


def test_facts_that_the_item_does_not_name_leave_the_case_as_it_is() -> None:
    uow = review_unit()
    case = opened(uow)
    before, version = case.facts, case.version
    assert not taken_up(case, uow, heard(fact("7", name="staff", unit="人"))).changed
    assert (case.facts, case.version) == (before, version)


def standing(*, reference_date: str | None = None) -> ItemRules:
    rules = item_rules()
    condition = rules.eligibility.model_copy(update={"period": None})
    plan = rules.plan.model_copy(
        update={"reference_date": date.fromisoformat(reference_date) if reference_date else None}
    )
    return rules.model_copy(update={"eligibility": condition, "plan": plan})


def stands(value: bool, on: date = date(2026, 1, 10), **more: Any) -> Fact:
    return fact(value, name="above_scale", on=on, period=None, **more)


def test_a_standing_fact_is_judged_as_it_is_on_the_day_of_the_decision() -> None:
    uow = review_unit(standing())
    case = opened(uow, known=(*facts(above_scale=None), stands(True)))
    taken_up(case, uow, heard(stands(False, LATER)))
    assert case.assessment.verdict.state is State.NOT_MET


def test_what_is_so_after_the_plans_own_day_is_shown_and_not_used() -> None:
    uow = review_unit(standing(reference_date="2026-02-01"))
    case = opened(uow, known=(*facts(above_scale=None), stands(True)))
    found = taken_up(case, uow, heard(stands(False, LATER)))
    assert case.assessment.verdict.state is State.MET
    assert [(each.counts, each.now and each.now.value) for each in found.moves] == [("was", False)]
    assert stands(False, LATER) in case.facts
    assert not any(isinstance(each, CaseReassessed) for each in uow.events)


def test_a_standing_fact_that_runs_out_is_missing_from_the_day_after_its_last() -> None:
    uow = review_unit(standing())
    case = opened(uow, known=(*facts(above_scale=None), stands(True, valid_until=LATER)))
    at = expires_at(with_items([case], uow)[0], uow.now)  # type: ignore[arg-type]
    assert at is not None
    uow.now = at - timedelta(minutes=1)
    assert not taken_up(case, uow).changed
    uow.now = at
    taken_up(case, uow)
    assert case.assessment.verdict.state is State.UNDETERMINED


def test_a_past_periods_fact_that_was_good_when_it_was_claimed_stays_good() -> None:
    known = tuple(each.model_copy(update={"valid_until": LATER}) for each in facts())
    uow = review_unit()
    case = opened(uow, known=known)
    uow.now = NOON + timedelta(days=60)
    taken_up(case, uow)
    assert case.assessment.verdict.state is State.MET and case.amount_fen == AMOUNT


# -- approvals -----------------------------------------------------------------------------------------------


def test_an_approval_is_held_while_facts_are_on_their_way_and_withdrawn_when_they_say_otherwise() -> None:
    uow = review_unit()
    case = opened(uow)
    uow.of(MovingCases).moving.add(case.id)  # type: ignore[attr-defined]
    assert approve(case, uow).state == "accepted"
    uow.of(MovingCases).moving.clear()  # type: ignore[attr-defined]
    taken_up(case, uow, heard(fact("200")))
    assert case.state == "accepted"
    (last,) = [each for each in case.answers if each.kind == "approval"][-1:]
    assert (last.verdict, last.by) == ("withdrawn", SYSTEM.id)
    assert [each.kind for each in case.tasks] == ["approval"]
    assert approve(case, uow).state == "approved"


def test_an_approval_held_while_facts_were_on_their_way_grants_when_they_say_the_same() -> None:
    uow = review_unit()
    case = opened(uow)
    uow.of(MovingCases).moving.add(case.id)  # type: ignore[attr-defined]
    approve(case, uow)
    uow.of(MovingCases).moving.clear()  # type: ignore[attr-defined]
    settle(with_items([case], uow), uow)  # type: ignore[arg-type]
    assert case.state == "approved"


def test_who_approved_and_then_recorded_the_fact_has_decided_on_the_own_word() -> None:
    uow = review_unit()
    case = opened(uow)
    uow.of(MovingCases).moving.add(case.id)  # type: ignore[attr-defined]
    approve(case, uow)
    uow.of(MovingCases).moving.clear()  # type: ignore[attr-defined]
    taken_up(case, uow, heard(fact("300"), by=LEADER.id))
    assert case.state == "accepted" and case.amount_fen == AMOUNT
    assert case.recorders == (FactRecorders(name="rd_expense", period="2025", persons=(LEADER.id,)),)


# -- whatever the order --------------------------------------------------------------------------------------

VALUES = st.sampled_from(["100", "200", "300", "400"])
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 1))
TOLD = st.builds(lambda value, on: heard(fact(value, on=on)), VALUES, DAYS)
SCALE = st.builds(lambda value, on: heard(fact(value, name="above_scale", on=on)), st.booleans(), DAYS)
GONE = st.sampled_from([heard(gone=("rd_expense",)), heard(gone=("above_scale",))])
AGAIN = st.builds(lambda value, on: heard(fact(value, on=on), gone=("rd_expense",)), VALUES, DAYS)


@given(st.lists(st.one_of(TOLD, SCALE, GONE, AGAIN), max_size=8), st.data())
def test_a_case_that_hears_by_and_by_and_more_than_once_is_judged_as_if_on_the_last_facts_at_once(
    events: list[EnterpriseFactsChanged], data: st.DataObject
) -> None:
    rules = item_rules()
    at_once = with_news(FactsOfCase(facts(), ()), events, rules.fact_types_by_name, None)
    case = FactsOfCase(facts(), ())
    upto = 0
    while upto < len(events):
        upto = data.draw(st.integers(upto + 1, len(events)))
        # A job that runs again hears from the beginning.
        case = with_news(case, events[:upto], rules.fact_types_by_name, None)
    assert _by_key(case) == _by_key(at_once)
    assert _judged(rules, case) == _judged(rules, at_once)
    assert moves_between(case.facts, at_once.facts, None) == []


def _by_key(known: FactsOfCase) -> dict[tuple[str, str | None], Fact]:
    return {(each.name, each.period): each for each in known.facts}


def _judged(rules: ItemRules, known: FactsOfCase) -> Assessment:
    return judged(rules, known.facts, (), FILED, today=LATER)
