"""What each event says to whoever follows a case: one step, as a sentence. Data, and how it is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from chassis.time.clock import CHINA
from contracts import status_labels
from contracts.case_materials import MaterialsConfirmed
from contracts.deadlines import PayoutDeadlineUndetermined, ReviewDeadlineUndetermined
from contracts.intake import ApplicationSubmitted, Claim, EnterprisesNominated
from contracts.message import Event, TenantId
from contracts.money import Money
from contracts.notify import MessageDelivered, MessageFailed
from contracts.review import (
    CaseAccepted,
    CaseApproved,
    CaseRejected,
    InspectionRecorded,
    ReviewDeadlineApproaching,
    ReviewDeadlineMissed,
    ReviewDeadlineMoved,
    TaskAssigned,
)
from contracts.treasury import (
    ContradictionCleared,
    DisbursementAuthorised,
    DisbursementCancelled,
    DisbursementContradicted,
    DisbursementEvent,
    DisbursementFailed,
    DisbursementHeld,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementReturned,
    DisbursementSent,
    DisbursementSettled,
    DisbursementUnknown,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
    PayoutDeadlineMoved,
)
from services.oversight.domain import CaseStep


class StepSentence(NamedTuple):
    """Who did it, in words for a role, and what was done. Braces name the event's own fields."""

    by: str
    text: str


SENTENCES: Mapping[type[Event], StepSentence] = {
    ApplicationSubmitted: StepSentence("企业", "提交申报，已出具收件回执"),
    EnterprisesNominated: StepSentence("{department}", "列入免申即享名单，无需企业申报"),
    CaseAccepted: StepSentence("{department}", "已受理，进入审核"),
    TaskAssigned: StepSentence("系统", "交办{task}"),
    InspectionRecorded: StepSentence("{department}", "完成现场勘查，结论：{passed}"),
    MaterialsConfirmed: StepSentence("{department}", "核对申报材料：{materials}"),
    ReviewDeadlineMoved: StepSentence("系统", "审核时限{moved}：{reason}"),
    ReviewDeadlineUndetermined: StepSentence(
        "系统", "审核时限已用 {used_percent}%，到期时间待 {awaits_year} 年工作日安排公布后确定"
    ),
    ReviewDeadlineApproaching: StepSentence("系统", "审核时限已用 {used_percent}%"),
    ReviewDeadlineMissed: StepSentence("系统", "审核超过时限"),
    CaseApproved: StepSentence("{department}", "审核通过，核定 {total_fen} 元，本笔拨付 {amount_fen} 元"),
    CaseRejected: StepSentence("{department}", "审核未通过：{reason}"),
    DisbursementHeld: StepSentence("系统", "等待预算资金 {amount_fen} 元：{reason}"),
    DisbursementReady: StepSentence("系统", "预算资金 {amount_fen} 元已落实，等待支付复核"),
    PayoutDeadlineMoved: StepSentence("系统", "拨付时限{moved}：{reason}"),
    PayoutDeadlineUndetermined: StepSentence(
        "系统", "拨付时限已用 {used_percent}%，到期时间待 {awaits_year} 年工作日安排公布后确定"
    ),
    PayoutDeadlineApproaching: StepSentence("系统", "拨付时限已用 {used_percent}%"),
    PayoutDeadlineMissed: StepSentence("系统", "拨付超过时限"),
    DisbursementAuthorised: StepSentence("支付复核岗", "支付复核通过，准予拨付 {amount_fen} 元"),
    DisbursementRecalled: StepSentence("系统", "拨付前情况有变，原支付复核不再有效，等待重新复核"),
    DisbursementSent: StepSentence("系统", "付款指令已发往银行"),
    DisbursementUnknown: StepSentence("系统", "银行未及时答复，正在核实，不会重复付款"),
    DisbursementSettled: StepSentence("银行", "资金 {amount_fen} 元已到账"),
    DisbursementFailed: StepSentence("银行", "付款未成功：{reason}"),
    DisbursementReturned: StepSentence("银行", "资金 {amount_fen} 元被退回：{reason}"),
    DisbursementContradicted: StepSentence("系统", "银行记录与账面不一致，已暂停办理，正在人工核实"),
    ContradictionCleared: StepSentence("系统", "银行记录已核实，恢复办理"),
    DisbursementCancelled: StepSentence("系统", "该笔拨付已撤销：{reason}"),
    MessageDelivered: StepSentence("系统", "{channel}已送达企业：{template}"),
    MessageFailed: StepSentence("系统", "{channel}未能送达企业：{template}"),
}
"""In the order in which things happen: steps of one instant are shown in it."""

REPLACED = "ApplicationReplaced"
"""The code of a step that is no event of the claim's own: another one was filed in its place."""

ORDER: Mapping[str, int] = {
    code: position for position, code in enumerate([*(event.__name__ for event in SENTENCES), REPLACED])
}

LABELS: Mapping[str, Mapping[object, str]] = {
    "task": {code: label.public_zh for code, label in status_labels.TASK.items()},
    "channel": {code: label.public_zh for code, label in status_labels.CHANNEL.items()},
    "template": {
        "case_approved": "审核通过",
        "case_rejected": "审核未通过",
        "disbursement_held": "等待预算资金",
        "disbursement_settled": "资金到账",
        "disbursement_returned": "银行退汇",
        "review_deadline_moved": "审核时限变化",
        "payout_deadline_moved": "拨付时限变化",
    },
    "passed": {True: "通过", False: "未通过"},
}
"""Field of an event → how its values are said."""

UNLABELLED = "其他事项"
"""What a value that is newer than this list is called: a step is never lost for want of a label."""


def step_of(event: Event, claim: Claim, at: datetime, payer: TenantId | None = None) -> CaseStep:
    """The step that `event` adds to the story of `claim`; `at` is when the event's owner recorded it, `payer` the tenant
    whose event it is."""
    sentence = SENTENCES[type(event)]
    fields = {"department": claim.department} | {name: _said(name, value) for name, value in event}
    if isinstance(event, ReviewDeadlineMoved | PayoutDeadlineMoved):
        fields["moved"] = _moved(event.was, event.due_at)
    step = CaseStep(
        code=type(event).__name__,
        text=sentence.text.format_map(fields) + _in_place_of(event) + _awaiting(event),
        by=sentence.by.format_map(fields),
        at=at,
    )
    if isinstance(event, CaseAccepted | ReviewDeadlineMoved | DisbursementReady | PayoutDeadlineMoved):
        step.due_at, step.awaits_year = event.due_at, event.awaits_year
    if isinstance(event, DisbursementEvent):
        step.disbursement_id, step.amount_fen, step.payer = event.disbursement_id, event.amount_fen, payer
    if isinstance(event, DisbursementSettled):
        step.settled_at = event.settled_at
    if isinstance(event, CaseApproved):
        step.amount_fen = event.total_fen
    return step


def replaced_claim(claim: Claim) -> Claim:
    """The claim in whose place this one was filed: the same enterprise's, of the same item."""
    assert claim.replaces is not None
    return claim.model_copy(
        update={
            "application_id": claim.replaces.application_id,
            "receipt": claim.replaces.receipt,
            "replaces": None,
        }
    )


def replaced_step(claim: Claim, at: datetime) -> CaseStep:
    """What the story of the replaced claim is told of it."""
    return CaseStep(code=REPLACED, text=f"企业已重新申报，新的收件编号 {claim.receipt}", by="企业", at=at)


def _in_place_of(event: Event) -> str:
    replaced = event.claim.replaces if isinstance(event, ApplicationSubmitted) else None
    return f"（替代收件编号 {replaced.receipt}）" if replaced else ""


def _awaiting(event: Event) -> str:
    """Why a limit that begins has no end yet. Steps that are about nothing else say it themselves."""
    if not isinstance(event, CaseAccepted | DisbursementReady) or event.awaits_year is None:
        return ""
    limit = "审核" if isinstance(event, CaseAccepted) else "拨付"
    return f"（{limit}时限待 {event.awaits_year} 年工作日安排公布后确定）"


def _said(name: str, value: Any) -> Any:
    if name in LABELS:
        return LABELS[name].get(value, UNLABELLED)
    if name in ("amount_fen", "total_fen") and value is not None:
        return Money(value).yuan_text()
    if name == "materials":
        return "、".join(each.name for each in value)
    return value


def _moved(was: datetime | None, due_at: datetime | None) -> str:
    if due_at is None:
        return "改为待定"
    now = f"{due_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return f"由 {was.astimezone(CHINA):%Y-%m-%d %H:%M} 调整为 {now}" if was is not None else f"确定为 {now}"
