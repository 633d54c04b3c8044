"""The recheck of a later instalment: a person decides it, within what the rule says; a machine only where the plan lets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_instalments import DecideRecheck
from contracts.message import SYSTEM
from contracts.refusal import Conflict, Invalid, Refused
from contracts.review import CaseView
from services.review.cases.answering import (
    Handled,
    answer_of,
    four_eyes,
    in_hand,
    place_to_answer,
    settle,
    told,
    unmapped_words,
    with_items,
)
from services.review.cases.case import Case
from services.review.cases.case_view import view_of
from services.review.cases.claim_instalments import beyond_whole, look_at_earlier
from services.review.cases.progress import OPENED
from services.review.cases.refusals import together
from services.review.cases.task_times import tasks_of
from services.review.instalments.domain import PAYS
from services.review.instalments.store import ClaimSchedules

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

RECHECK_OPENED = OPENED["recheck"]
BY_MACHINE = "按办理方案由系统自动复核"

OUTCOMES: Mapping[str, str] = {
    "due": "应付",
    "reduced": "减额兑付",
    "skipped": "不予兑付",
    "stopped": "不再兑付",
    "waiting": "待达到条件",
    "not_yet": "尚未到期",
    "undetermined": "尚不能判定",
}


class InstalmentNotDue(Conflict):
    """The rule does not pay it now, and a person may not pay what the rule refuses."""

    code = "instalment_not_due"
    sentence = (
        "按事项规则，本期{outcome}：{why}；不能复核通过。数据有误的，请先更正企业数据；确不应兑付的，请复核为不通过。"
    )


class RecheckReasonNeeded(Invalid):
    """Whoever is refused an instalment is told why."""

    code = "recheck_reason_needed"
    sentence = "复核不通过的，请说明理由（至少两个字）。"


def decide_recheck(cmd: DecideRecheck, uow: UnitOfWork) -> CaseView:
    """Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, StepNotOpen, StepsMustDiffer, or all that stands
    against it as one refusal."""
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    case = handled.case
    place = place_to_answer(handled, "recheck", uow)
    found = [*four_eyes(case, uow)]
    found += against_paying(case, uow) if cmd.met else []
    if not cmd.met and len(cmd.reason.strip()) < 2:
        found.append(RecheckReasonNeeded(field="reason"))
    if found:
        raise together(found)
    reason = cmd.reason.strip() or _said(case)
    answer = answer_of(handled, place, "passed" if cmd.met else "failed", uow, reason=reason, evidence=_evidence(case))
    text = f"第 {case.instalment} 期复核{'通过' if cmd.met else '未通过'}"
    case.answer(answer, told(case, answer, text))
    settle([handled], uow)
    return view_of(case, unmapped_words(case, uow) if case.is_open else ())


def against_paying(case: Case, uow: UnitOfWork) -> list[Refused]:
    """What the rule says against it, and what earlier instalments do."""
    look_at_earlier([case], uow)
    if case.earlier:
        return list(case.earlier)
    answer = case.assessment.instalment
    if answer is None or answer.outcome not in PAYS:
        outcome = answer.outcome if answer is not None else "undetermined"
        return [InstalmentNotDue(outcome=OUTCOMES[outcome], why=_said(case), field="met")]
    plan = uow.of(ClaimSchedules).get(case.first_case_id or case.id)
    return beyond_whole(case, plan.history("-"))


def recheck_by_machine(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Where the plan lets a machine recheck and the rule pays, it is granted without a person; all others wait for one."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        named = tasks_of(jobs, uow)
        cases = {case.id: case for case, _task in named.values()}
        handled = with_items(list(cases.values()), uow) if cases else []
        passed = [each for each in handled if _may_pass(each, uow)]
        for each in passed:
            _pass(each, uow)
        settle(passed, uow)
        for job in jobs:
            uow.finish(job)


def _may_pass(handled: Handled, uow: UnitOfWork) -> bool:
    automatic = handled.item.rules.plan.automatic_rechecks
    return automatic and handled.case.state == "accepted" and not against_paying(handled.case, uow)


def _pass(handled: Handled, uow: UnitOfWork) -> None:
    """The recheck, and the approvals that follow it; what else the plan asks for is still asked for."""
    mine = {step.number for step in handled.steps if step.kind in ("recheck", "approval")}
    while places := [place for place in handled.standing.open if place.step in mine]:
        for place in places:
            answer = answer_of(
                handled, place, "passed", uow, by=SYSTEM.id, reason=BY_MACHINE, evidence=_evidence(handled.case)
            )
            handled.case.answer(answer, told(handled.case, answer, f"第 {handled.case.instalment} 期{BY_MACHINE}"))


def _said(case: Case) -> str:
    answer = case.assessment.instalment
    return answer.reason if answer is not None else "各期已办结"


def _evidence(case: Case) -> dict[str, object]:
    answer = case.assessment.instalment
    return {"outcome": answer.outcome if answer is not None else None, "amount_fen": case.amount_fen}
