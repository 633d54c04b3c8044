"""What treasury needs of a bank: pay, ask, read the returns. Never called inside a transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from pydantic import AwareDatetime, model_validator

from contracts.message import Model, TenantId
from services.treasury.rails.reasons import for_staff, in_our_words

BATCH_LIMIT = 200
"""Payments or questions in one request."""

POOL = "POOL-"
"""How the account of a pool begins."""

ACCOUNT = re.compile(r"[A-Za-z0-9-]{1,34}")
"""How the bank writes an account."""

Standing = Literal["settled", "failed", "pending", "returned", "not_found", "conflict", "silent"]


class BankUnreachable(ConnectionError):
    """The bank was not reached, or turned the request away unread: nothing came of it, and it may be tried again."""


class BatchRefused(Exception):
    """The bank refused a request as malformed, and all its payments with it: they have to be sent one by one."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One instruction. Presenting it again must present the same content, to the character."""

    instruction_id: str
    debtor_account: str
    creditor_account: str
    creditor_name: str
    amount_fen: int
    purpose: str
    currency: Literal["CNY"] = "CNY"


class BankAnswer(Model):
    """How one instruction stands at the bank. *silent* is what we call an answer that did not come.

    `reason` is what the bank wrote; `told` and `noted` say it to everybody, and to staff.

    Under *conflict* the bank has another payment with this id: nobody but a person can say what that means.
    """

    instruction_id: str
    status: Standing
    bank_reference: str | None = None
    reason_code: str | None = None
    reason: str | None = None
    settled_at: AwareDatetime | None = None

    @property
    def told(self) -> str:
        return in_our_words(self.reason_code, self.reason)

    @property
    def noted(self) -> str:
        return for_staff(self.reason_code, self.reason)

    @model_validator(mode="after")
    def _paid_with_a_reference(self) -> Self:
        if self.status in ("settled", "returned") and (self.bank_reference is None or self.settled_at is None):
            raise ValueError("money was moved, but the bank's reference or time is missing")
        return self


class BookedPayment(Model):
    """A line of the bank's own book, with what the instruction said. Amounts in fen."""

    instruction_id: str
    debtor_account: str
    creditor_account: str
    creditor_name: str
    amount_fen: int
    purpose: str
    status: Standing
    settled_at: AwareDatetime | None = None


class Bank(Protocol):
    """A bank that executes one instruction id at most once."""

    def booked(self, after: int) -> tuple[tuple[BookedPayment, ...], int]:
        """The payments that the bank booked after the cursor (at most BATCH_LIMIT), and the cursor behind them.

        Raises BankUnreachable.
        """

    def pay(self, payments: Sequence[Payment]) -> dict[str, BankAnswer]:
        """An answer for each instruction id: *silent* wherever it is not certain what came of it.

        Raises BankUnreachable if nothing was sent, BatchRefused if one of several payments is malformed.
        """

    def ask(self, instruction_ids: Sequence[str]) -> dict[str, BankAnswer]:
        """How these stand now. Raises BankUnreachable; asking changes nothing and may be repeated."""

    def returns(self, after: int) -> tuple[tuple[str, ...], int]:
        """Instruction ids of the returns after the cursor (at most BATCH_LIMIT), and the cursor behind them.

        Raises BankUnreachable.
        """


def pool_account(tenant: TenantId) -> str:
    """The account that a tenant's pool pays from, as the bank knows it; different tenants have different ones."""
    name = f"{POOL}{tenant}"
    return name if ACCOUNT.fullmatch(name) else f"{POOL}{hashlib.sha256(tenant.encode()).hexdigest()[:29]}"
