"""What becomes of an application and of a department's list."""

from __future__ import annotations

from chassis.testing.fakes import NOON, received
from contracts.review import CaseAccepted, CaseApproved, TaskAssigned
from services.review.cases import lists, opening
from services.review.cases.case_view import view_of
from services.review.cases.store import Cases
from services.review.item_copies.store import ItemVersions
from services.review.item_copies.use_cases import remember_items
from services.review.register.store import AwardRegister
from tests.unit.review.review_kit import (
    AMOUNT,
    DEPARTMENT,
    OFFICER,
    TWO_TO_EIGHT,
    application,
    china,
    facts,
    item_rules,
    line,
    nomination,
    opened,
    published,
    review_unit,
)

LIST_RULES = item_rules(mode="no_application", limit=None)


def cases(uow):
    return list(uow.of(Cases).rows.values())


def test_an_application_opens_one_case_with_a_task_for_the_department():
    uow = review_unit()
    submitted = application()
    opening.open_cases([received(submitted)], uow)
    (case,) = cases(uow)
    accepted, task = uow.events
    assert isinstance(accepted, CaseAccepted)
    assert (accepted.case_id, accepted.claim, accepted.accepted_at) == (case.id, submitted.claim, NOON)
    assert accepted.due_at == china("2026-03-17 17:30")
    assert isinstance(task, TaskAssigned)
    assert (task.task, task.department, task.due_at) == ("approval", DEPARTMENT, accepted.due_at)


def test_a_step_is_a_task_once_what_stands_before_it_is_passed():
    uow = review_unit(item_rules(inspection=True))
    opening.open_cases([received(application())], uow)
    assert [event.task for event in uow.events[1:]] == ["site_inspection"], "no material is to be checked by anybody"


def test_a_step_with_a_clock_of_its_own_is_due_by_it_and_at_the_cases_end_at_the_latest():
    for days, due in ((2, "2026-03-12 17:30"), (30, "2026-03-17 17:30")):
        uow = review_unit(item_rules(inspection=True, clocks={"site_inspection": days}))
        opening.open_cases([received(application())], uow)
        assert [event.due_at for event in uow.events[1:]] == [china(due)]


def test_the_same_application_again_is_the_same_case():
    uow = review_unit()
    submitted = application()
    opening.open_cases([received(submitted)], uow)
    opening.open_cases([received(submitted), received(submitted)], uow)
    assert len(cases(uow)) == 1
    assert len(uow.events) == 2


def test_a_batch_that_names_an_application_twice_opens_one_case():
    uow = review_unit()
    submitted = application()
    opening.open_cases([received(submitted), received(submitted)], uow)
    assert len(cases(uow)) == 1


def test_the_case_keeps_what_it_rests_on():
    uow = review_unit()
    case = opened(uow)
    assert case.facts == facts()
    assert (view_of(case).verdict, view_of(case).amount_fen, view_of(case).asked_fen) == ("met", AMOUNT, AMOUNT)
    assert any("10%" in text for text in view_of(case).working)
    assert view_of(case).obstacles == view_of(case).remarks == ()


def test_the_submissions_trace_stays_with_the_case():
    uow = review_unit()
    event = received(application())
    event.envelope = event.envelope.model_copy(update={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    opening.open_cases([event], uow)
    assert cases(uow)[0].traceparent == event.traceparent


def test_an_application_waits_for_its_item_version_and_its_neighbours_do_not():
    uow = review_unit()
    early, known = received(application(item_version=2)), received(application())
    opening.open_cases([early, known], uow)
    assert (early.cause, known.cause) == ("not_yet", None)
    assert [case.claim.item_version for case in cases(uow)] == [1]
    remember_items([received(published(item_rules(), version=2))], uow)
    early.cause = None
    opening.open_cases([early], uow)
    assert early.cause is None
    assert len(cases(uow)) == 2


def test_a_case_is_judged_by_the_version_it_was_filed_under():
    uow = review_unit()
    remember_items([received(published(item_rules(limit=10), version=2))], uow)
    first, second = opened(uow, item_version=1), opened(uow, item_version=2)
    assert (first.due_at, second.due_at) == (china("2026-03-17 17:30"), china("2026-03-24 17:30"))


def test_a_version_that_is_known_is_not_replaced():
    uow = review_unit()
    remember_items([received(published(item_rules(limit=99)))], uow)
    assert uow.of(ItemVersions).known["item-1", 1] == item_rules()


def test_an_estimate_that_differs_from_the_rule_is_shown_and_only_the_rules_amount_can_be_granted():
    uow = review_unit()
    case = opened(uow, estimated_fen=AMOUNT + 100)
    assert [reason.code for reason in view_of(case).remarks] == ["amount_mismatch"]
    assert (view_of(case).amount_fen, view_of(case).asked_fen) == (AMOUNT, AMOUNT + 100)
    assert view_of(case).obstacles == ()


def test_a_departments_list_is_its_decision():
    uow = review_unit(LIST_RULES)
    listed = [line(uscc=f"enterprise-{number}") for number in range(3)]
    lists.decide_lists([received(nomination(*listed))], uow)
    assert {case.state for case in cases(uow)} == {"approved"}
    approvals = [event for event in uow.events if isinstance(event, CaseApproved)]
    assert [type(event) for event in uow.events] == [CaseAccepted, CaseApproved] * 3
    assert {event.approved_by for event in approvals} == {OFFICER.id}
    assert {event.approved_at for event in approvals} == {NOON}
    assert sum(event.amount_fen for event in approvals) == 3 * AMOUNT
    assert uow.jobs == {}


def test_a_line_that_fails_becomes_an_open_case_and_its_neighbours_are_paid():
    uow = review_unit(LIST_RULES)
    lists.decide_lists(
        [
            received(
                nomination(
                    line(uscc="sound"),
                    line(uscc="not-met", known=facts(above_scale=False)),
                    line(uscc="no-facts", known=()),
                    line(uscc="wrong-amount", amount_fen=AMOUNT - 1),
                    line(uscc="also-sound"),
                )
            )
        ],
        uow,
    )
    found = {case.claim.uscc: (case.state, [each.code for each in case.remarks]) for case in cases(uow)}
    assert found == {
        "sound": ("approved", []),
        "not-met": ("accepted", ["not_eligible"]),
        "no-facts": ("accepted", ["facts_missing"]),
        "wrong-amount": ("accepted", ["amount_mismatch"]),
        "also-sound": ("approved", []),
    }
    tasks = [event for event in uow.events if isinstance(event, TaskAssigned)]
    assert {event.claim.uscc for event in tasks} == {"not-met", "no-facts", "wrong-amount"}
    assert {event.department for event in tasks} == {DEPARTMENT}
    assert {uscc for _item, uscc, _period in uow.of(AwardRegister).places} == {"sound", "also-sound"}


def test_a_enterprise_that_is_listed_twice_is_paid_once():
    uow = review_unit(LIST_RULES)
    lists.decide_lists([received(nomination(line(), line())), received(nomination(line()))], uow)
    assert sorted(case.state for case in cases(uow)) == ["accepted", "accepted", "approved"]
    refused = [case for case in cases(uow) if case.state == "accepted"]
    assert {reason.code for case in refused for reason in case.remarks} == {"already_awarded"}


def test_a_list_comes_again_without_effect():
    uow = review_unit(LIST_RULES)
    pushed = nomination(line(uscc="a"), line(uscc="b", amount_fen=1))
    lists.decide_lists([received(pushed)], uow)
    before = len(uow.events)
    lists.decide_lists([received(pushed)], uow)
    assert (len(cases(uow)), len(uow.events)) == (2, before)


def test_a_list_waits_for_its_item_and_for_its_enterprises_tenant():
    uow = review_unit(LIST_RULES)
    unknown_item, unknown_home = (
        received(nomination(line(item_id="item-9"))),
        received(nomination(line(filed_in="x"))),
    )
    lists.decide_lists([unknown_item, unknown_home], uow)
    assert (unknown_item.cause, unknown_home.cause) == ("not_yet", "not_yet")
    assert cases(uow) == []


def test_a_line_whose_payer_nobody_has_onboarded_is_left_to_the_department():
    uow = review_unit(item_rules(mode="no_application", limit=None, shares=TWO_TO_EIGHT))
    uow.registry.tenants["zhanggong"] = (None, *uow.registry.tenants["zhanggong"][1:])
    lists.decide_lists([received(nomination(line()))], uow)
    (case,) = cases(uow)
    assert (case.state, [reason.code for reason in case.remarks]) == ("accepted", ["tenant_unknown"])


def test_a_listed_item_with_an_inspection_is_never_granted_unseen():
    uow = review_unit(item_rules(mode="no_application", limit=None, inspection=True))
    lists.decide_lists([received(nomination(line()))], uow)
    (case,) = cases(uow)
    assert (case.state, [task.kind for task in case.tasks]) == ("accepted", ["site_inspection"])
    assert [reason.code for reason in view_of(case).obstacles] == ["inspection_required"]
