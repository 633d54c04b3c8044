"""What each event says to whoever follows a case, as a sentence, and in which order. Data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from contracts import status_labels
from contracts.archive import CaseFileFrozen
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
from contracts.case_materials import MaterialsConfirmed
from contracts.case_notices import NOTICE_NAMES, SERVICE_NAMES, NoticeIssued, NoticeServed
from contracts.deadlines import PayoutDeadlineUndetermined, ReviewDeadlineUndetermined
from contracts.intake import ApplicationSubmitted, EnterprisesNominated
from contracts.integrity_events import RecoveryDecided
from contracts.message import Event
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
from contracts.supplements import SupplementDueSoon
from contracts.treasury import (
    ContradictionCleared,
    DisbursementAuthorised,
    DisbursementCancelled,
    DisbursementContradicted,
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


class StepSentence(NamedTuple):
    """Who did it, in words for a role, and what was done. Braces name the event's own fields."""

    by: str
    text: str


SENTENCES: Mapping[type[Event], StepSentence] = {
    ApplicationSubmitted: StepSentence("企业", "提交申报，已出具收件回执"),
    EnterprisesNominated: StepSentence("{department}", "列入免申即享名单，无需企业申报"),
    CaseNotAccepted: StepSentence("{department}", "不予受理：{reason}"),
    CaseAccepted: StepSentence("{department}", "{accepted}"),
    TaskAssigned: StepSentence("系统", "交办{task}{to}"),
    TaskDeadlineApproaching: StepSentence("系统", "{task}{to}的办理时限已用 {used_percent}%"),
    TaskDeadlineMissed: StepSentence("系统", "{task}{to}超过办理时限"),
    StepAnswered: StepSentence("{answering}", "{text_zh}"),
    SupplementRequested: StepSentence("{department}", "一次性告知补正{until}：{points}"),
    SupplementDueSoon: StepSentence("系统", "提醒企业补正{until}：逾期不补正的，{then}"),
    SupplementAnswered: StepSentence("企业", "已提交补正"),
    SupplementLapsed: StepSentence("系统", "补正期限已过，企业未补正，{then}"),
    InspectionRecorded: StepSentence("{department}", "完成现场勘查，结论：{passed}"),
    MaterialsConfirmed: StepSentence("{department}", "核对申报材料：{materials}"),
    PublicNoticeStarted: StepSentence("{department}", "开始公示，公示期 {first_day} 至 {last_day}"),
    ObjectionRaised: StepSentence("系统", "收到对公示的异议，核查期间办件等待核查结果"),
    ObjectionAnswered: StepSentence("{department}", "公示异议核查完毕，异议{upheld}"),
    PublicNoticeEnded: StepSentence("{department}", "公示结束，{objections}"),
    CaseReassessed: StepSentence("系统", "办件依据的数据有变，{reassessed}"),
    CaseSuspended: StepSentence("系统", "审核时限暂停计算（{cause}）：{reason}"),
    CaseResumed: StepSentence("系统", "审核时限恢复计算（{cause}）"),
    ReviewDeadlineMoved: StepSentence("系统", "审核时限{moved}：{reason}"),
    ReviewDeadlineUndetermined: StepSentence(
        "系统", "审核时限已用 {used_percent}%，到期时间待 {awaits_year} 年工作日安排公布后确定"
    ),
    ReviewDeadlineApproaching: StepSentence("系统", "审核时限已用 {used_percent}%"),
    ReviewDeadlineMissed: StepSentence("系统", "审核超过时限"),
    RecoveryDecided: StepSentence("{department}", "作出追回决定（{number}），追回 {amount_fen} 元"),
    CaseApproved: StepSentence("{department}", "{approved}，核定 {total_fen} 元，{receiver} {amount_fen} 元"),
    CaseRejected: StepSentence("{department}", "审核未通过：{reason}"),
    BenefitGranted: StepSentence("{department}", "准予：{text_zh}{certificate}"),
    CaseWithdrawn: StepSentence("{withdrawing}", "申请已撤回：{reason}"),
    CaseReopened: StepSentence("{department}", "对已作出的决定重新审查：{reason}"),
    CaseFileFrozen: StepSentence("系统", "全卷已归档"),
    NoticeIssued: StepSentence("{department}", "出具{kind}（{number}）{seal}"),
    NoticeServed: StepSentence("{department}", "{kind}（{number}）已送达（{means}）"),
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
    "cause": {code: label.public_zh for code, label in status_labels.PAUSE.items()},
    "then": {"withdrawn": "视为撤回申请", "decided_as_filed": "按现有材料继续审核"},
    "upheld": {True: "成立", False: "不成立"},
    "template": {
        "case_accepted": "受理通知",
        "case_not_accepted": "不予受理",
        "supplement_requested": "补正告知",
        "supplement_lapsed": "补正期限已过",
        "supplement_due_soon": "补正期限将到",
        "case_suspended": "审核时限暂停",
        "case_resumed": "审核时限恢复",
        "public_notice_started": "公示",
        "objection_upheld": "公示异议成立",
        "case_reassessed": "测算金额变化",
        "case_withdrawn": "申请撤回",
        "case_reopened": "重新审查",
        "benefit_granted": "准予通知",
        "case_approved": "审核通过",
        "finding_notified": "事先告知书",
        "finding_decided": "认定决定书",
        "dishonesty_recorded": "信用记录通知",
        "record_request_refused": "信用记录申请答复",
        "dishonesty_repaired": "信用修复通知",
        "dishonesty_corrected": "信用记录更正通知",
        "recovery_decided": "追回决定",
        "case_rejected": "审核未通过",
        "disbursement_held": "等待预算资金",
        "disbursement_settled": "资金到账",
        "disbursement_returned": "银行退汇",
        "review_deadline_moved": "审核时限变化",
        "payout_deadline_moved": "拨付时限变化",
    },
    "kind": dict(NOTICE_NAMES.items()),
    "means": dict(SERVICE_NAMES.items()),
    "passed": {True: "通过", False: "未通过"},
}
"""Field of an event → how its values are said."""

UNLABELLED = "其他事项"
"""What a value that is newer than this list is called: a step is never lost for want of a label."""
