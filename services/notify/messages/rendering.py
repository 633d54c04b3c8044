"""How an event fills in its template, and how a text fits the channel that it goes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chassis.time.clock import CHINA
from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReassessed,
    CaseResumed,
    CaseSuspended,
    ObjectionAnswered,
    PublicNoticeStarted,
    SupplementPoint,
    SupplementRequested,
)
from contracts.money import Money
from contracts.notify import Channel
from contracts.refusal_grounds import RefusalGround
from contracts.review import CaseAccepted, CaseApproved, CaseRejected, ReviewDeadlineMoved
from contracts.status_labels import SUPPLEMENT_FAULT
from contracts.supplements import SupplementDueSoon
from contracts.treasury import DisbursementEvent, DisbursementSettled, PayoutDeadlineMoved
from services.notify.messages.about_integrity import AboutIntegrity, integrity_fields
from services.notify.messages.templates import Tellable, Template

SMS_LETTERS = 480
"""Carriers join at most 500 characters into one long message; the provider adds our signature to ours."""

CUT = "……（全文见站内消息）"


def fields_of(event: Tellable) -> dict[str, str]:
    """The fields that templates may use: enterprise, item, receipt and department always, the others as the event has them.

    An amount is in yuan; a time is China's. `reason` is what a short message may cut.
    """
    claim = event.claim
    fields = {
        "enterprise": claim.enterprise_name,
        "item": claim.item_title,
        "receipt": claim.receipt,
        "department": claim.department,
    }
    reason = getattr(event, "reason", "")
    if reason:
        fields["reason"] = _without_end(reason)
    if isinstance(event, DisbursementEvent):
        fields |= _of_money(event)
    elif isinstance(event, AboutIntegrity):
        fields |= integrity_fields(event)
    elif isinstance(event, CaseApproved):
        fields |= _of_approval(event)
    elif isinstance(event, CaseRejected | CaseNotAccepted):
        fields |= _of_refusal(event)
    else:
        fields |= _of_course(event)
    return fields


def _of_money(event: DisbursementEvent) -> dict[str, str]:
    fields = {"amount": Money(event.amount_fen).yuan_text()}
    if isinstance(event, DisbursementSettled):
        fields |= {"time": _minute(event.settled_at), "account": event.account_masked, "bank": event.bank_name}
    if isinstance(event, PayoutDeadlineMoved):
        fields["moved"] = _moved(event.due_at)
    return fields


def _of_approval(event: CaseApproved) -> dict[str, str]:
    """The same whichever of its payers and receivers is heard first: the whole, and not what one of them gets."""
    own = event.parts == 1 and event.payee_holder is None
    return {
        "approved": f"第 {event.instalment} 期审核通过" if event.instalment > 1 else "审核通过",
        "amount": Money(event.total_fen).yuan_text(),
        "account": "贵单位账户" if own else "政策规定的收款人账户",
    }


def _of_refusal(event: CaseRejected | CaseNotAccepted) -> dict[str, str]:
    """What the grounds cite is not cited again; who says the remedies says them in full."""
    said = f"如对本结果有异议：{_without_end(event.how_to_object)}。" if event.how_to_object else ""
    if event.remedies is not None:
        said = f"{_without_end(event.how_to_object)}。"
    cited = {each.clause for each in event.grounds}
    cites = [each for each in event.cites if each not in cited]
    return {
        "grounds": f"逐项理由：{_grounds(event.grounds)}。" if event.grounds else "",
        "cites": f"依据：{'；'.join(map(_without_end, cites))}。" if cites else "",
        "how_to_object": said,
    }


def _grounds(grounds: Sequence[RefusalGround]) -> str:
    return "；".join(f"{number}. {_ground(each)}" for number, each in enumerate(grounds, 1))


def _ground(said: RefusalGround) -> str:
    """The condition, the fact with its source and day, the clause, and what would change it."""
    known = "，".join(each for each in (said.source, str(said.as_of) if said.as_of else "") if each)
    fact = f"{said.fact}：{_without_end(said.value)}{f'（{known}）' if known else ''}" if said.fact else ""
    told = (_without_end(said.text), fact, f"依据{_without_end(said.clause)}", f"改变结果需要：{said.would_change}")
    return "，".join(_without_end(each) for each in told if each)


def _of_course(event: Tellable) -> dict[str, str]:
    """What happens between filing and decision, and what is granted that is not money."""
    match event:
        case CaseAccepted():
            return {"accepted": _accepted(event), "until": _until("审核时限", event.due_at, event.awaits_year)}
        case CaseResumed():
            return {"until": _until("审核时限", event.due_at, event.awaits_year)}
        case CaseSuspended(projected_due_at=at):
            return {"until": f"如现在恢复计算，审核时限至 {_minute(at)}。" if at else ""}
        case SupplementRequested():
            due = _until("补正期限", event.due_at, event.awaits_year).rstrip("。")
            asked = {"count": str(len(event.points)), "reason": _points(event.points)}
            return asked | {"until": f"（{due}）" if due else ""}
        case SupplementDueSoon():
            then = "视为撤回申请" if event.then == "withdrawn" else "按现有材料继续审核"
            return {"until": _until("补正期限", event.due_at, None), "then": f"逾期未补正的，{then}。"}
        case PublicNoticeStarted(amount_fen=fen):
            amount = f"，公示金额 {Money(fen).yuan_text()} 元" if fen is not None else ""
            return {"first_day": str(event.first_day), "last_day": str(event.last_day), "amount": amount}
        case ObjectionAnswered():
            return {"reason": _without_end(event.answer)}
        case CaseReassessed():
            return {"moved": _reassessed(event.was_fen, event.now_fen), "reason": _without_end(event.text_zh)}
        case BenefitGranted(certificate=number):
            certificate = f"（证书或通知编号 {number}）" if number else ""
            return {"reason": _without_end(event.text_zh), "certificate": certificate}
        case ReviewDeadlineMoved():
            return {"moved": _moved(event.due_at)}
        case _:
            return {}


def _accepted(event: CaseAccepted) -> str:
    if event.instalment > 1:
        return f"第 {event.instalment} 期复核已开始，无需重新申报"
    return "已过受理期限，自收件之日起视为受理" if event.silent else "已受理"


def _until(limit: str, due_at: datetime | None, awaits_year: int | None) -> str:
    """Until when, as a sentence; nothing where there is no limit."""
    if due_at is not None:
        return f"{limit}至 {_minute(due_at)}。"
    return f"{limit}待 {awaits_year} 年工作日安排公布后确定。" if awaits_year is not None else ""


def _points(points: Sequence[SupplementPoint]) -> str:
    return "；".join(
        f"{number}. {each.label}（{SUPPLEMENT_FAULT[each.fault].public_zh}）{_without_end(each.text)}"
        for number, each in enumerate(points, 1)
    )


def _reassessed(was_fen: int | None, now_fen: int | None) -> str:
    if now_fen is None:
        return "暂不能确定"
    now = f"{Money(now_fen).yuan_text()} 元"
    return f"由 {Money(was_fen).yuan_text()} 元变为 {now}" if was_fen is not None else f"为 {now}"


def _moved(due_at: datetime | None) -> str:
    return f"为 {_minute(due_at)}" if due_at is not None else "暂未确定"


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
    fields = {**fields, "cites": "", "grounds": ""}
    excess = len(template.text.format_map(fields)) - SMS_LETTERS
    reason = fields.get("reason", "")
    kept = reason[: max(len(reason) - excess - len(CUT), 0)]
    text = template.text.format_map({**fields, "reason": kept + CUT})
    return text if len(text) <= SMS_LETTERS else text[: SMS_LETTERS - 1] + "…"
