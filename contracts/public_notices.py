"""公示: what stands on the public page of a place, who objects to it, and what the department answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.materials import Sha256
from contracts.message import Command, Cursor, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.rule import TimeLimit
from contracts.typed import Typed

NoticeState = Literal["running", "passed", "objected", "superseded", "void"]
"""公示中 · 期满无异议 · 异议成立 · 金额变动，已重新公示 · 已终止."""

ObjectionState = Literal["open", "upheld", "not_upheld", "dropped"]
"""核查中 · 异议成立 · 异议不成立 · 办件已终止，不再核查."""

ObjectionNumber = Annotated[
    str, Field(pattern=r"^YY-[A-Z0-9]{8}$"), Typed("异议编号形如 YY-ABCD2345，请照提交异议时的回执填写")
]
CheckCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{8}$"), Typed("查询码为 8 位字母和数字，请照提交异议时的回执填写")]
Reachable = Annotated[
    str,
    Field(max_length=100, pattern=r"^([0-9][0-9-]{5,19}|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,60})$"),
    Typed("联系方式应为电话号码或电子邮箱"),
]
"""A telephone number or a mail address."""


class OfOnePlace(Model):
    """What the public asks of one place, which it names: that place's service answers."""

    tenant: TenantId


class NoticeContact(Model):
    """Whom to ask about an item."""

    name: str
    phone: str


class PublicNoticeView(Model):
    """A notice as everybody reads it: no number of anybody, and natural persons masked.

    It is up from `published_at` to the end of `last_day`, until `ends_at`; without these the working days of `awaits_year`
    are not published, and it is up until they are. `first_day_counts`: the day on which it was published is one of `period`.
    `amount_fen` is what is about to be granted, where it is money and known. `anew`: why an earlier notice of the same
    was not enough.
    """

    notice_id: Id
    tenant: TenantId
    item_id: Id
    item_title: str
    department: str
    contacts: tuple[NoticeContact, ...] = ()
    name: str
    amount_fen: Fen | None = None
    period: TimeLimit
    first_day_counts: bool
    published_at: datetime
    first_day: date
    last_day: date | None
    ends_at: datetime | None
    awaits_year: int | None = None
    anew: str = ""


class PublicNoticePage(Page):
    items: tuple[PublicNoticeView, ...] = ()


class ListPublicNotices(PagedQuery[PublicNoticePage], OfOnePlace):
    """The notices that are up in one place, those published last at the top. Public.

    `about`: part of the item's title or of the name that is shown.
    """

    owner: ClassVar[ServiceName] = "review"

    department: str | None = Field(default=None, max_length=60)
    item_id: Id | None = None
    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None
    limit: int = Field(default=20, ge=1, le=50)


class GetPublicNotice(Query[PublicNoticeView], OfOnePlace):
    """One notice while it is up. Public."""

    owner: ClassVar[ServiceName] = "review"

    notice_id: Id


class ObjectionReceipt(Model):
    """异议回执: `number` and `check_code` together open what has become of it."""

    number: ObjectionNumber
    check_code: CheckCode
    item_title: str
    raised_at: datetime


class RaiseObjection(Command[ObjectionReceipt], OfOnePlace):
    """Object to what is on public notice. Anybody may; the department alone learns who.

    `material_sha256` is the hash of a file that whoever objects will hand in, so that it is known for the same.
    """

    owner: ClassVar[ServiceName] = "review"

    notice_id: Id
    name: str = Field(min_length=2, max_length=60)
    contact: Reachable
    text: str = Field(min_length=10, max_length=2000)
    material_sha256: Sha256 | None = None


class ObjectionStanding(Model):
    """What has become of an objection, for whoever raised it."""

    number: ObjectionNumber
    item_title: str
    department: str
    state: ObjectionState
    raised_at: datetime
    answer: str = ""
    answered_at: datetime | None = None


class CheckObjection(Query[ObjectionStanding], OfOnePlace):
    """What has become of an objection. Public: number and check code together are the key; neither is guessable."""

    owner: ClassVar[ServiceName] = "review"

    number: ObjectionNumber
    check_code: CheckCode


class ObjectionView(Model):
    """An objection as the department reads it: who raised it, and how to reach them, are masked.

    `case_due_at`: until when the case has to be decided if it went on now; absent without a limit, or while its working days
    are not published.
    """

    objection_id: Id
    notice_id: Id
    case_id: Id
    receipt: str
    number: ObjectionNumber
    item_title: str
    enterprise_name: str
    name_masked: str
    contact_masked: str
    text: str
    material_sha256: Sha256 | None = None
    state: ObjectionState
    raised_at: datetime
    answer: str = ""
    answered_by: Id | None = None
    answered_at: datetime | None = None
    case_due_at: datetime | None = None
    version: int


class ObjectionPage(Page):
    items: tuple[ObjectionView, ...] = ()


class ListObjections(PagedQuery[ObjectionPage]):
    """The open objections of the actor's department, those raised first at the top."""

    owner: ClassVar[ServiceName] = "review"


class CaseNotice(Model):
    """A notice of a case with what was objected to it."""

    notice: PublicNoticeView
    state: NoticeState
    ended_at: datetime | None = None
    ended_why: str = ""
    objections: tuple[ObjectionView, ...] = ()


class CaseNotices(Model):
    """All notices of a case, the newest first. `version` is the case's."""

    case_id: Id
    receipt: str
    enterprise_name: str
    notices: tuple[CaseNotice, ...] = ()
    version: int


class GetCaseNotices(Query[CaseNotices]):
    """The notices of one case with their objections, for its department."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class PreviewNotice(Query[PublicNoticeView]):
    """The notice of a case as everybody would read it if it were published now. Nothing is published."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class AnswerObjection(Command[ObjectionView]):
    """Say what looking into an objection has shown. Upheld: the notice ends and its step stands against the claim; else the
    case goes on once no other objection is open. `answer` is read by whoever objected."""

    owner: ClassVar[ServiceName] = "review"

    objection_id: Id
    upheld: bool
    answer: str = Field(min_length=4, max_length=2000)
    expected_version: int


class RepeatNotice(Command[CaseNotices]):
    """Publish a case anew whose notice an objection has ended, once what was wrong is put right."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: Why
    expected_version: int


class RevealedObjector(Model):
    """Who objected, and how to reach them."""

    objection_id: Id
    name: str
    contact: str


class RevealObjector(Query[RevealedObjector]):
    """Who raised an objection, in the open, for the department that has to answer it. The look is noted."""

    owner: ClassVar[ServiceName] = "review"

    objection_id: Id
