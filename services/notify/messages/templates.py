"""What enterprises are told: which event makes which message, over which channels, in which words. Data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.time.clock import CHINA
from contracts.message import Event
from contracts.money import Money
from contracts.notify import Channel
from contracts.review import CaseApproved, CaseRejected, ReviewDeadlineMoved
from contracts.treasury import (
    DisbursementEvent,
    DisbursementHeld,
    DisbursementReturned,
    DisbursementSettled,
    PayoutDeadlineMoved,
)

DeadlineMoved = ReviewDeadlineMoved | PayoutDeadlineMoved
Tellable = CaseApproved | CaseRejected | DisbursementHeld | DisbursementSettled | DisbursementReturned | DeadlineMoved

SMS_LETTERS = 480
"""Carriers join at most 500 characters into one long message; the provider adds our signature to ours."""

CUT = "……（全文见站内消息）"


@dataclass(frozen=True, slots=True)
class Template:
    """`text` names its fields in braces: see `fields_of`."""

    code: str
    channels: tuple[Channel, ...]
    text: str


TEMPLATES: Mapping[type[Event], Template] = {
    CaseApproved: Template(
        "case_approved",
        ("inbox",),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核通过，核定金额 {amount} 元，资金将按时限拨付至贵单位账户。",
    ),
    CaseRejected: Template(
        "case_rejected",
        ("inbox", "sms"),
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核未通过。原因：{reason}。{cites}如有疑问，请联系{department}。"
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
}

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


def fields_of(event: Tellable) -> dict[str, str]:
    """The fields that templates may use: enterprise, item, receipt and department always, the others as the event has them.

    An amount is in yuan; a time is China's.
    """
    claim = event.claim
    fields = {
        "enterprise": claim.enterprise_name,
        "item": claim.item_title,
        "receipt": claim.receipt,
        "department": claim.department,
    }
    if isinstance(event, CaseApproved):
        fields["amount"] = Money(event.total_fen).yuan_text()
    elif isinstance(event, DisbursementEvent):
        fields["amount"] = Money(event.amount_fen).yuan_text()
    if isinstance(event, DisbursementSettled):
        fields["time"] = _minute(event.settled_at)
        fields["account"], fields["bank"] = event.account_masked, event.bank_name
    elif not isinstance(event, CaseApproved):
        fields["reason"] = _without_end(event.reason)
    if isinstance(event, CaseRejected):
        fields["cites"] = f"依据：{'；'.join(map(_without_end, event.cites))}。" if event.cites else ""
        fields["how_to_object"] = (
            f"如对本结果有异议：{_without_end(event.how_to_object)}。" if event.how_to_object else ""
        )
    if isinstance(event, DeadlineMoved):
        fields["moved"] = f"为 {_minute(event.due_at)}" if event.due_at is not None else "暂未确定"
    return fields


def _without_end(sentence: str) -> str:
    return sentence.strip().rstrip("。.；;")


def _minute(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def render(template: Template, fields: Mapping[str, str], channel: Channel) -> str:
    """The message's text. A short message that is too long for a carrier leaves out what a refusal rests on, and then
    points to the inbox for the rest of its reason."""
    text = template.text.format_map(fields)
    if channel == "inbox" or len(text) <= SMS_LETTERS:
        return text
    fields = {**fields, "cites": ""}
    excess = len(template.text.format_map(fields)) - SMS_LETTERS
    reason = fields.get("reason", "")
    kept = reason[: max(len(reason) - excess - len(CUT), 0)]
    text = template.text.format_map({**fields, "reason": kept + CUT})
    return text if len(text) <= SMS_LETTERS else text[: SMS_LETTERS - 1] + "…"
