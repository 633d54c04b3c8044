"""Facts are heard after a decision and before anybody outside knows of it: what would not be decided so is not said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.testing.fakes import NOON, FakeUnit
from contracts.case_events import CaseReassessed
from contracts.enterprises import EnterpriseFactsChanged, FactKey
from contracts.message import SYSTEM
from contracts.review import ApproveCase, CaseApproved, CaseRejected, RejectCase
from contracts.rule import AwardHistory, Fact, FactAmount, ItemRules
from services.review.cases import use_cases
from services.review.cases.case import Case
from services.review.fact_changes.store import FactChanges, HeardFacts
from services.review.register.store import AwardRegister
from services.review.reopening.store import UndoneDecisions
from tests.unit.review.review_kit import AMOUNT, LEADER, facts, item_rules, opened, released, review_unit

CORRECTED = date(2026, 3, 10)


def approved(uow: FakeUnit, **words: Any) -> Case:
    uow.actor = LEADER
    case = opened(uow, **words)
    order = ApproveCase(case_id=case.id, amount_fen=case.amount_fen, expected_version=case.version)
    use_cases.approve_case(order, uow)  # type: ignore[arg-type]
    assert case.undo_until is not None
    return case


def refused(uow: FakeUnit, **words: Any) -> Case:
    uow.actor = LEADER
    case = opened(uow, **words)
    use_cases.reject_case(RejectCase(case_id=case.id, reason="不符合条件", expected_version=case.version), uow)  # type: ignore[arg-type]
    assert case.undo_until is not None
    return case


def fact(value: Any, name: str = "rd_expense", **more: Any) -> Fact:
    (found,) = [each for each in facts() if each.name == name]
    return found.model_copy(update={"value": value, "as_of": CORRECTED, **more})


def hears(uow: FakeUnit, case: Case, *told: Fact, gone: tuple[str, ...] = (), by: str | None = None) -> None:
    keys = tuple(FactKey(name=name, period="2025") for name in gone)
    event = EnterpriseFactsChanged(enterprise_id="enterprise-1", facts=told, withdrawn=keys, recorded_by=by)
    heard: Any = uow.of(HeardFacts)
    heard.said.setdefault(case.id, []).append(event)


def window_closes(uow: FakeUnit, case: Case) -> None:
    uow.now = case.undo_until or uow.now
    released(uow, case)


def said(uow: FakeUnit) -> list[Any]:
    return [each for each in uow.events if isinstance(each, CaseApproved | CaseRejected)]


def reassessed(uow: FakeUnit) -> list[tuple[int | None, int | None]]:
    return [(each.was_fen, each.now_fen) for each in uow.events if isinstance(each, CaseReassessed)]


def unit(rules: ItemRules | None = None) -> FakeUnit:
    return review_unit(rules, undo_minutes=30)


def test_an_approval_on_a_fact_that_was_withdrawn_in_the_window_is_undone_by_the_system_and_never_said() -> None:
    uow = unit()
    case = approved(uow)
    hears(uow, case, gone=("rd_expense",))
    window_closes(uow, case)
    assert said(uow) == [] and reassessed(uow) == [(AMOUNT, None)]
    assert (case.state, case.decision, case.undo_until, case.amount_fen) == ("accepted", None, None, None)
    assert [task.kind for task in case.tasks] == ["approval"]
    assert uow.of(AwardRegister).places == {} and uow.of(AwardRegister).granted == []  # type: ignore[attr-defined]
    (undone,) = uow.of(UndoneDecisions).kept  # type: ignore[attr-defined]
    assert (undone.undone_by, undone.state) == (SYSTEM.id, "approved") and "核算结果发生变化" in undone.reason
    assert [moved.name for _case, moved in uow.of(FactChanges).kept] == ["rd_expense"]  # type: ignore[attr-defined]
    assert "facts_missing" in {reason.code for reason in case.against}


def test_another_amount_is_approved_anew_and_said_as_it_is_then() -> None:
    uow = unit()
    case = approved(uow)
    hears(uow, case, fact("200"))
    window_closes(uow, case)
    assert said(uow) == [] and reassessed(uow) == [(AMOUNT, 20_000_000)]
    order = ApproveCase(case_id=case.id, amount_fen=20_000_000, expected_version=case.version)
    use_cases.approve_case(order, uow)  # type: ignore[arg-type]
    window_closes(uow, case)
    (told,) = said(uow)
    assert (told.amount_fen, told.revision) == (20_000_000, 2)


@pytest.mark.parametrize(
    "told",
    [
        fact("300", source="税务局"),
        fact("200", as_of=date(2026, 1, 9)),
        fact("7", name="rd_expense", period="2024"),
    ],
    ids=["the same of another source", "an older word", "another year"],
)
def test_what_makes_no_difference_leaves_the_decision_as_it_was(told: Fact) -> None:
    uow = unit()
    case = approved(uow)
    hears(uow, case, told)
    window_closes(uow, case)
    assert [each.amount_fen for each in said(uow)] == [AMOUNT]
    assert (case.state, reassessed(uow)) == ("approved", [])


def test_a_refusal_whose_facts_became_good_goes_back_to_the_department() -> None:
    uow = unit()
    case = refused(uow, known=facts(above_scale=False))
    hears(uow, case, fact(True, name="above_scale"))
    window_closes(uow, case)
    assert said(uow) == [] and case.state == "accepted" and case.revision == 1
    assert [task.kind for task in case.tasks] == ["approval"] and case.against == ()
    order = ApproveCase(case_id=case.id, amount_fen=AMOUNT, expected_version=case.version)
    assert use_cases.approve_case(order, uow).state == "approved"  # type: ignore[arg-type]


def test_a_refusal_of_which_nothing_has_changed_is_said() -> None:
    uow = unit()
    case = refused(uow, known=facts(above_scale=False))
    hears(uow, case, fact(False, name="above_scale"))
    window_closes(uow, case)
    assert [type(each) for each in said(uow)] == [CaseRejected]


def test_whoever_approved_and_recorded_the_fact_in_the_window_has_decided_on_the_own_word() -> None:
    uow = unit()
    case = approved(uow)
    hears(uow, case, fact("300"), by=LEADER.id)
    window_closes(uow, case)
    assert said(uow) == [] and case.state == "accepted" and reassessed(uow) == []
    (undone,) = uow.of(UndoneDecisions).kept  # type: ignore[attr-defined]
    assert "本人录入" in undone.reason


def test_what_another_person_recorded_in_the_window_is_nobodys_own_word() -> None:
    uow = unit()
    case = approved(uow)
    hears(uow, case, fact("300"), by="officer-9")
    window_closes(uow, case)
    assert len(said(uow)) == 1


def test_facts_that_run_out_at_midnight_do_not_undo_what_was_decided_the_day_before() -> None:
    """The decision is judged on its own day; another word of the same day makes the difference."""
    known = tuple(each.model_copy(update={"period": None, "valid_until": date(2026, 3, 10)}) for each in facts())
    rules = item_rules(amount=FactAmount(fact="rd_expense"))
    rules = rules.model_copy(update={"eligibility": rules.eligibility.model_copy(update={"period": None})})
    uow = unit(rules)
    uow.now = NOON + timedelta(hours=11, minutes=50)
    case = approved(uow, known=known, estimated_fen=None)
    hears(uow, case, known[0].model_copy(update={"source": "税务局"}))
    window_closes(uow, case)
    assert len(said(uow)) == 1 and uow.now > NOON + timedelta(hours=12)


def test_what_the_firm_was_granted_besides_in_the_window_undoes_nothing() -> None:
    uow = unit()
    case = approved(uow)
    uow.of(AwardRegister).past[case.id] = AwardHistory(family="KJ-01")  # type: ignore[attr-defined]
    hears(uow, case, fact("300", source="税务局"))
    window_closes(uow, case)
    assert len(said(uow)) == 1
