"""A payment that the bank has booked and our restored books do not know. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Fen, TenantId
from contracts.money import Money


@dataclass(frozen=True, slots=True)
class FoundCredit:
    """What the bank has carried out, or has in hand (*pending*), under an instruction of `tenant`'s pool.

    `account` is the payee's, in plain; it is kept sealed. `purpose` is what the instruction said, with the receipt number.
    """

    tenant: TenantId
    instruction_id: str
    status: str
    account: str
    account_name: str
    amount_fen: Fen
    purpose: str
    settled_at: datetime | None

    def is_like(self, account: str, account_name: str) -> bool:
        """Whether it went to whom another payment would go: the same account, or an account under the same name."""
        return account == self.account or account_name == self.account_name

    def is_the_same(self, account: str, account_name: str, amount_fen: Fen) -> bool:
        """Whether it is what the other payment would be: to the character, and to the fen."""
        return (account, account_name, amount_fen) == (self.account, self.account_name, self.amount_fen)

    @property
    def described(self) -> str:
        """What a person at the bank finds it by."""
        when = f"{self.settled_at:%Y-%m-%d}" if self.settled_at else "办理中"
        return f"{self.instruction_id}（{when}，{Money(self.amount_fen).yuan_text()} 元，“{self.purpose}”）"
