"""What becomes of a paper after it was issued: its files, who opened it, and how it is served. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.aggregate import Aggregate
from contracts.case_notices import (
    ANNOUNCED_DAYS,
    SERVICE_NAMES,
    NoticeFile,
    NoticeIssued,
    NoticeKind,
    NoticeServed,
    NoticeService,
    RecordService,
    ServiceMeans,
)
from contracts.intake import Claim
from contracts.message import Id
from contracts.refusal import Conflict, Invalid, NotFound, Reason, Refused
from services.review.notices.notice import IssuedPaper


class PaperNotFound(NotFound):
    code = "paper_not_found"
    sentence = "没有找到该文书。"


class NoticeServedAlready(Conflict):
    code = "notice_served_already"
    sentence = "该文书已于 {at} 送达（{means}），不需要再次登记。"


class ElectronicServiceNotAgreed(Conflict):
    """Nothing is served electronically on who has not consented (行政复议、民事诉讼的电子送达均须受送达人同意)."""

    code = "electronic_service_not_agreed"
    sentence = "企业没有同意电子送达或没有确认电子送达地址，请改为窗口直接送达或邮寄送达。"


class ServiceIncomplete(Invalid):
    code = "service_incomplete"
    sentence = "送达登记填写不完整，请按提示补充。"


FREEZE = "freeze_case_file"
"""The job by which the case of a paper is archived once it is decided. Its subject is the case; behind a stroke, that this is what has
come since."""

DECIDES: frozenset[NoticeKind] = frozenset({"approval", "refusal", "not_accepted"})
"""Papers with which a case ends: it is archived with the first file of one of these."""

CHINA_TIME = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class NoticeOpening:
    """Somebody opened the paper. `as_enterprise`: for whom it is."""

    by: Id
    at: datetime
    as_enterprise: bool


@dataclass(kw_only=True, slots=True)
class NoticeCourse(Aggregate):
    """One paper after it was issued. Files, openings and services are only ever added; the first service that counts stays."""

    case_id: Id
    claim: Claim
    kind: NoticeKind
    number: str
    department: str
    department_id: Id | None
    content_sha256: str
    revision: int
    instalment: int
    issued_at: datetime
    files: tuple[NoticeFile, ...] = ()
    services: tuple[NoticeService, ...] = ()
    openings: tuple[NoticeOpening, ...] = ()
    served_at: datetime | None = None
    means: ServiceMeans | None = None

    @classmethod
    def begin(cls, notice: IssuedPaper) -> NoticeCourse:
        """Of a paper that nobody has touched yet."""
        draft = notice.draft
        return cls(
            id=notice.id,
            tenant=draft.tenant,
            case_id=draft.case_id,
            claim=draft.claim,
            kind=draft.kind,
            number=notice.number,
            department=draft.department,
            department_id=draft.department_id,
            content_sha256=notice.content_sha256,
            revision=draft.revision,
            instalment=draft.instalment,
            issued_at=notice.issued_at,
        )

    @property
    def is_sealed(self) -> bool:
        return any(each.sealed for each in self.files)

    @property
    def freezes(self) -> str:
        """The subject of the job that archives its case, after what has just become of it."""
        decided = self.kind in DECIDES and len(self.files) == 1 and self.served_at is None
        return self.case_id if decided else f"{self.case_id}/later"

    @property
    def opened_at(self) -> datetime | None:
        """When the enterprise first opened it."""
        return next((each.at for each in self.openings if each.as_enterprise), None)

    def add_file(self, file: NoticeFile) -> None:
        """Another file of the same number; the same file twice is one."""
        if any(each.sha256 == file.sha256 for each in self.files):
            return
        self.files = (*self.files, file)
        self.record(
            NoticeIssued(
                case_id=self.case_id,
                claim=self.claim,
                notice_id=self.id,
                kind=self.kind,
                number=self.number,
                content_sha256=self.content_sha256,
                pdf_sha256=file.sha256,
                size=file.size,
                sealed=file.sealed,
                seal_name=file.seal_name,
                issued_at=self.issued_at,
                revision=self.revision,
                instalment=self.instalment,
            )
        )

    def open(self, by: Id, at: datetime, *, as_enterprise: bool, consents: bool) -> None:
        """Somebody reads it; the enterprise's first reading serves it, where it has consented to that."""
        self.openings = (*self.openings, NoticeOpening(by, at, as_enterprise))
        if as_enterprise and consents and self.served_at is None:
            self._serve(NoticeService(means="electronic", served_at=at, recorded_by=by, recorded_at=at))

    def serve(self, said: RecordService, by: Id, now: datetime, *, consents: bool) -> None:
        """Keep how it was served, or that it is on its way. Raises NoticeServedAlready, ElectronicServiceNotAgreed or
        ServiceIncomplete with all that is wrong."""
        if self.served_at is not None:
            day = f"{self.served_at.astimezone(CHINA_TIME):%Y-%m-%d}"
            raise NoticeServedAlready(at=day, means=SERVICE_NAMES[self.means] if self.means else "")
        if said.means == "electronic" and not consents:
            raise ElectronicServiceNotAgreed()
        if found := faults(said, self.issued_at, now):
            raise ServiceIncomplete(*found)
        told = said.model_dump(include=set(NoticeService.model_fields) - {"served_at", "recorded_by", "recorded_at"})
        at = served_at(said)
        service = NoticeService(**told, served_at=at, recorded_by=by, recorded_at=now)
        if at is None or at > now:
            self.services = (*self.services, service)
        else:
            self._serve(service)

    def run_out(self, now: datetime) -> None:
        """The days of its announcement are over: it counts as served."""
        if self.served_at is None:
            for each in self.services:
                if each.means == "announcement" and each.served_at is not None and each.served_at <= now:
                    self._count(each)
                    return

    @property
    def announced_until(self) -> datetime | None:
        """When an announcement will have served it."""
        ends = [each.served_at for each in self.services if each.means == "announcement" and each.served_at is not None]
        return min(ends, default=None) if self.served_at is None else None

    def _serve(self, service: NoticeService) -> None:
        self.services = (*self.services, service)
        self._count(service)

    def _count(self, service: NoticeService) -> None:
        assert service.served_at is not None, "not served yet"
        self.served_at, self.means = service.served_at, service.means
        self.record(
            NoticeServed(
                case_id=self.case_id,
                claim=self.claim,
                notice_id=self.id,
                kind=self.kind,
                number=self.number,
                means=service.means,
                served_at=service.served_at,
            )
        )


def served_at(said: RecordService) -> datetime | None:
    """When it counts as served; None while it is on its way."""
    if said.means == "post":
        return _noon(said.delivered_on) if said.delivered_on else None
    if said.means == "announcement":
        return _noon(said.announced_on + timedelta(days=ANNOUNCED_DAYS)) if said.announced_on else None
    return said.at


def faults(said: RecordService, issued_at: datetime, now: datetime) -> list[Reason]:
    """Everything that does not fit together."""
    found: list[Refused] = []

    def wrong(field: str, text: str) -> None:
        found.append(ServiceIncomplete(Reason(code=ServiceIncomplete.code, message=text, field=field)))

    today, issued_on = now.astimezone(CHINA_TIME).date(), issued_at.astimezone(CHINA_TIME).date()
    if said.means in ("window", "electronic"):
        if said.at is None:
            wrong("at", "请填写送达时间。")
        elif not issued_at <= said.at <= now:
            wrong("at", "送达时间应在文书作出之后、现在之前。")
    if said.means == "window":
        if not said.taken_by.strip():
            wrong("taken_by", "请填写签收人或被留置送达的人。")
        if said.signature is None:
            wrong("signature", "请选择已签收，或拒绝签收。")
        if said.signature == "refused" and len(said.note.strip()) < 4:
            wrong("note", "拒绝签收的，请写明情况和见证人（留置送达）。")
    if said.means == "electronic" and len(said.note.strip()) < 4:
        wrong("note", "请写明到达电子地址的凭据，如系统回执编号。")
    if said.means == "post" and not said.tracking_number.strip():
        wrong("tracking_number", "请填写邮件编号。")
    if said.means == "announcement" and not said.announced_where.strip():
        wrong("announced_where", "请填写公告刊登或张贴的地方。")
    if said.means == "announcement" and len(said.note.strip()) < 4:
        wrong("note", "公告送达是最后的方式，请写明其他方式为何不能送达。")
    wanted = {"post": ("sent_on",), "announcement": ("announced_on",)}.get(said.means, ())
    for field in ("sent_on", "delivered_on", "announced_on"):
        day = getattr(said, field)
        if day is None and field in wanted:
            wrong(field, "请填写日期。")
        elif day is not None and not issued_on <= day <= today:
            wrong(field, "日期应在文书作出之后，不能晚于今天。")
    if said.sent_on and said.delivered_on and said.delivered_on < said.sent_on:
        wrong("delivered_on", "妥投日期不能早于寄出日期。")
    return [reason for each in found for reason in each.reasons]


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of that month where it has none (Civil Code, art. 202)."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _noon(day: date) -> datetime:
    """A day without an hour, as an instant of that day."""
    return datetime.combine(day, time(12), CHINA_TIME)
