"""How the fields of an event are put into words for whoever follows a case: no names of persons, no records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.time.clock import CHINA
from contracts.case_events import (
    BenefitGranted,
    CaseReassessed,
    CaseWithdrawn,
    PublicNoticeEnded,
    StepAnswered,
    SupplementPoint,
    SupplementRequested,
    TaskDeadlineApproaching,
    TaskDeadlineMissed,
)
from contracts.case_notices import NoticeIssued
from contracts.intake import ApplicationSubmitted, Claim
from contracts.message import SYSTEM, Event
from contracts.money import Money
from contracts.review import CaseAccepted, CaseApproved, ReviewDeadlineMoved, TaskAssigned
from contracts.status_labels import SUPPLEMENT_FAULT
from contracts.supplements import SupplementDueSoon
from contracts.treasury import DisbursementReady, PayoutDeadlineMoved
from services.oversight.sentences import LABELS, UNLABELLED

NO_END = "。.；; "


def words_of(event: Event, claim: Claim) -> dict[str, str]:
    """The words of a sentence that are no field of the event, or are said otherwise than it has them."""
    words = {"department": claim.department}
    if isinstance(event, ReviewDeadlineMoved | PayoutDeadlineMoved):
        words["moved"] = _moved(event.was, event.due_at)
    elif isinstance(event, CaseAccepted):
        words["accepted"] = _accepted(event)
    elif isinstance(event, TaskAssigned | TaskDeadlineApproaching | TaskDeadlineMissed):
        words["to"] = f"（{event.department}）" if event.department != claim.department else ""
    elif isinstance(event, StepAnswered):
        words["answering"] = event.department
    elif isinstance(event, SupplementRequested):
        words["until"] = f"（请于 {_minute(event.due_at)} 前补正）" if event.due_at else ""
        words["points"] = _points(event.points)
    elif isinstance(event, SupplementDueSoon):
        words["until"] = f"（请于 {_minute(event.due_at)} 前补正）"
    elif isinstance(event, PublicNoticeEnded):
        words["objections"] = _objections(event)
    elif isinstance(event, CaseReassessed):
        words["reassessed"] = _reassessed(event)
    elif isinstance(event, CaseWithdrawn):
        words["withdrawing"] = "系统" if event.withdrawn_by == SYSTEM.id else "企业"
    elif isinstance(event, BenefitGranted):
        words["certificate"] = f"（证书或通知编号 {event.certificate}）" if event.certificate else ""
    elif isinstance(event, NoticeIssued):
        words["seal"] = "，已加盖电子印章" if event.sealed else ""
    elif isinstance(event, CaseApproved):
        words["approved"] = f"第 {event.instalment} 期审核通过" if event.instalment > 1 else "审核通过"
        # A decision after the first may grant less, or nothing any more.
        words["approved"] = words["approved"] if event.total_fen else f"第 {event.revision} 次决定，不再拨付"
        # Of several receivers each has a step of its own, with the whole beside it: it is not paid to each of them.
        words["receiver"] = f"其中{event.payee_label or f'第 {event.part} 份'}" if event.parts > 1 else "本笔拨付"
    return words


def said(name: str, value: Any) -> Any:
    """One field of an event as a sentence says it."""
    if name in LABELS:
        return LABELS[name].get(value, UNLABELLED)
    if name in ("amount_fen", "total_fen") and value is not None:
        return Money(value).yuan_text()
    if name == "materials":
        return "、".join(each.name for each in value)
    return value


def awaiting(event: Event) -> str:
    """Why a limit that begins has no end yet, and in whose place a claim was filed. Other steps say it themselves."""
    if isinstance(event, ApplicationSubmitted) and event.claim.replaces is not None:
        return f"（替代收件编号 {event.claim.replaces.receipt}）"
    if not isinstance(event, CaseAccepted | DisbursementReady) or event.awaits_year is None:
        return ""
    limit = "审核" if isinstance(event, CaseAccepted) else "拨付"
    return f"（{limit}时限待 {event.awaits_year} 年工作日安排公布后确定）"


def _accepted(event: CaseAccepted) -> str:
    if event.instalment > 1:
        return f"第 {event.instalment} 期复核开始，无需重新申报"
    return "受理期限内未作处理，自收件之日起视为受理，进入审核" if event.silent else "已受理，进入审核"


def _points(points: Sequence[SupplementPoint]) -> str:
    return "；".join(
        f"{number}. {each.label}（{SUPPLEMENT_FAULT[each.fault].public_zh}）{each.text.strip(NO_END)}"
        for number, each in enumerate(points, 1)
    )


def _objections(event: PublicNoticeEnded) -> str:
    if not event.objections:
        return "无异议"
    return f"收到 {event.objections} 件异议，{'异议成立' if event.upheld else '异议均不成立'}"


def _reassessed(event: CaseReassessed) -> str:
    """The amounts alone: what has changed are records."""
    if event.now_fen is None or event.was_fen == event.now_fen:
        return "已重新测算"
    now = f"{Money(event.now_fen).yuan_text()} 元"
    return (
        f"测算金额由 {Money(event.was_fen).yuan_text()} 元变为 {now}"
        if event.was_fen is not None
        else f"测算金额为 {now}"
    )


def _moved(was: datetime | None, due_at: datetime | None) -> str:
    if due_at is None:
        return "改为待定"
    return f"由 {_minute(was)} 调整为 {_minute(due_at)}" if was is not None else f"确定为 {_minute(due_at)}"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
