"""What an enterprise is told of a finding about its claim, of its record and of money that has to come back. Data, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chassis.time.clock import CHINA
from contracts.integrity_events import (
    DishonestyCorrected,
    DishonestyRecorded,
    DishonestyRepaired,
    FindingDecided,
    FindingNotified,
    RecordRequestRefused,
    RecoveryDecided,
)
from contracts.integrity_grounds import GROUNDS
from contracts.integrity_labels import GRAVITY, REQUEST
from contracts.message import Event
from contracts.money import Money
from contracts.notify import Channel

AboutIntegrity = (
    FindingNotified
    | FindingDecided
    | DishonestyRecorded
    | RecordRequestRefused
    | DishonestyRepaired
    | DishonestyCorrected
    | RecoveryDecided
)

BOTH: tuple[Channel, ...] = ("inbox", "sms")
INBOX: tuple[Channel, ...] = ("inbox",)
ABOUT = "{enterprise}：贵单位“{item}”（收件编号 {receipt}）"

WORDS: Mapping[type[Event], tuple[str, tuple[Channel, ...], str]] = {
    FindingNotified: (
        "finding_notified",
        BOTH,
        (
            f"{ABOUT}涉嫌“{{ground}}”，{{department}}现依法事先告知。事实：{{reason}}。依据：{{basis}}。"
            "拟作出的处理：{intended}。贵单位有权陈述、申辩：{until}请在“信用记录”中提交，或者书面送交{department}；"
            "逾期不提交的，视为没有意见。"
        ),
    ),
    FindingDecided: (
        "finding_decided",
        BOTH,
        f"{ABOUT}涉嫌“{{ground}}”一事，{{department}}经调查{{outcome}}（{{number}}）。理由：{{reason}}。{{remedies}}",
    ),
    DishonestyRecorded: (
        "dishonesty_recorded",
        INBOX,
        (
            f"{ABOUT}已形成失信记录：{{ground}}，程度{{gravity}}，有效期 {{from_day}} 至 {{until_day}}（{{number}}）。"
            "纠正失信行为、履行相关义务后，{repair}；认为记录有误的，可随时在“信用记录”中提出异议。"
        ),
    ),
    RecordRequestRefused: (
        "record_request_refused",
        INBOX,
        f"{ABOUT}失信记录的{{kind}}申请未获同意。理由：{{reason}}。如有疑问，请联系{{department}}。",
    ),
    DishonestyRepaired: (
        "dishonesty_repaired",
        INBOX,
        f"{ABOUT}的失信记录已修复，即日起不再有效。说明：{{reason}}。",
    ),
    DishonestyCorrected: (
        "dishonesty_corrected",
        INBOX,
        f"{ABOUT}的失信记录经核查有误，已更正撤销，视为自始没有该记录。说明：{{reason}}。",
    ),
    RecoveryDecided: (
        "recovery_decided",
        BOTH,
        (
            f"{ABOUT}兑现资金中的 {{amount}} 元，{{department}}决定追回（{{number}}）。依据：{{reason}}。尚未拨付的不再拨付；"
            "已经到账的，请按退款通知退回，有疑问请联系{department}。"
        ),
    ),
}
"""By event: code, channels and text. `reason` is what a short message may cut."""


def integrity_fields(event: AboutIntegrity) -> dict[str, str]:
    """The fields of these texts, beside those that all messages have."""
    fields = dict[str, str]()
    if isinstance(event, FindingNotified | FindingDecided | DishonestyRecorded):
        fields["ground"] = GROUNDS[event.ground].name
    match event:
        case FindingNotified():
            basis, intended = _plain(event.basis_zh), _plain(event.intended_zh)
            fields |= {"reason": _plain(event.facts_zh), "basis": basis, "intended": intended}
            fields["until"] = _until(event.due_at, event.awaits_year, event.days)
        case FindingDecided():
            fields["outcome"] = "认定成立" if event.established else "认定不成立，本事项到此结束，不形成失信记录"
            fields |= {"number": event.number, "reason": _plain(event.reasons_zh), "remedies": _remedies(event)}
        case DishonestyRecorded():
            days = {name: str(getattr(event, name)) for name in ("from_day", "until_day")}
            repair = f"自 {event.repairable_from} 起可以申请信用修复"
            fields |= {**days, "gravity": GRAVITY[event.gravity].public_zh, "number": event.number, "repair": repair}
        case RecordRequestRefused():
            fields["kind"] = REQUEST[event.kind].public_zh
        case RecoveryDecided():
            amount = Money(event.amount_fen).yuan_text()
            fields |= {"amount": amount, "number": event.number, "reason": _plain(event.basis_zh)}
    return fields


def _until(due_at: datetime | None, awaits_year: int | None, days: int) -> str:
    if due_at is None and awaits_year is None:
        return f"自告知之日起 {days} 个工作日内"
    if due_at is None:
        return f"自告知之日起 {days} 个工作日内（截止时间待 {awaits_year} 年工作日安排公布后确定）"
    return f"{due_at.astimezone(CHINA):%Y-%m-%d %H:%M} 前（{days} 个工作日内）"


def _remedies(event: FindingDecided) -> str:
    if event.remedies is None:
        return ""
    return event.remedies.sentence_zh


def _plain(sentence: str) -> str:
    return sentence.strip().rstrip("。.；;")
