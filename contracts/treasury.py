"""Money: budgets, disbursements, the ledger's totals."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.intake import Claim
from contracts.message import Command, Event, Fen, Id, Model, Page, PagedQuery, Query, ServiceName

DisbursementState = Literal[
    "received", "held", "ready", "authorised", "sent", "unknown", "settled", "failed", "returned", "cancelled"
]


class BudgetLineView(Model):
    """`available_fen` = appropriated − reserved − (settled − returned) − swept, never below zero.

    `reserved_fen` is what ready, authorised, sent and unknown disbursements hold. `swept_fen` is what came
    back after the line's year had ended: it waits for finance to say where it goes.
    """

    line_id: Id
    year: int
    department: str
    item_id: Id | None
    mode: str
    appropriated_fen: Fen
    reserved_fen: Fen
    settled_fen: Fen
    returned_fen: Fen
    swept_fen: Fen = 0
    available_fen: Fen
    version: int


class AppropriateBudget(Command[BudgetLineView]):
    """Put money on a budget line (预算指标). `item_id` absent: the line serves all items of the department."""

    owner: ClassVar[ServiceName] = "treasury"

    year: int = Field(ge=2020, le=2100)
    department: str = Field(min_length=2, max_length=60)
    item_id: Id | None = None
    amount_fen: int = Field(gt=0, le=10**15)
    document_number: str = Field(min_length=2, max_length=80)
    mode: Literal["quota", "revolving"] = "quota"


class BudgetAppropriated(Event):
    """Finance has put money on a line."""

    aggregate: ClassVar[str] = "budget_line"

    line_id: Id
    year: int
    department: str
    item_id: Id | None
    amount_fen: Fen
    document_number: str


class BudgetLinePage(Page):
    items: tuple[BudgetLineView, ...]


class ListBudgetLines(PagedQuery[BudgetLinePage]):
    """The tenant's budget lines by year, then department; of one year or one department if asked for."""

    owner: ClassVar[ServiceName] = "treasury"

    year: int | None = None
    department: str | None = Field(default=None, max_length=60)


class DisbursementView(Model):
    """One attempt to pay one payer's share of one approval. `previous_id`: the attempt that this one follows."""

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
    received_at: datetime
    settled_at: datetime | None
    version: int


class AuthoriseDisbursement(Command[DisbursementView]):
    """复核: a second person releases the payment. The maker (who approved the case) may not."""

    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id
    expected_version: int


class GetDisbursement(Query[DisbursementView]):
    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id


class DisbursementPage(Page):
    items: tuple[DisbursementView, ...]


class ListDisbursements(PagedQuery[DisbursementPage]):
    """The tenant's disbursements, those received first leading."""

    owner: ClassVar[ServiceName] = "treasury"

    state: DisbursementState | None = None


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
    """Funds are reserved; a second person has to authorise it. `due_at`: the payout limit."""

    due_at: datetime | None


class DisbursementHeld(DisbursementEvent):
    """It waits for money, in order of approval, with the reason; nothing is reserved or part-paid."""

    reason: str


class DisbursementAuthorised(DisbursementEvent):
    authorised_by: Id


class DisbursementSent(DisbursementEvent):
    instruction_id: str


class DisbursementUnknown(DisbursementEvent):
    """The bank did not answer in time: funds stay reserved, and the bank is asked, never paid again."""

    instruction_id: str


class DisbursementSettled(DisbursementEvent):
    instruction_id: str
    bank_reference: str
    account_masked: str
    bank_name: str
    settled_at: datetime


class DisbursementFailed(DisbursementEvent):
    instruction_id: str
    reason: str


class DisbursementCancelled(DisbursementEvent):
    """A later approval revision replaces it before anything was sent; what it reserved is free again."""

    reason: str


class DisbursementReturned(DisbursementEvent):
    """退汇: the bank sent settled money back; the posting is reversed and the quota restored."""

    instruction_id: str
    reason: str


class PayoutDeadlineApproaching(DisbursementEvent):
    used_percent: int
    due_at: datetime


class PayoutDeadlineMissed(DisbursementEvent):
    due_at: datetime
