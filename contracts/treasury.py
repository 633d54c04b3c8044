"""Money: budgets, disbursements, the ledger's totals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.duties import Attention
from contracts.intake import Claim
from contracts.message import Command, Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName, Why
from contracts.payment_terms import PaymentTerms

DisbursementState = Literal[
    "received", "held", "ready", "authorised", "sent", "unknown", "settled", "failed", "returned", "cancelled"
]


LineCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{2,40}$")]
"""A budget line as the plan of an item calls it."""


class BudgetLineView(Model):
    """`code` is what plans of items call the line, if it has such a name: it then pays for what names it or names none.

    `available_fen` = appropriated − reserved − (settled − returned) − swept, never below zero.

    `reserved_fen` is what ready, authorised, sent and unknown disbursements hold. `swept_fen` is what came
    back after the line's year had ended: it waits for finance to say where it goes.
    """

    line_id: Id
    year: int
    department: str
    department_id: Id | None = None
    item_id: Id | None
    code: LineCode | None = None
    mode: str
    appropriated_fen: Fen
    reserved_fen: Fen
    settled_fen: Fen
    returned_fen: Fen
    swept_fen: Fen = 0
    available_fen: Fen
    version: int


class AppropriateBudget(Command[BudgetLineView]):
    """Put money on a budget line (预算指标). `item_id` absent: the line serves all items of the department. `code`: the line is
    the one that plans call so; lines of different codes are different lines.

    The department is said by its id in the register, or by the name that it has there; one of the two is given. A document
    that has put money on the line already is refused, unless `further_of_document` says that this is a further amount of it.
    """

    owner: ClassVar[ServiceName] = "treasury"

    year: int = Field(ge=2020, le=2100)
    department: str | None = Field(default=None, min_length=2, max_length=60)
    department_id: Id | None = None
    item_id: Id | None = None
    code: LineCode | None = None
    amount_fen: int = Field(gt=0, le=10**15)
    document_number: str = Field(min_length=2, max_length=80)
    mode: Literal["quota", "revolving"] = "quota"
    further_of_document: bool = False


class BudgetAppropriated(Event):
    """Finance has put money on a line. `further_of_document`: the document had put money there before."""

    aggregate: ClassVar[str] = "budget_line"

    line_id: Id
    year: int
    department: str
    department_id: Id | None = None
    item_id: Id | None
    amount_fen: Fen
    document_number: str
    further_of_document: bool = False
    code: LineCode | None = None


class BudgetLinePage(Page):
    items: tuple[BudgetLineView, ...]


class BudgetFilter(Model):
    """Which of the tenant's budget lines are meant."""

    year: int | None = None
    department: str | None = Field(default=None, max_length=60)
    line_id: Id | None = None


class ListBudgetLines(PagedQuery[BudgetLinePage], BudgetFilter):
    """The tenant's budget lines by year, then department; of one year or one department if asked for."""

    owner: ClassVar[ServiceName] = "treasury"


class BudgetTotals(Model):
    """What the lines come to together, each figure as that of a line (BudgetLineView)."""

    lines: int
    appropriated_fen: int
    reserved_fen: int
    settled_fen: int
    returned_fen: int
    swept_fen: int
    available_fen: int


class GetBudgetTotals(Query[BudgetTotals], BudgetFilter):
    """The totals of all lines that the filter leaves, whatever page of them is looked at."""

    owner: ClassVar[ServiceName] = "treasury"


class DisbursementView(PaymentTerms):
    """One attempt to pay one payer's share of one approval. `previous_id`: the attempt that this one follows.

    `awaits_year`: `due_at` is not known before the working days of this year are published. `year` is the budget year
    that it draws on, `line_id` the line on which its money is reserved.

    `account_version` counts the accounts of the enterprise `payee_of`: the claim's, or the one that it was merged into.
    `unheard_instruction_id`: the bank said of the instruction of the attempt before that it had never heard of it, for the
    last time at `unheard_asked_at`. `contradiction`: the bank's word and the books cannot both be true; nothing is done with
    it before a person has looked. `return_listed_at`: since when the bank lists a return of it that it does not confirm yet.

    `part` of `parts` is the receiver's number. `approved_fen` is what the approval came to: where it differs from `amount_fen`, another part of it was paid under an
    earlier revision, or is income tax that the payer withholds (`withheld_fen`). `payee_of` is the holder, if there is one.
    """

    disbursement_id: Id
    case_id: Id
    claim: Claim
    state: DisbursementState
    amount_fen: Fen
    payee_name: str
    account_masked: str
    bank_name: str
    instruction_id: str | None
    attempt: int
    previous_id: Id | None = None
    reason: str | None
    approved_by: Id
    authorised_by: Id | None
    due_at: datetime | None
    awaits_year: int | None = None
    received_at: datetime
    settled_at: datetime | None
    account_version: int | None = None
    revision: int | None = None
    instalment: int | None = None
    year: int | None = None
    line_id: Id | None = None
    approved_at: datetime | None = None
    authorised_at: datetime | None = None
    bank_reference: str | None = None
    payee_of: Id | None = None
    unheard_instruction_id: str | None = None
    unheard_asked_at: datetime | None = None
    contradiction: str | None = None
    return_listed_at: datetime | None = None
    part: int = 1
    withheld_fen: Fen | None = None
    withheld_by: Id | None = None
    approved_fen: Fen | None = None
    version: int


class AuthoriseDisbursement(Command[DisbursementView]):
    """复核: a second person releases the payment. The maker (who approved the case) may not."""

    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id
    expected_version: int


class ClearContradiction(Command[DisbursementView]):
    """Say how it was cleared up with the bank (核实): the instalment goes on. The bank is asked anew at once; where it still says
    what cannot be true beside the books, all stops again.

    `paid_by`: after a restore from a backup, the instruction by which the bank has paid this very payment already. It is
    settled by that and not paid again; account, name and amount must be the same.
    """

    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id
    conclusion: Why
    paid_by: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._:-]{1,64}$")
    expected_version: int


class GetDisbursement(Query[DisbursementView]):
    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id


class DisbursementPage(Page):
    items: tuple[DisbursementView, ...]


class DisbursementFilter(Model):
    """Which of the tenant's disbursements are meant.

    `overdue`: only those that are not paid although their payout limit is up. `about`: a receipt number, a credit code,
    or a part of the name of an enterprise or a payee. `ids`: only these.
    """

    state: DisbursementState | None = None
    overdue: bool = False
    about: str | None = Field(default=None, max_length=60)
    amount_fen: Fen | None = None
    case_id: Id | None = None
    ids: tuple[Id, ...] = Field(default=(), max_length=200)


class ListDisbursements(PagedQuery[DisbursementPage], DisbursementFilter):
    """The tenant's disbursements: those received first leading, or, in the order `due`, those with the least time left."""

    owner: ClassVar[ServiceName] = "treasury"

    order: Literal["received", "due"] = "received"


class DisbursementSummary(Model):
    """`renewed` are those that follow an attempt that failed or came back. `largest` are the three largest, the largest first."""

    count: int
    total_fen: int
    renewed: int
    overdue: int
    largest: tuple[DisbursementView, ...]


class SummariseDisbursements(Query[DisbursementSummary], DisbursementFilter):
    """How many the filter leaves and what they come to: what is looked at before a signature."""

    owner: ClassVar[ServiceName] = "treasury"


class LedgerTotals(Model):
    """Balances in fen by account (debits positive); they sum to zero.

    Counts are of disbursements by the state that they are in now: a returned one is no longer settled.
    """

    accounts: dict[str, int]
    settled_count: int
    settled_fen: Fen
    returned_count: int
    returned_fen: Fen


class GetLedgerTotals(Query[LedgerTotals]):
    """The ledger's totals for the actor's tenant, by account."""

    owner: ClassVar[ServiceName] = "treasury"


class DisbursementEvent(Event):
    """What every event of a disbursement says. It comes from the paying tenant and is addressed to it."""

    aggregate: ClassVar[str] = "disbursement"

    disbursement_id: Id
    case_id: Id
    claim: Claim
    amount_fen: Fen


class DisbursementReady(DisbursementEvent):
    """Funds are reserved; a second person has to authorise it. `due_at`: the payout limit, unless it cannot be known
    before the working days of `awaits_year` are published.
    """

    due_at: datetime | None
    awaits_year: int | None = None
    attention: Attention | None = None


class DisbursementHeld(DisbursementEvent):
    """It waits for money, in order of approval, with the reason; nothing is reserved or part-paid."""

    reason: str
    attention: Attention | None = None


class DisbursementAuthorised(DisbursementEvent):
    authorised_by: Id


class DisbursementRecalled(DisbursementEvent):
    """What was authorised is not sent, for `reason`: it is ready again, and a second person has to release it anew.

    `account_version` is the account that it would be paid to now.
    """

    reason: str
    account_version: int
    attention: Attention | None = None


class DisbursementSent(DisbursementEvent):
    """`account_version` is the account that the instruction names: the newest confirmed one at that moment."""

    instruction_id: str
    account_version: int | None = None


class DisbursementUnknown(DisbursementEvent):
    """The bank did not answer in time: funds stay reserved, and the bank is asked, never paid again."""

    instruction_id: str
    attention: Attention | None = None


class DisbursementSettled(DisbursementEvent):
    instruction_id: str
    bank_reference: str
    account_masked: str
    bank_name: str
    settled_at: datetime
    account_version: int | None = None


class DisbursementFailed(DisbursementEvent):
    instruction_id: str
    reason: str
    attention: Attention | None = None


class DisbursementCancelled(DisbursementEvent):
    """A later approval revision replaces it before anything was sent; what it reserved is free again."""

    reason: str


class DisbursementReturned(DisbursementEvent):
    """退汇: the bank sent settled money back; the posting is reversed and the quota restored."""

    instruction_id: str
    reason: str
    attention: Attention | None = None


class DisbursementContradicted(DisbursementEvent):
    """The bank says of an instruction what cannot be true beside the books (`reason`): nothing of the instalment is sent,
    renewed or cancelled before a person has looked.
    """

    instruction_id: str
    reason: str
    attention: Attention | None = None


class ContradictionCleared(DisbursementEvent):
    """A person has cleared it up with the bank: `conclusion`."""

    conclusion: str
    cleared_by: Id


class PayoutDeadlineApproaching(DisbursementEvent):
    used_percent: int
    due_at: datetime
    attention: Attention | None = None


class PayoutDeadlineMissed(DisbursementEvent):
    due_at: datetime
    attention: Attention | None = None


class PayoutDeadlineMoved(DisbursementEvent):
    """The payout limit ends at another instant than was said: a calendar was published or corrected, or office hours
    changed. `reason` names the calendars that it rests on; without `due_at` it waits for those of `awaits_year`.
    """

    was: datetime | None
    due_at: datetime | None
    awaits_year: int | None = None
    reason: str
