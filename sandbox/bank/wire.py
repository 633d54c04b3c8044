"""What is said to the bank and what it answers, in JSON. Amounts are integers of fen."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.misbehaviour import Fault, Rule

InstructionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
AccountNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,34}$")]
Name = Annotated[str, Field(min_length=1, max_length=140)]
Fen = Annotated[int, Field(strict=True, gt=0, le=10**13)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Status = Literal["settled", "failed", "pending", "returned"]

BATCH_LIMIT = 200
PAGE_LIMIT = 500


class PaymentOrder(BaseModel):
    """One payment, to be made once. `value_date` is kept and is part of the content, not waited for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction_id: InstructionId
    debtor_account: AccountNumber
    creditor_account: AccountNumber
    creditor_name: Name
    amount_fen: Fen
    currency: Literal["CNY"]
    purpose: Annotated[str, Field(max_length=140)]
    value_date: date | None = None

    @property
    def id(self) -> str:
        return self.instruction_id

    def content(self) -> dict[str, str | int | None]:
        """Its columns in the book; the same id must come with the same of these."""
        content: dict[str, str | int | None] = self.model_dump(mode="json")
        return content


class PaymentBatch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    payments: Annotated[list[PaymentOrder], Field(min_length=1, max_length=BATCH_LIMIT)]


class PaymentQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    instruction_ids: Annotated[list[InstructionId], Field(min_length=1, max_length=BATCH_LIMIT)]


class PaymentResult(BaseModel):
    """How a payment stands. `reason_code` and `reason` say why it failed or was returned.

    `conflict` and `not_found` occur only as lines of a batch or a query, and say nothing about any
    other payment: under *conflict* the id belongs to a payment with other content.
    """

    instruction_id: str
    status: Status | Literal["conflict", "not_found"]
    bank_reference: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    settled_at: str | None = None

    @classmethod
    def of(cls, row: sqlite3.Row) -> PaymentResult:
        return cls(**_result(row))


class PaymentEntry(PaymentResult):
    """A payment with its content, as the book lists it."""

    debtor_account: str
    creditor_account: str
    creditor_name: str
    amount_fen: int
    currency: str
    purpose: str
    value_date: str | None
    attempts_seen: int

    @classmethod
    def of(cls, row: sqlite3.Row) -> PaymentEntry:
        own = {name: row[name] for name in cls.model_fields if name not in PaymentResult.model_fields}
        return cls(**_result(row), **own)


class PaymentResults(BaseModel):
    results: list[PaymentResult]


class PaymentPage(BaseModel):
    """`next_after` is where the next page begins; it stays where it was when nothing came."""

    payments: list[PaymentEntry]
    next_after: int


class AccountHeld(BaseModel):
    """What the bank holds about an account."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Name
    status: Literal["open", "frozen", "closed"] = "open"


class ReturnOrder(BaseModel):
    """`lags_seconds`: so long the list of returns is ahead of the payment, which still reads as settled."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reason_code: Code
    reason: Annotated[str, Field(min_length=1, max_length=200)] = "收款行退汇"
    lags_seconds: Annotated[float | None, Field(gt=0, le=30 * 86_400)] = None


class Return(BaseModel):
    """Money that came back (退汇) after the bank had said yes."""

    instruction_id: str
    bank_reference: str
    creditor_account: str
    amount_fen: int
    reason_code: str
    reason: str
    returned_at: str


class ReturnPage(BaseModel):
    """Returns in the order in which they happened; `next_after` is the cursor to ask with next time."""

    returns: list[Return]
    next_after: int


class Credit(BaseModel):
    """Money that reached an account; `returned` if it left it again.

    `attempts_seen`: how often the instruction id was presented, whatever came of it.
    """

    instruction_id: str
    bank_reference: str
    debtor_account: str
    creditor_account: str
    creditor_name: str
    amount_fen: int
    status: Literal["settled", "returned"]
    attempts_seen: int


class Credits(BaseModel):
    """A page; `next_after` is where the next begins, absent when there is none."""

    credits: list[Credit]
    next_after: str | None


class DayTotals(BaseModel):
    """What reached accounts on one day (UTC), and how much of that has come back since."""

    day: str
    credited_count: int
    credited_fen: int
    returned_count: int
    returned_fen: int


class Days(BaseModel):
    days: list[DayTotals]
    next_after: str | None


class DebtorTotals(BaseModel):
    """Each payment counts once, under the status it has now: a returned one is not settled."""

    settled_count: int = 0
    settled_fen: int = 0
    returned_count: int = 0
    returned_fen: int = 0
    failed_count: int = 0
    pending_count: int = 0


class Totals(DebtorTotals):
    by_debtor: dict[str, DebtorTotals]


class PaymentRule(Rule):
    """A fault on demand; every match that is given must hold, and a rule without any covers all."""

    own_words: ClassVar[Mapping[str, Fault]] = {
        "pay_then_timeout": Fault.DONE_THEN_TIMEOUT,
        "pending_then_settle": Fault.PENDING_THEN_DONE,
        "unheard_then_settle": Fault.UNHEARD_THEN_DONE,
    }
    behaviour: Literal[
        "answer_late",
        "fail",
        "pay_then_timeout",
        "timeout_before",
        "pending_then_settle",
        "unheard_then_settle",
        "http_500",
    ]
    creditor_account: AccountNumber | None = None
    amount_fen: Fen | None = None
    instruction_prefix: InstructionId | None = None

    def covers(self, order: PaymentOrder) -> bool:
        return (
            self.creditor_account in (None, order.creditor_account)
            and self.amount_fen in (None, order.amount_fen)
            and order.instruction_id.startswith(self.instruction_prefix or "")
        )


def bank_reference(seq: int) -> str:
    """The bank's own number of a payment: its place in the book."""
    return f"SBK{seq:012d}"


def _result(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "instruction_id": row["instruction_id"],
        "status": row["status"],
        "bank_reference": bank_reference(row["seq"]),
        "reason_code": row["reason_code"],
        "reason": row["reason"],
        "settled_at": row["done_at"],
    }
