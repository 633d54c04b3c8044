"""Where a case is between filing and decision, and when it is looked at again: the same in whatever order it was heard."""

from __future__ import annotations

import random
from typing import Any

import pytest

from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReassessed,
    CaseReopened,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
    ObjectionAnswered,
    ObjectionRaised,
    PublicNoticeEnded,
    PublicNoticeStarted,
    StepAnswered,
    SupplementAnswered,
    SupplementLapsed,
    SupplementRequested,
    TaskDeadlineApproaching,
    TaskDeadlineMissed,
)
from contracts.case_notices import NoticeIssued, NoticeServed
from contracts.duties import Attention
from contracts.flow import FLOW
from contracts.message import SYSTEM
from contracts.treasury import (
    DisbursementCancelled,
    DisbursementHeld,
    DisbursementReady,
    DisbursementReturned,
    DisbursementSettled,
)
from services.oversight.domain import CaseProgress, standing_of
from services.oversight.progress import progress
from services.oversight.reviewing import made_known
from services.oversight.steps import step_of
from tests.unit.oversight.case_story import (
    AMOUNT,
    SAID,
    accepted,
    after,
    approved,
    assigned,
    claim,
    happened,
    money,
    rejected,
    review_moved,
    steps,
    submitted,
)

CASE = claim()
FILED = ((submitted(CASE), 0),)
ACCEPTED = (*FILED, (accepted(CASE), 1))
GRANTED = (*ACCEPTED, (approved(CASE), 3))


def now(*events: tuple[Any, float]) -> CaseProgress:
    """The progress that these come to, heard in any order."""
    told = steps(*events)
    found = progress(told)
    for seed in range(6):
        random.Random(seed).shuffle(told)
        assert progress(told) == found
    return found


def joint(slot: str, department: str, **changes: Any) -> Any:
    """A task of a joint check."""
    return assigned(CASE).model_copy(
        update={
            "task": "joint_check",
            "slot": slot,
            "task_id": f"t-{slot}",
            "department": department,
            "attention": Attention(tenant="xingguo", department_id=f"dep-{slot}", duty="first_review"),
            **changes,
        }
    )


def test_a_case_is_only_filed_until_it_is_accepted() -> None:
    acceptance = assigned(CASE).model_copy(update={"task": "acceptance"})
    assert now(*FILED, (acceptance, 0)).state == "submitted"
    assert now(*FILED, (acceptance, 0), (accepted(CASE), 1)).state == "accepted"


@pytest.mark.parametrize(
    ("event", "state"),
    [(CaseNotAccepted, "not_accepted"), (CaseWithdrawn, "withdrawn"), (BenefitGranted, "granted")],
)
def test_a_case_that_ends_without_money_is_over(event: type, state: str) -> None:
    over = now(*FILED, (happened(event, CASE), 4))
    assert (over.state, over.due_at, over.amount_fen, over.asked) == (state, None, None, ())
    assert standing_of(state) == "ended"


def test_while_a_supplement_is_open_it_is_the_enterprises_turn_until_it_answers_or_its_time_is_up() -> None:
    asked = (happened(SupplementRequested, CASE), 2)
    pause = (happened(CaseSuspended, CASE, cause="supplement"), 2)
    for begun in (FILED, ACCEPTED):
        waiting = now(*begun, asked, pause)
        assert (waiting.state, waiting.due_at, waiting.paused) == ("supplementing", after(600), "supplement")
        assert waiting.projected_due_at == after(5100)
    assert standing_of("supplementing") == "yours"
    going_on = (happened(CaseResumed, CASE, cause="supplement"), 3)
    answered = now(*ACCEPTED, asked, pause, (happened(SupplementAnswered, CASE), 3), going_on)
    assert (answered.state, answered.due_at, answered.paused) == ("accepted", after(5200), None)
    assert now(*ACCEPTED, asked, (happened(SupplementLapsed, CASE), 3)).state == "accepted"
    again = happened(SupplementRequested, CASE, supplement_id="s-2", round=2)
    assert now(*ACCEPTED, asked, (happened(SupplementAnswered, CASE), 3), (again, 3)).state == "supplementing"
    assert now(*ACCEPTED, asked, (happened(CaseWithdrawn, CASE), 4)).state == "withdrawn"


def test_a_limit_that_stands_still_shows_why_and_when_it_would_end_until_every_cause_is_gone() -> None:
    objection = (happened(CaseSuspended, CASE), 2)
    excluded = (happened(CaseSuspended, CASE, cause="excluded_step", projected_due_at=after(5300)), 3)
    still = now(*ACCEPTED, objection, excluded)
    assert (still.state, still.due_at, still.paused, still.projected_due_at) == (
        "accepted", None, "excluded_step", after(5300),
    )  # fmt: skip
    one = now(*ACCEPTED, objection, excluded, (happened(CaseResumed, CASE, cause="excluded_step", due_at=None), 4))
    assert (one.due_at, one.paused) == (None, "objection")
    on = now(
        *ACCEPTED,
        objection,
        excluded,
        (happened(CaseResumed, CASE, cause="excluded_step", due_at=None), 4),
        (happened(CaseResumed, CASE, due_at=after(5400)), 5),
    )
    assert (on.due_at, on.paused, on.projected_due_at) == (after(5400), None, None)
    moved = now(*ACCEPTED, objection, (happened(CaseResumed, CASE), 4), (review_moved(CASE, after(5500)), 6))
    assert moved.due_at == after(5500)
    assert now(*GRANTED, objection).paused is None


def test_those_are_asked_whose_answers_are_awaited() -> None:
    both = ((joint("tax", "市税务局"), 2), (joint("eco", "市生态环境局"), 2))
    asked = now(*ACCEPTED, *both).asked
    assert [(each.name, each.id, each.tenant) for each in asked] == [
        ("市生态环境局", "dep-eco", "xingguo"),
        ("市税务局", "dep-tax", "xingguo"),
    ]
    clear = (happened(StepAnswered, CASE), 3)
    assert [each.name for each in now(*ACCEPTED, *both, clear).asked] == ["市生态环境局"]
    back = (happened(StepAnswered, CASE, verdict="withdrawn"), 4)
    assert len(now(*ACCEPTED, *both, clear, back).asked) == 2
    assert now(*ACCEPTED).asked == now(*GRANTED, *both).asked == ()


def test_of_an_answer_that_was_enough_for_all_the_others_are_awaited_no_more() -> None:
    any_of = ((joint("tax", "市税务局"), 2), (joint("eco", "市生态环境局"), 2), (happened(StepAnswered, CASE), 3))
    approval = joint("leader", "市工业和信息化局", task="approval")
    assert [each.name for each in now(*ACCEPTED, *any_of, (approval, 3.5)).asked] == ["市工业和信息化局"]


def test_a_reopened_case_is_accepted_again_whatever_its_money_does_until_it_is_decided_anew() -> None:
    paid = (*GRANTED, (money(DisbursementSettled, CASE), 8))
    reopened = (*paid, (happened(CaseReopened, CASE), 20))
    again = now(*reopened)
    assert (again.state, again.amount_fen, again.due_at, again.paid_at) == ("accepted", AMOUNT, None, None)
    supplement = now(*reopened, (happened(SupplementRequested, CASE), 21))
    assert supplement.state == "supplementing"
    limit = now(*reopened, (happened(CaseResumed, CASE, cause="reopened"), 20))
    assert limit.due_at == after(5200)
    more = approved(CASE, revision=2).model_copy(update={"total_fen": AMOUNT * 2, "amount_fen": AMOUNT * 2})
    decided = (*reopened, (more, 30))
    assert (now(*decided).state, now(*decided).amount_fen) == ("approved", AMOUNT * 2)
    assert now(*decided, (money(DisbursementReady, CASE, "d-2"), 31)).state == "ready"
    assert now(*decided, (money(DisbursementSettled, CASE, "d-2"), 32)).state == "settled"
    taken_back = rejected(CASE).model_copy(update={"revision": 2})
    refused = now(*reopened, (taken_back, 30), (money(DisbursementReturned, CASE, "d-9"), 31))
    assert (refused.state, refused.amount_fen) == ("rejected", None)


def test_a_case_that_was_not_accepted_can_be_reopened() -> None:
    refused = (*FILED, (happened(CaseNotAccepted, CASE), 2))
    reopened = now(*refused, (happened(CaseReopened, CASE), 20))
    assert reopened.state == "accepted"
    assert now(*refused, (happened(CaseReopened, CASE), 20), (approved(CASE, revision=2), 30)).state == "approved"


def test_a_decision_that_supersedes_another_counts_even_if_the_reopening_is_not_heard_yet() -> None:
    taken_back = rejected(CASE).model_copy(update={"revision": 2})
    assert now(*GRANTED, (taken_back, 30)).state == "rejected"


def test_an_approvers_answer_is_shown_only_with_the_decision_that_cannot_be_undone_any_more() -> None:
    answer = happened(StepAnswered, CASE, task="approval", slot="leader", text_zh="审批同意")
    before = steps(*ACCEPTED, (happened(StepAnswered, CASE), 2), (answer, 3))
    assert [step.text for step in made_known(before)][-1] == "市税务局核查：无欠税记录"
    assert len(made_known(steps(*ACCEPTED, (answer, 3), (approved(CASE), 33)))) == 4
    reopened = steps(*GRANTED, (happened(CaseReopened, CASE), 20), (answer, 30))
    assert "审批同意" not in [step.text for step in made_known(reopened)]
    other = approved(CASE).model_copy(update={"case_id": "case-2"})
    assert "审批同意" not in [step.text for step in made_known(steps(*ACCEPTED, (answer, 3), (other, 33)))]


def test_receivers_and_payers_of_one_approval_are_not_counted_twice() -> None:
    parts = [
        approved(CASE, payer, part=AMOUNT // 4).model_copy(
            update={"part": part, "parts": 2, "payee_label": ("申报企业", "引进人才")[part - 1]}
        )
        for part in (1, 2)
        for payer in ("ganzhou", "xingguo")
    ]
    told = now(*ACCEPTED, *((each, 3) for each in parts))
    assert (told.state, told.amount_fen) == ("approved", AMOUNT)
    texts = [step.text for step in steps(*((each, 3) for each in parts))]
    assert texts[0] == "审核通过，核定 200,000.00 元，其中申报企业 50,000.00 元"
    assert texts[2] == "审核通过，核定 200,000.00 元，其中引进人才 50,000.00 元"


def test_of_instalments_the_first_that_is_not_over_is_shown_and_all_that_was_approved_is_summed() -> None:
    first = (*GRANTED, (money(DisbursementSettled, CASE), 8))
    second = {"case_id": "case-2", "instalment": 2}
    year_two = accepted(CASE).model_copy(update=second | {"first_case_id": "case-1", "due_at": after(9000)})
    recheck = joint("tax", "市税务局", case_id="case-2", task="recheck")
    running = now(*first, (year_two, 100), (recheck, 100))
    assert (running.state, running.amount_fen, running.due_at) == ("accepted", AMOUNT, after(9000))
    assert [each.name for each in running.asked] == ["市税务局"]
    half = approved(CASE, part=AMOUNT // 2).model_copy(update=second | {"total_fen": AMOUNT // 2})
    held = money(DisbursementHeld, CASE, "d-2", AMOUNT // 2).model_copy(update={"case_id": "case-2"})
    waiting = now(*first, (year_two, 100), (half, 101), (held, 102))
    assert (waiting.state, waiting.amount_fen) == ("held", AMOUNT + AMOUNT // 2)
    unpaid = now(*GRANTED, (money(DisbursementHeld, CASE), 8), (year_two, 100), (half, 101), (held, 102))
    assert unpaid.state == "held"
    nothing = rejected(CASE).model_copy(update=second)
    assert now(*first, (year_two, 100), (nothing, 101)).amount_fen == AMOUNT
    assert now(*GRANTED, (money(DisbursementCancelled, CASE), 5)).state == "approved"


def test_steps_of_the_former_version_know_no_case_and_belong_to_the_first() -> None:
    told = steps(*GRANTED, (money(DisbursementReady, CASE), 4))
    for step in told[:3]:
        step.case_id = step.instalment = step.revision = None
    assert (progress(told).state, progress(told).amount_fen) == ("ready", AMOUNT)


@pytest.mark.parametrize(
    ("event", "by", "text"),
    [
        (happened(CaseNotAccepted, CASE), "市工业和信息化局", "不予受理：不属于本部门职权范围。"),
        (happened(StepAnswered, CASE), "市税务局", "市税务局核查：无欠税记录"),
        (joint("tax", "市税务局"), "系统", "交办联合审核（市税务局）"),
        (assigned(CASE), "系统", "交办现场勘查"),
        (happened(TaskDeadlineApproaching, CASE), "系统", "联合审核（市税务局）的办理时限已用 80%"),
        (happened(TaskDeadlineMissed, CASE), "系统", "联合审核（市税务局）超过办理时限"),
        (
            happened(SupplementRequested, CASE),
            "市工业和信息化局",
            ("一次性告知补正（请于 2026-03-10 22:00 前补正）：1. 营业执照（已过期）请上传现行有效的副本；"
            "2. 营业收入（缺少）请填写 2025 年度数据"),
        ),
        (happened(SupplementAnswered, CASE), "企业", "已提交补正"),
        (happened(SupplementLapsed, CASE), "系统", "补正期限已过，企业未补正，按现有材料继续审核"),
        (happened(CaseSuspended, CASE), "系统", "审核时限暂停计算（异议核查中）：公示异议核查"),
        (happened(CaseResumed, CASE), "系统", "审核时限恢复计算（异议核查中）"),
        (happened(PublicNoticeStarted, CASE), "市工业和信息化局", "开始公示，公示期 2026-03-11 至 2026-03-17"),
        (happened(PublicNoticeEnded, CASE), "市工业和信息化局", "公示结束，无异议"),
        (
            happened(PublicNoticeEnded, CASE, objections=2, upheld=True),
            "市工业和信息化局",
            "公示结束，收到 2 件异议，异议成立",
        ),
        (happened(ObjectionRaised, CASE), "系统", "收到对公示的异议，核查期间办件等待核查结果"),
        (happened(ObjectionAnswered, CASE), "市工业和信息化局", "公示异议核查完毕，异议成立"),
        (
            happened(CaseReassessed, CASE),
            "系统",
            "办件依据的数据有变，测算金额由 200,000.00 元变为 100,000.00 元",
        ),
        (happened(CaseWithdrawn, CASE), "企业", "申请已撤回：企业自愿撤回"),
        (happened(CaseWithdrawn, CASE, withdrawn_by=SYSTEM.id), "系统", "申请已撤回：企业自愿撤回"),
        (happened(CaseReopened, CASE), "市工业和信息化局", "对已作出的决定重新审查：核定依据有误"),
        (
            happened(NoticeIssued, CASE),
            "市工业和信息化局",
            "出具不予批准决定书（市工业和信息化局惠企不批〔2026〕1号）",
        ),
        (
            happened(NoticeServed, CASE),
            "市工业和信息化局",
            "不予批准决定书（市工业和信息化局惠企不批〔2026〕1号）已送达（直接送达（窗口））",
        ),
        (
            happened(BenefitGranted, CASE),
            "市工业和信息化局",
            "准予：认定为市级专精特新企业（证书或通知编号 GZ-ZJTX-26001）",
        ),
        (
            accepted(CASE).model_copy(update={"silent": True}),
            "市工业和信息化局",
            "受理期限内未作处理，自收件之日起视为受理，进入审核",
        ),
        (approved(CASE).model_copy(update={"instalment": 2}), "市工业和信息化局", "第 2 期审核通过，核定 200,000.00 元，本笔拨付 200,000.00 元"),
    ],
)  # fmt: skip
def test_each_event_says_one_sentence(event: Any, by: str, text: str) -> None:
    step = step_of(event, CASE, after(1))
    assert (step.by, step.text) == (by, text)


@pytest.mark.parametrize(
    "kind", sorted((kind for kind in SAID if "oversight" in FLOW[kind].consumers), key=lambda each: each.__name__)
)
def test_nobody_outside_reads_who_acted_what_the_records_say_or_what_an_objector_was_answered(kind: Any) -> None:
    step = step_of(happened(kind, CASE), CASE, after(1))
    for hidden in ("person-", "3000 万元", "申报主体不符"):
        assert hidden not in f"{step}"
