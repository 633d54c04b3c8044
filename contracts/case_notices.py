"""Official papers of a case (文书): what a department has decided as a paper with its number, and how it was served (送达)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from contracts.case_events import CaseEvent
from contracts.intake import Claim
from contracts.message import Command, Id, Model, Page, PagedQuery, Query, ServiceName
from contracts.refusal_grounds import RefusalGround, Remedies

NoticeKind = Literal[
    "acceptance",  # 受理通知书
    "supplement",  # 补正告知书
    "not_accepted",  # 不予受理决定书
    "approval",  # 批准/兑付通知书
    "refusal",  # 不予批准决定书
    "reopening",  # 重新审查通知书
]

NOTICE_NAMES: Mapping[NoticeKind, str] = {
    "acceptance": "受理通知书",
    "supplement": "补正告知书",
    "not_accepted": "不予受理决定书",
    "approval": "批准（兑付）通知书",
    "refusal": "不予批准决定书",
    "reopening": "重新审查通知书",
}

ServiceMeans = Literal["electronic", "window", "post", "announcement"]
"""电子送达 · 窗口（直接）送达 · 邮寄送达 · 公告送达."""

NEEDS_SERVICE: tuple[NoticeKind, ...] = ("supplement", "not_accepted", "refusal", "reopening")
"""What has to be served, since a period runs from it or somebody loses by it. The others are there to be fetched."""

SERVICE_NAMES: Mapping[ServiceMeans, str] = {
    "electronic": "电子送达",
    "window": "直接送达（窗口）",
    "post": "邮寄送达",
    "announcement": "公告送达",
}

ANNOUNCED_DAYS = 30
"""Civil Procedure Law (2023), art. 95: served thirty days after the announcement; used by administrative organs as it stands."""

CONSENT_VERSION = "2026-1"
CONSENT_TEXT: Mapping[str, str] = {
    CONSENT_VERSION: (
        "本单位同意办件机关以电子方式送达本单位在本地区的惠企政策办件文书，并确认以下送达地址。文书在本平台企业空间可以查阅、"
        "由本单位人员首次打开之时，或到达所确认的其他电子地址之时，即为送达。本单位可以随时撤回同意，撤回后以直接、邮寄等方式送达。"
    )
}
"""What an enterprise consents to, by version: what it was shown is kept with its consent."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NoticeLine(Model):
    label: str
    value: str


class NoticeContent(Model):
    """What a paper says, frozen when it is issued. `issuer` is the department; no officer is named. `points` are counted from 1."""

    title: str
    number: str
    issuer: str
    place: str
    addressee: str
    on: date
    opening: str
    lines: tuple[NoticeLine, ...] = ()
    grounds: tuple[RefusalGround, ...] = ()
    points: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    remedies: Remedies | None = None


class NoticeFile(Model):
    """The paper as a file. One that is not sealed says so itself; a seal that comes later makes another file of the same number."""

    sha256: Sha256
    size: int
    sealed: bool
    seal_name: str = ""
    made_at: datetime


class NoticeIssued(CaseEvent):
    """A paper exists as a file: once unsealed or sealed, and once more if the seal comes later. Said on the paper's own aggregate,
    so that nobody who has the case open finds it changed."""

    aggregate: ClassVar[str] = "notice"

    notice_id: Id
    kind: NoticeKind
    number: str
    content_sha256: str
    pdf_sha256: str
    size: int
    sealed: bool
    seal_name: str = ""
    issued_at: datetime
    revision: int = 1
    instalment: int = 1


class NoticeServed(CaseEvent):
    """A paper was served: the periods of the remedies run from the day after."""

    aggregate: ClassVar[str] = "notice"

    notice_id: Id
    kind: NoticeKind
    number: str
    means: ServiceMeans
    served_at: datetime


class NoticeService(Model):
    """One attempt to serve a paper. Without `served_at` it is on its way, or the days of its announcement have not run out."""

    means: ServiceMeans
    served_at: datetime | None = None
    recorded_by: Id
    recorded_at: datetime
    taken_by: str = ""
    signature: Literal["signed", "refused"] | None = None
    tracking_number: str = ""
    sent_on: date | None = None
    announced_on: date | None = None
    announced_where: str = ""
    note: str = ""


class NoticeView(Model):
    """A paper with its files (the last at the end) and how it was served. `reconsider_until` and `sue_until` are the last days to
    object, where it has remedies and is served. `ready`: there is a file."""

    notice_id: Id
    case_id: Id
    claim: Claim
    kind: NoticeKind
    number: str
    issued_at: datetime
    revision: int = 1
    instalment: int = 1
    content: NoticeContent
    content_sha256: str
    files: tuple[NoticeFile, ...] = ()
    services: tuple[NoticeService, ...] = ()
    opened_at: datetime | None = None
    served_at: datetime | None = None
    served_by_means: ServiceMeans | None = None
    reconsider_until: date | None = None
    sue_until: date | None = None
    version: int = 0

    @property
    def ready(self) -> bool:
        return bool(self.files)


class ElectronicService(Model):
    """An enterprise's consent to electronic service in a place; without `address` there is none."""

    address: str = ""
    text_version: str = ""
    given_by: Id | None = None
    given_at: datetime | None = None


class NoticeList(Model):
    """Papers, the newest first."""

    items: tuple[NoticeView, ...] = ()
    electronic: ElectronicService = Field(default_factory=ElectronicService)


class ListCaseNotices(Query[NoticeList]):
    """The papers of a case and of the later instalments of its claim, for whoever may see it."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class ListOwnNotices(Query[NoticeList]):
    """The same for the enterprise that filed it, or the window."""

    owner: ClassVar[ServiceName] = "review"

    application_id: Id


class NoticePage(Page):
    items: tuple[NoticeView, ...] = ()


class ListNoticesToServe(PagedQuery[NoticePage]):
    """Papers that have to be served (`NEEDS_SERVICE`) and are not yet, the oldest first. `about`: a receipt, a number of a paper, or part of a firm's name."""

    owner: ClassVar[ServiceName] = "review"

    about: str | None = Field(default=None, max_length=60)


class NoticeFileAnswer(Model):
    """The newest file of a paper, what it is called, and under which tenant it lies; `file` is absent while it is being made."""

    notice_id: Id
    name: str
    file: NoticeFile | None = None


class GetNoticeFile(Query[NoticeFileAnswer]):
    """The file of a paper, for whoever may see its case: the enterprise, the department, the bureau, the window. An enterprise
    names its application, so that a paper of another place is found."""

    owner: ClassVar[ServiceName] = "review"

    notice_id: Id
    application_id: Id | None = None


class OpenNotice(Command[NoticeFileAnswer]):
    """Open a paper: who did is kept. What the enterprise opens for the first time is served by that, if it has consented to
    electronic service. A file that is not there yet is made at once. `application_id` as in GetNoticeFile."""

    owner: ClassVar[ServiceName] = "review"

    notice_id: Id
    application_id: Id | None = None


class RecordService(Command[NoticeView]):
    """How a paper was served. `window`: who took it, and that it was signed for, or not with a note (留置). `post`: the tracking
    number, the day it was sent, and the day it was delivered once that is known. `announcement`: where, since when, and why nothing
    else was possible. `electronic`: when it reached the address, only under the enterprise's consent.
    """

    owner: ClassVar[ServiceName] = "review"

    notice_id: Id
    means: ServiceMeans
    at: AwareDatetime | None = None
    taken_by: str = Field(default="", max_length=60)
    signature: Literal["signed", "refused"] | None = None
    tracking_number: str = Field(default="", max_length=60)
    sent_on: date | None = None
    delivered_on: date | None = None
    announced_on: date | None = None
    announced_where: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=400)
    expected_version: int


class ConsentToElectronicService(Command[ElectronicService]):
    """The enterprise consents to electronic service in the place of this application's case, and confirms its address."""

    owner: ClassVar[ServiceName] = "review"

    application_id: Id
    address: str = Field(min_length=4, max_length=120)
    text_version: str = Field(min_length=1, max_length=20)


class WithdrawElectronicService(Command[ElectronicService]):
    """The enterprise takes its consent back; what was served stays served."""

    owner: ClassVar[ServiceName] = "review"

    application_id: Id
