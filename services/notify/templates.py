"""What enterprises are told: which event makes which message, over which channels, in which words. Data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.time.clock import CHINA
from contracts.message import Event
from contracts.money import Money
from contracts.notify import Channel
from contracts.review import CaseApproved, CaseRejected
from contracts.treasury import DisbursementHeld, DisbursementReturned, DisbursementSettled

Tellable = CaseApproved | CaseRejected | DisbursementHeld | DisbursementSettled | DisbursementReturned

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
        "{enterprise}：贵单位“{item}”（收件编号 {receipt}）审核未通过。原因：{reason}。如有疑问，请联系{department}。",
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
}

NEWLY_ENTITLED = Template(
    "newly_entitled",
    ("inbox",),
    "按企业档案现有数据，贵单位符合“{item}”的申报条件，可在“我的政策”查看依据和预计金额；能否兑现以审核结果为准。",
)
"""What an enterprise is told when an item begins to fit it. It is about no claim, so it has words of its own."""


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
    elif not isinstance(event, CaseRejected):
        fields["amount"] = Money(event.amount_fen).yuan_text()
    if isinstance(event, DisbursementSettled):
        fields["time"] = f"{event.settled_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        fields["account"], fields["bank"] = event.account_masked, event.bank_name
    elif not isinstance(event, CaseApproved):
        fields["reason"] = event.reason.strip().rstrip("。.；;")
    return fields


def render(template: Template, fields: Mapping[str, str], channel: Channel) -> str:
    """The message's text. A short message whose reason is too long for a carrier points to the inbox for the rest."""
    text = template.text.format_map(fields)
    excess = len(text) - SMS_LETTERS
    if channel == "inbox" or excess <= 0:
        return text
    reason = fields.get("reason", "")
    kept = reason[: max(len(reason) - excess - len(CUT), 0)]
    text = template.text.format_map({**fields, "reason": kept + CUT})
    return text if len(text) <= SMS_LETTERS else text[: SMS_LETTERS - 1] + "…"
