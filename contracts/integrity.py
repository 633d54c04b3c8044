"""诚信: findings about claims, the dishonesty records that come of them, their repair, and the money that has to come back.

A finding is about one claim and one enterprise. It is opened, told to the firm (事先告知), answered or left unanswered in the
firm's time, and decided by somebody else than opened or told it. What happens to the case does not end it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.intake import Claim
from contracts.integrity_grounds import Gravity, GroundCode
from contracts.message import Command, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId, Why
from contracts.message_previews import MessagePreviews
from contracts.refusal_grounds import Remedies
from contracts.uploads import Sha256

FindingOrigin = Literal["credit_check", "officer", "report"]
"""以信用代审核抽查发现 · 办理人员发现 · 举报或移送."""

FindingState = Literal["opened", "notified", "defended", "established", "not_established"]
"""已立案 · 已事先告知 · 已陈述申辩 · 认定成立 · 认定不成立."""

RecordState = Literal["in_force", "repaired", "corrected", "ended"]
"""有效 · 已修复 · 已更正 · 已到期. `ended` is never kept: a record whose last day is over is ended."""

RequestKind = Literal["repair", "objection"]
"""信用修复 · 异议."""

RequestState = Literal["open", "granted", "refused"]

SaidAbout = Literal["commitment", "material", "declared_fact", "other"]
"""What is said to be false or broken: a signed commitment, a material, a fact that the firm declared."""

FULL = 2000
"""Letters of what is written about facts, a defence, reasons."""


class FindingAbout(Model):
    """One thing that is said to be false or broken, by the code that the plan or the form has for it."""

    kind: SaidAbout
    code: str = Field(default="", max_length=80)
    label: str = Field(default="", max_length=200)


class Evidence(Model):
    """A paper by the hash of its upload, and what it shows."""

    sha256: Sha256
    label: str = Field(default="", max_length=200)


class FindingNotice(Model):
    """事先告知书, as the firm is told it. Its time to be heard ends at `due_at`; without it the time waits for `awaits_year`."""

    basis_zh: str
    intended_zh: str
    days: int
    notified_by: Id
    notified_at: datetime
    due_at: datetime | None
    awaits_year: int | None = None


class FindingDefence(Model):
    """What the firm has said to the notice. `waived`: it has said that it will not be heard."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    waived: bool = False
    given_by: Id
    given_at: datetime


class FindingDecision(Model):
    """What was decided. `number` is that of the decision (决定文号); gravity and remedies are of what is established."""

    established: bool
    ground: GroundCode
    gravity: Gravity | None = None
    number: str
    reasons_zh: str
    remedies: Remedies | None = None
    decided_by: Id
    decided_at: datetime


class DishonestyRecord(Model):
    """In force from `from_day` to the end of `until_day`. `repairable_from`: the first day on which the firm may ask for repair."""

    state: RecordState
    from_day: date
    until_day: date
    repairable_from: date
    ended_on: date | None = None
    disputed: bool = False


class RecordRequest(Model):
    """What the firm has asked about its record: that it be repaired, or that it be put right."""

    request_id: Id
    kind: RequestKind
    text: str
    evidence: tuple[Evidence, ...] = ()
    asked_by: Id
    asked_at: datetime
    due_at: datetime | None
    awaits_year: int | None = None
    state: RequestState
    decided_by: Id | None = None
    decided_at: datetime | None = None
    reason: str | None = None


class RecoveryDecision(Model):
    """追回决定, proposed by one and confirmed by another; `revision` is that of the case which takes the money back."""

    recovery_id: Id
    amount_fen: Fen
    number: str
    basis_zh: str
    state: Literal["proposed", "confirmed", "declined"]
    proposed_by: Id
    proposed_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    revision: int | None = None
    version: int


class FindingView(Model):
    """A finding with all its steps. `tenant` is the case's; `recoveries` are those of this finding, the latest first."""

    finding_id: Id
    tenant: TenantId
    case_id: Id
    claim: Claim
    ground: GroundCode
    origin: FindingOrigin
    about: tuple[FindingAbout, ...] = ()
    facts_zh: str
    evidence: tuple[Evidence, ...] = ()
    state: FindingState
    opened_by: Id
    opened_at: datetime
    notice: FindingNotice | None = None
    defence: FindingDefence | None = None
    decision: FindingDecision | None = None
    record: DishonestyRecord | None = None
    requests: tuple[RecordRequest, ...] = ()
    recoveries: tuple[RecoveryDecision, ...] = ()
    recoverable_fen: Fen = 0
    version: int


class FindingPage(Page):
    items: tuple[FindingView, ...] = ()


# -- the department ---------------------------------------------------------------------------------------------


class OpenFinding(Command[FindingView]):
    """Open a finding about the claim of a case, whatever has become of the case. Nobody outside is told yet."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    origin: Literal["officer", "report"] = "officer"
    ground: GroundCode
    about: tuple[FindingAbout, ...] = Field(min_length=1, max_length=20)
    facts_zh: str = Field(min_length=4, max_length=FULL)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)


class NotifyFinding(Command[FindingView]):
    """Tell the firm what is held against it, on what basis, with what consequences, and that it may be heard within `days`
    working days (事先告知书)."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    basis_zh: str = Field(min_length=4, max_length=600)
    intended_zh: str = Field(min_length=4, max_length=600)
    days: int = Field(default=5, ge=3, le=30)
    expected_version: int


class DecideFinding(Command[FindingView]):
    """Decide it, once the firm has been heard or its time is over. Established: the record begins with this day, for `months`
    within what the gravity allows. Not established needs neither gravity nor months. Whom the firm turns to is the place's to say
    (`TenantSettings.remedies`), without which nothing is established.
    """

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    established: bool
    ground: GroundCode
    gravity: Gravity | None = None
    months: int | None = Field(default=None, ge=1, le=36)
    number: str = Field(min_length=2, max_length=80)
    reasons_zh: str = Field(min_length=4, max_length=FULL)
    expected_version: int


class PreviewFindingNotice(Query[MessagePreviews]):
    """What the firm would read, over each channel that its tenant has opened, if it were told so now."""

    owner: ClassVar[ServiceName] = "notify"

    claim: Claim
    ground: GroundCode
    facts_zh: str = Field(min_length=4, max_length=FULL)
    basis_zh: str = Field(min_length=4, max_length=600)
    intended_zh: str = Field(min_length=4, max_length=600)
    days: int = Field(default=5, ge=3, le=30)


class PreviewFindingDecision(Query[MessagePreviews]):
    """The same of a decision."""

    owner: ClassVar[ServiceName] = "notify"

    claim: Claim
    ground: GroundCode
    established: bool
    number: str = Field(min_length=2, max_length=80)
    reasons_zh: str = Field(min_length=4, max_length=FULL)
    remedies: Remedies | None = None


class DecideRecordRequest(Command[FindingView]):
    """Answer what the firm has asked about its record: a repair that is granted ends it, an objection that is granted corrects
    it. By somebody else than decided the finding."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    request_id: Id
    granted: bool
    reason: str = Field(min_length=4, max_length=FULL)
    expected_version: int


class ProposeRecovery(Command[FindingView]):
    """Propose that money of the case come back (追回): all that it has been granted, or a part of it."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    amount_fen: int = Field(ge=1, le=10**15)
    number: str = Field(min_length=2, max_length=80)
    basis_zh: str = Field(min_length=4, max_length=600)
    expected_version: int


class ConfirmRecovery(Command[FindingView]):
    """A second person agrees: the case has a next revision that grants so much less, and its payers are told."""

    owner: ClassVar[ServiceName] = "review"

    recovery_id: Id
    expected_version: int


class DeclineRecovery(Command[FindingView]):
    """Say no to it, or take one's own proposal back."""

    owner: ClassVar[ServiceName] = "review"

    recovery_id: Id
    reason: Why
    expected_version: int


class ListFindings(PagedQuery[FindingPage]):
    """Findings of the actor's department, or of the tenant for supervisors: those opened last at the top. `waiting`: those in
    which somebody of the department has something to do."""

    owner: ClassVar[ServiceName] = "review"

    state: FindingState | None = None
    case_id: Id | None = None
    waiting: bool = False


class GetFinding(Query[FindingView]):
    """One finding, for its department, a supervisor, or the enterprise that it is about once that has been told."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id


# -- the firm ---------------------------------------------------------------------------------------------------


class GiveDefence(Command[FindingView]):
    """The firm says what it has to say to the notice, or that it will not be heard. Once, and within its time."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    text: str = Field(default="", max_length=FULL)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)
    waived: bool = False


class AskForRepair(Command[FindingView]):
    """The firm has made good what it did, and asks that its record end before its time (信用修复)."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    text: str = Field(min_length=4, max_length=FULL)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)


class ObjectToRecord(Command[FindingView]):
    """The firm says that its record is wrong (异议). It stands as disputed wherever it is shown until that is answered."""

    owner: ClassVar[ServiceName] = "review"

    finding_id: Id
    text: str = Field(min_length=4, max_length=FULL)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)
