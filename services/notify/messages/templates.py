"""What enterprises are told: which event makes which message, over which channels, in which words. Data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReassessed,
    CaseReopened,
    CaseResumed,
    CaseSuspended,
    CaseWithdrawn,
    ObjectionAnswered,
    PublicNoticeStarted,
    SupplementLapsed,
    SupplementRequested,
)
from contracts.message import Event
from contracts.notify import Channel
from contracts.review import CaseAccepted, CaseApproved, CaseRejected, ReviewDeadlineMoved
from contracts.supplements import SupplementDueSoon
from contracts.treasury import (
    DisbursementHeld,
    DisbursementReturned,
    DisbursementSettled,
    PayoutDeadlineMoved,
)
from services.notify.messages.about_integrity import WORDS, AboutIntegrity

DeadlineMoved = ReviewDeadlineMoved | PayoutDeadlineMoved
BeforeDecision = (
    CaseAccepted
    | CaseNotAccepted
    | SupplementRequested
    | SupplementLapsed
    | SupplementDueSoon
    | CaseSuspended
    | CaseResumed
    | PublicNoticeStarted
    | ObjectionAnswered
    | CaseReassessed
    | CaseWithdrawn
)
Decided = CaseApproved | CaseRejected | BenefitGranted | CaseReopened
Paid = DisbursementHeld | DisbursementSettled | DisbursementReturned
Tellable = BeforeDecision | Decided | Paid | DeadlineMoved | AboutIntegrity


@dataclass(frozen=True, slots=True)
class Template:
    """`text` names its fields in braces: see `rendering.fields_of`."""

    code: str
    channels: tuple[Channel, ...]
    text: str


TEMPLATES: Mapping[type[Event], Template] = {
    CaseAccepted: Template(
        "case_accepted",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）{accepted}。{until}",
    ),
    CaseNotAccepted: Template(
        "case_not_accepted",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）不予受理。原因：{reason}。{grounds}{cites}如有疑问，请联系{department}。"
        "{how_to_object}",
    ),
    SupplementRequested: Template(
        "supplement_requested",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）有 {count} 项需要补正{until}：{reason}。补正期间不计入审核时限。",
    ),
    SupplementLapsed: Template(
        "supplement_lapsed",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）补正期限已过，未收到补正，将按现有材料继续审核。"
        "如有疑问，请联系{department}。",
    ),
    SupplementDueSoon: Template(
        "supplement_due_soon",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）还没有补正，{until}{then}请尽快办理，如有疑问，请联系{department}。",
    ),
    CaseSuspended: Template(
        "case_suspended",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核时限暂停计算，原因：{reason}。{until}无需办理任何手续。",
    ),
    CaseResumed: Template(
        "case_resumed",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核时限恢复计算。{until}无需办理任何手续。",
    ),
    PublicNoticeStarted: Template(
        "public_notice_started",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）开始公示，公示期 {first_day} 至 {last_day}{amount}。"
        "公示期间有人提出异议的，核查清楚后继续办理。",
    ),
    ObjectionAnswered: Template(
        "objection_upheld",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）公示期间收到的异议，经核查成立：{reason}。"
        "如有疑问，请联系{department}。",
    ),
    CaseReassessed: Template(
        "case_reassessed",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）测算金额{moved}：{reason}。最终以审核结果为准。",
    ),
    CaseWithdrawn: Template(
        "case_withdrawn",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）的申请已撤回，原因：{reason}。"
        "如非贵单位本意，请尽快联系{department}。",
    ),
    CaseReopened: Template(
        "case_reopened",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）已作出的决定将重新审查，原因：{reason}。"
        "重新审查的结果将另行通知。如有疑问或需要说明情况，请联系{department}。",
    ),
    BenefitGranted: Template(
        "benefit_granted",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核通过，准予：{reason}{certificate}。",
    ),
    CaseApproved: Template(
        "case_approved",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）{approved}，核定金额 {amount} 元，资金将按时限拨付至{account}。",
    ),
    CaseRejected: Template(
        "case_rejected",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核未通过。原因：{reason}。{grounds}{cites}如有疑问，请联系{department}。"
        "{how_to_object}",
    ),
    DisbursementHeld: Template(
        "disbursement_held",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）兑现资金 {amount} 元正在等待预算安排：{reason}。"
        "将按审核通过的先后拨付，无需重新申报。",
    ),
    DisbursementSettled: Template(
        "disbursement_settled",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）兑现资金 {amount} 元已于 {time} 到账，"
        "收款账户 {account}（{bank}）。",
    ),
    DisbursementReturned: Template(
        "disbursement_returned",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）兑现资金 {amount} 元被银行退回，原因：{reason}。"
        "请尽快更正收款账户，账户确认后将重新拨付。",
    ),
    ReviewDeadlineMoved: Template(
        "review_deadline_moved",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核时限{moved}（{reason}）。无需办理任何手续。",
    ),
    PayoutDeadlineMoved: Template(
        "payout_deadline_moved",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）拨付时限{moved}（{reason}）。无需办理任何手续。",
    ),
    **{event: Template(*words) for event, words in WORDS.items()},
}

TOLD_TO_BOTH_SIDES = (CaseAccepted, CaseReassessed, CaseReopened, DisbursementHeld, DisbursementReturned)
"""What asks a duty besides."""

TOLD_TO_ENTERPRISES = tuple(event for event in TEMPLATES if event not in TOLD_TO_BOTH_SIDES)

NEWLY_ENTITLED = Template(
    "newly_entitled",
    ("inbox",),
    "按企业档案现有数据，贵单位符合“{item}”的申报条件，可在“能享受什么”查看依据和预计金额；能否兑现以审核结果为准。",
)
"""What an enterprise is told when an item begins to fit it. It is about no claim, so it has words of its own."""


MANDATE_GRANTED = Template(
    "mandate_granted",
    ("inbox",),
    "{person} 自 {since} 起{until}可代表贵单位办理：{scope}。如非贵单位本意，请立即联系惠企政策兑现专窗终止委托。",
)
MANDATE_ENDED = Template(
    "mandate_ended",
    ("inbox",),
    "{person} 代表贵单位办事的委托于 {until} 终止（含当日）。",
)
"""What an enterprise is told of those who act for it. `until` of one without an end is empty."""
CONTACT_CHANGED = Template(
    "contact_changed",
    ("inbox", "sms"),
    "{enterprise}：贵单位的联系手机已于 {time} 由 {former} 变更为 {new}，今后的通知发往新号码；变更后两个工作日内不复核新的收款账户。"
    "如非本单位办理，请立即联系惠企政策兑现专窗或拨打 12345。",
)
"""What the number until now is told, by a short message to itself."""

CONTACT_NAME_CHANGED = Template(
    "contact_name_changed",
    ("inbox",),
    "{enterprise}：贵单位的联系人已于 {time} 变更为 {name}，联系手机仍为 {new}。",
)

RENAMED = Template(
    "enterprise_renamed",
    ("inbox", "sms"),
    "{enterprise}：贵单位在本地区企业档案中的名称已由“{former}”变更为“{enterprise}”（自 {day} 起），此前的申报和办件不受影响。"
    "银行账户户名已变更的，请登记新的收款账户。如非本单位办理，请立即联系惠企政策兑现专窗。",
)
