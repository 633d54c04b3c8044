"""What each kind of paper says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.time.clock import CHINA
from contracts.case_events import (
    BenefitGranted,
    CaseNotAccepted,
    CaseReopened,
    SupplementPoint,
    SupplementRequested,
)
from contracts.case_notices import NOTICE_NAMES, NoticeContent, NoticeKind, NoticeLine
from contracts.intake import Claim
from contracts.money import Money
from contracts.review import CaseAccepted, CaseApproved, CaseRejected
from contracts.status_labels import SUPPLEMENT_FAULT

Leaving = (
    CaseAccepted | SupplementRequested | CaseNotAccepted | CaseApproved | BenefitGranted | CaseRejected | CaseReopened
)
"""What leaves the house as a paper, too."""


@dataclass(frozen=True, slots=True)
class PaperOf:
    """The case that a paper is about: where, on what document, and how its amount was worked out."""

    claim: Claim
    place: str
    citation: str
    today: date
    filed_at: datetime
    working: tuple[str, ...] = ()


def content_of(kind: NoticeKind, event: Leaving, of: PaperOf) -> NoticeContent:
    """What the paper of this event says; it has no number yet."""
    match event:
        case CaseAccepted():
            return _acceptance(event, of)
        case SupplementRequested():
            return _supplement(event, of)
        case CaseNotAccepted() | CaseRejected():
            return _refusal(kind, event, of)
        case CaseApproved():
            return _approval(event, of)
        case BenefitGranted():
            return _benefit(event, of)
        case CaseReopened():
            return _reopening(event, of)


def _paper(
    kind: NoticeKind,
    of: PaperOf,
    opening: str,
    lines: Sequence[tuple[str, str]],
    closing: Sequence[str],
    title: str = "",
) -> NoticeContent:
    claim = of.claim
    about = [("收件编号", claim.receipt), ("事项", claim.item_title), ("政策依据", of.citation), *lines]
    return NoticeContent(
        title=title or NOTICE_NAMES[kind],
        number="",
        issuer=claim.department,
        place=of.place,
        addressee=claim.enterprise_name,
        on=of.today,
        opening=opening,
        lines=tuple(NoticeLine(label=label, value=value) for label, value in about if value),
        closing=tuple(each for each in closing if each),
    )


def _filed(of: PaperOf) -> str:
    return f"贵单位 {day_zh(of.filed_at)}提交的“{of.claim.item_title}”申报"


def _acceptance(event: CaseAccepted, of: PaperOf) -> NoticeContent:
    said = "受理期限内未作出决定，依法自收件之日起即为受理。" if event.silent else "经审查符合受理条件，现予受理。"
    limit = minute_zh(event.due_at) if event.due_at else f"待 {event.awaits_year} 年工作日安排公布后确定"
    known = event.due_at is not None or event.awaits_year is not None
    lines = [("受理日期", day_zh(event.accepted_at)), ("审核时限至", limit if known else "")]
    return _paper("acceptance", of, f"{_filed(of)}，{said}", lines, ())


def _supplement(event: SupplementRequested, of: PaperOf) -> NoticeContent:
    due = f"请于 {minute_zh(event.due_at)}前" if event.due_at else "请在补正期限内"
    opening = f"{_filed(of)}，经审查需要补正。{due}一次补正下列全部内容，补正期间不计入办理时限。"
    paper = _paper("supplement", of, opening, (), ())
    return paper.model_copy(update={"points": tuple(map(_point, event.points))})


def _point(point: SupplementPoint) -> str:
    return f"{point.label}（{SUPPLEMENT_FAULT[point.fault].public_zh}）：{point.text}"


def _refusal(kind: NoticeKind, event: CaseNotAccepted | CaseRejected, of: PaperOf) -> NoticeContent:
    decided = "决定不予受理" if isinstance(event, CaseNotAccepted) else "决定不予批准"
    opening = f"{_filed(of)}，经审查，{decided}。理由：{event.reason.strip().rstrip('。')}。"
    cited = {each.clause for each in event.grounds}
    more = "；".join(each for each in event.cites if each not in cited)
    paper = _paper(kind, of, opening, [("其他依据", more)], (event.how_to_object,))
    return paper.model_copy(update={"grounds": event.grounds, "remedies": event.remedies})


def _approval(event: CaseApproved, of: PaperOf) -> NoticeContent:
    which = f"第 {event.instalment} 期" if event.instalment > 1 else ""
    lines = [
        ("核定金额", f"{Money(event.total_fen).yuan_text()} 元"),
        ("计算过程", "；".join(of.working)),
        ("期次", which),
        ("批准日期", day_zh(event.approved_at)),
    ]
    again = "本通知取代此前就同一申报作出的决定。" if event.revision > 1 else ""
    opening = f"{_filed(of)}，经审查符合兑付条件，批准{which}兑付。"
    return _paper("approval", of, opening, lines, (again, "资金按规定时限拨付。"), title="兑付通知书")


def _benefit(event: BenefitGranted, of: PaperOf) -> NoticeContent:
    lines = [("给予内容", event.text_zh), ("证书或通知书编号", event.certificate or "")]
    return _paper("approval", of, f"{_filed(of)}，经审查符合条件，予以批准。", lines, (), title="批准通知书")


def _reopening(event: CaseReopened, of: PaperOf) -> NoticeContent:
    opening = f"{_filed(of)}，此前作出的决定现重新审查。原因：{event.reason.strip().rstrip('。')}。"
    return _paper("reopening", of, opening, (), ("重新审查的结果将另行通知；贵单位可以向本机关说明情况。",))


def day_zh(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d} "


def minute_zh(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M} "
