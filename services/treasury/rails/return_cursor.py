"""How far the bank's list of returns (退汇) has been read, and whose the instructions are that it names."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from contracts.message import TenantId
from services.treasury.bank_book.store import BANK

if TYPE_CHECKING:
    from chassis.write.uow import UnitOfWork

FETCH_RETURNS = "fetch_returns"
"""Reading on in the bank's list. Its subject is the bank; the tenant is whose payment was settled first."""

CONFIRM_RETURN = "confirm_return"
"""Asking about one payment whose return is listed. It is kept until the bank says so of the payment itself."""


class InstructionOwner(NamedTuple):
    """Whose payment an instruction is."""

    tenant: TenantId
    disbursement_id: str


class ReturnCursor:
    """One position for all tenants: the list is one."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def start(self) -> bool:
        """Start reading from the beginning; True for the one caller who started it."""
        begun = self._uow.execute(
            "INSERT INTO bank_cursor (bank, after) VALUES (:bank, 0) ON CONFLICT DO NOTHING", {"bank": BANK}
        )
        return begun.rowcount == 1

    def after(self) -> int:
        """The bank's number of the last return that was read."""
        return int(self._uow.execute("SELECT after FROM bank_cursor WHERE bank = :bank", {"bank": BANK}).scalar_one())

    def advance(self, after: int) -> None:
        """Everything up to `after` is kept as work of its own; it never goes back."""
        self._uow.execute(
            "UPDATE bank_cursor SET after = :after WHERE bank = :bank AND after < :after",
            {"bank": BANK, "after": after},
        )

    def owners(self, instruction_ids: Collection[str]) -> dict[str, InstructionOwner]:
        """Whose these are; what is none of ours is left out."""
        found = self._uow.execute(
            "SELECT instruction_id, tenant, disbursement_id FROM bank_instruction"
            " WHERE instruction_id = ANY (CAST(:ids AS text[]))",
            {"ids": sorted(set(instruction_ids))},
        )
        return {row.instruction_id: InstructionOwner(row.tenant, row.disbursement_id) for row in found}
