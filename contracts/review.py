"""Whether it is granted: cases, their tasks and clocks, approval and refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from contracts.case_events import ForecastPayment
from contracts.case_materials import MaterialConfirmation
from contracts.case_payees import CasePayee
from contracts.case_steps import StepView
from contracts.case_tasks import Task
from contracts.duties import Attention
from contracts.enterprises import Payee
from contracts.inspection_evidence import PHOTOGRAPHS, EnterpriseSignature, InspectionPhotograph, InspectionPosition
from contracts.intake import Claim
from contracts.item import BenefitKind
from contracts.message import Command, Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, TenantId
from contracts.payee_holders import PayeeHolder
from contracts.refusal import Reason
from contracts.refusal_grounds import ChosenGrounds, OwnGrounds, RefusalGround, Remedies
from contracts.rule import Decision, Headline, TimeLimit

CaseState = Literal["received", "accepted", "approved", "rejected", "not_accepted", "withdrawn"]
"""已收件，待受理 · 已受理 · 批准 · 不予批准 · 不予受理 · 已撤回."""


class CaseAccepted(Event):
    """The case is open.

    `accepted_at` is when the claim was filed; the review limit runs from its effective receipt. `due_at` is
    absent while the calendar of `awaits_year` is not published, and where the item sets no review limit. Of a line of a
    list that is decided at once nobody's attention is asked. `forecast` is what each payer may expect, later instalments
    included. `silent`: nobody has said anything within the limit, and it is accepted as of the receipt. `instalment` is
    the one that the case is about, and `first_case_id` the case of the first.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    accepted_at: datetime
    due_at: datetime | None
    awaits_year: int | None = None
    attention: Attention | None = None
    forecast: tuple[ForecastPayment, ...] = ()
    silent: bool = False
    instalment: int = 1
    first_case_id: Id | None = None


class TaskAssigned(Event):
    """A department has a task with a clock in this case. `due_at` is as it was when the task was given; a calendar that
    comes or changes later moves it, and the case's sheet has it as it is. `awaits_year` as in CaseAccepted.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    task: Task
    department: str
    due_at: datetime | None
    awaits_year: int | None = None
    attention: Attention | None = None
    task_id: Id | None = None
    slot: str = ""


class InspectionRecorded(Event):
    """A site inspection (现场勘查) took place."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_by: Id


class Share(Model):
    """One payer's part of an amount; the parts of a case sum to it, to the fen."""

    payer: TenantId
    amount_fen: Fen


ShareMode = Literal["direct", "county_advances"]
"""各级各付本级份额；由县级先行兑付再与上级结算."""


class CaseApproved(Event):
    """One payer's share of what one receiver gets: the ground of its payment orders. Addressed once per paying tenant and
    receiver; `shares` shows who bears how much of the whole approval.

    Approval revision n+1 supersedes n; `instalment` counts from 1, and so does `part`, the receiver's number in the order of
    the plan (an item without payees of its own has one, the applicant). `approved_at` is when the decision was made, and
    starts treasury's clock; the event leaves when the undo window closes.

    `amount_fen` is what this payer pays to this receiver, `total_fen` the whole approval. `payee_holder` is whose account
    `payee` is, where it is not the applicant's. `payout_limit` and `budget_line` are the pinned plan's,
    `paying_department_id` the payer's own department whose line pays. `borne` is who bears `amount_fen`, and adds up to it;
    `share_mode` says whether they settle with the payer afterwards. `family` is the item's code, the same through its
    versions. `income_tax`: whether the payer withholds individual income tax. Versions before 0.6 said none of these.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    payer: TenantId
    amount_fen: Fen
    total_fen: Fen
    shares: tuple[Share, ...]
    payee: Payee
    revision: int = 1
    instalment: int = 1
    approved_by: Id
    approved_at: datetime
    part: int = 1
    parts: int = 1
    payee_holder: PayeeHolder | None = None
    payee_label: str = ""
    fund: str | None = None
    income_tax: Literal["withheld", "not_withheld"] | None = None
    payout_limit: TimeLimit | None = None
    budget_line: str | None = None
    paying_department_id: Id | None = None
    borne: tuple[Share, ...] = ()
    share_mode: ShareMode = "direct"
    family: str | None = None
    benefit_kind: BenefitKind | None = None
    decided_at: datetime | None = None


CitedText = Annotated[str, Field(min_length=2, max_length=400)]
"""What of the policy a refusal rests on, as its reader reads it: the document, a condition."""


class CaseRejected(Event):
    """A refusal with its reason and the explanation of the policy (说明理由并解释政策).

    `cites` is what of the policy it rests on; `how_to_object` whom one turns to who does not agree. `revision` as in
    CaseApproved: a refusal of revision n+1 takes back what n granted. `grounds`, `remedies` and the number of the decision
    (`notice_number`) are there since 0.6.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    reason: str
    cites: tuple[CitedText, ...] = ()
    how_to_object: str = ""
    rejected_by: Id
    rejected_at: datetime
    revision: int = 1
    instalment: int = 1
    grounds: tuple[RefusalGround, ...] = ()
    remedies: Remedies | None = None
    notice_number: str | None = None


class ReviewDeadlineApproaching(Event):
    """`used_percent` (50 or 80) of the review limit is gone."""

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    used_percent: int
    due_at: datetime
    attention: Attention | None = None


class ReviewDeadlineMissed(Event):
    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    due_at: datetime
    attention: Attention | None = None


class ReviewDeadlineMoved(Event):
    """The review limit ends at another instant than was said: a calendar was published or corrected, or office hours
    changed. `reason` names the calendars that it rests on; without `due_at` it waits for those of `awaits_year`.
    """

    aggregate: ClassVar[str] = "case"

    case_id: Id
    claim: Claim
    was: datetime | None
    due_at: datetime | None
    awaits_year: int | None = None
    reason: str


class CaseView(Model):
    """A case as the department sees it: what the rule says of it, and until when it must decide.

    `amount_fen` is the rule's amount on the case's facts, `asked_fen` what the filing came with. `obstacles`
    is everything that stands against approval now; `remarks` is what the recheck at acceptance found, and that the due
    date waits for a calendar. `note` is the opinion of an approval or the reason of a rejection, `cites` and
    `how_to_object` what else a rejection said. `awaits_year`: `due_at` is not known before the working days of this year are published.
    `unconfirmed_materials` are the codes of required ones that nobody answers for yet. `enterprise_called` is what
    the enterprise is called now, where its name has changed since it filed. `headline` says what the rule comes to.

    `steps` is the pinned plan as it stands, acceptance first. `received_at` is when it was filed. `payees` are the receivers
    with their parts, `decisions` the figures that were set. `undo_until`: the decision can be taken back until then, and
    nobody outside knows of it. `grounds`, `remedies` and `notice_number` are a refusal's. `paused` is why the review limit stands still; `due_at` is then when it would end if it went on
    now.
    """

    case_id: Id
    claim: Claim
    state: CaseState
    amount_fen: Fen | None
    asked_fen: Fen | None = None
    working: tuple[str, ...]
    verdict: str
    headline: Headline | None = None
    obstacles: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    payee_name: str
    account_masked: str
    inspection_required: bool
    inspection_passed: bool | None
    unconfirmed_materials: tuple[Id, ...] = ()
    due_at: datetime | None
    awaits_year: int | None = None
    accepted_at: datetime
    decided_by: Id | None = None
    decided_at: datetime | None = None
    note: str = ""
    cites: tuple[str, ...] = ()
    how_to_object: str = ""
    enterprise_called: str | None = None
    steps: tuple[StepView, ...] = ()
    received_at: datetime | None = None
    payees: tuple[CasePayee, ...] = ()
    decisions: tuple[Decision, ...] = ()
    revision: int = 1
    instalment: int = 1
    first_case_id: Id | None = None
    undo_until: datetime | None = None
    paused: str | None = None
    grounds: tuple[RefusalGround, ...] = ()
    remedies: Remedies | None = None
    notice_number: str | None = None
    version: int


class ApproveCase(Command[CaseView]):
    """Approve it, as far as it is the actor's to: one approval of one step of the plan. The last that the plan asks for
    grants it. The amount is the rule's on the facts that the case holds and the awards of the register; any other is refused.
    Whoever recorded one of these facts does not decide (four eyes), here and in `RejectCase`; nor does whoever has taken a
    step from which the plan keeps the approval apart. `certificate` is the number of the certificate or notice where what is
    granted is not money.
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    amount_fen: Fen
    opinion: str = Field(default="", max_length=500)
    certificate: str | None = Field(default=None, min_length=2, max_length=80)
    expected_version: int


class RejectCase(Command[CaseView]):
    """Refuse it, on `grounds` that `GetRefusalGrounds` names by their codes, and on `other_grounds` of the department's own.

    Without either it rests on all that decide; where nothing does it is refused (`refusal_without_ground`). The enterprise reads
    `reason` before the grounds, `cites` with their clauses, and `how_to_object` behind the sentence that names the body of
    reconsideration, the court and the periods (`remedies_not_set` where nobody has entered them).
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    reason: str | None = Field(default=None, min_length=4, max_length=1000)
    cites: tuple[CitedText, ...] = Field(default=(), max_length=20)
    how_to_object: str = Field(default="", max_length=600)
    grounds: ChosenGrounds = ()
    other_grounds: OwnGrounds = ()
    expected_version: int


class RecordInspection(Command[CaseView]):
    """Enter the result of a site inspection. It may be repeated until the decision; the latest counts.

    `with_officers` are the others who were there: the plan asks for at least two together, and the inspection counts once each
    of them has confirmed it (`contracts.inspections`).
    """

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    passed: bool
    findings: str = Field(min_length=2, max_length=2000)
    place: str = Field(min_length=2, max_length=200)
    inspected_at: AwareDatetime
    with_officers: tuple[Id, ...] = Field(default=(), max_length=5)
    photographs: tuple[InspectionPhotograph, ...] = Field(default=(), max_length=PHOTOGRAPHS)
    position: InspectionPosition | None = None
    signature: EnterpriseSignature | None = None
    expected_version: int


class ConfirmMaterials(Command[CaseView]):
    """Answer for required materials, each by name (材料核对). Before the decision it may be said again; the latest counts."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    materials: tuple[MaterialConfirmation, ...] = Field(min_length=1, max_length=60)
    expected_version: int


class GetCase(Query[CaseView]):
    owner: ClassVar[ServiceName] = "review"

    case_id: Id


class CasePage(Page):
    items: tuple[CaseView, ...]


CaseOrder = Literal["accepted", "due"]


class CaseFilter(Model):
    """Which cases of the actor's tenant are meant.

    `overdue`: only those whose time is up. `about`: a receipt number, a credit code, or a part of an enterprise's name.
    """

    state: CaseState | None = None
    department: str | None = Field(default=None, max_length=60)
    item_id: Id | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)


class ListCases(PagedQuery[CasePage], CaseFilter):
    """Cases of the actor's tenant: those accepted first at the top, or, in the order `due`, those with the least time left.

    A case without a due instant stands behind all that have one.
    """

    owner: ClassVar[ServiceName] = "review"

    order: CaseOrder = "accepted"


class ItemCount(Model):
    """How many cases of one item there are."""

    item_id: Id
    item_title: str
    count: int


class CaseCounts(Model):
    """How many there are: by state and of those overdue with all of the filter but `state` and `overdue`; by item, the most
    first and at most 50, with all of it but the item."""

    states: dict[CaseState, int]
    overdue: int
    items: tuple[ItemCount, ...]


class CountCases(Query[CaseCounts], CaseFilter):
    """What a list of cases would leave with another value of a filter."""

    owner: ClassVar[ServiceName] = "review"


class CaseNeighbours(Model):
    """The cases before and behind one in a list; absent at its ends."""

    previous_id: Id | None = None
    next_id: Id | None = None


class GetCaseNeighbours(Query[CaseNeighbours], CaseFilter):
    """What stands beside a case in the list of those that the filter leaves, also where it is none of them any more."""

    owner: ClassVar[ServiceName] = "review"

    case_id: Id
    order: CaseOrder = "due"
