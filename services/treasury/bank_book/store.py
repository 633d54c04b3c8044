"""The comparison and what it found, as rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.foundation.secrecy import Cipher
from chassis.write.uow import UnitOfWork
from contracts.message import TenantId
from services.treasury.bank_book.domain import FoundCredit

BANK = "bank"
"""The one bank there is."""

ACCOUNT = "payee_account"
"""The purpose that accounts are sealed for."""

OPEN = """
SELECT c.* FROM found_credit c
WHERE c.tenant = ANY (CAST(:tenants AS text[])) AND NOT EXISTS (
    SELECT FROM bank_instruction i WHERE i.instruction_id = c.instruction_id)
"""

KEEP = """
INSERT INTO found_credit (tenant, instruction_id, status, account_sealed, account_name, amount_fen, purpose, settled_at, found_at)
VALUES (:tenant, :instruction_id, :status, :account_sealed, :account_name, :amount_fen, :purpose, :settled_at, :found_at)
ON CONFLICT DO NOTHING
"""


class ComparisonProgress(NamedTuple):
    """`after`: the bank's number of the last payment that was compared. `ended`: its book was gone through once."""

    begun_at: datetime
    after: int
    ended: bool


class BankComparison:
    """Going through the bank's book after a restore; `./zhida restore` begins it, and there is none before."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def under_way(self) -> bool:
        """Whether it has begun and not ended: until then nothing is sent, and no approval is taken over."""
        progress = self.progress()
        return progress is not None and not progress.ended

    def progress(self) -> ComparisonProgress | None:
        """How far it is; None where nothing was ever restored."""
        row = self._uow.execute(
            "SELECT begun_at, after, ended_at IS NOT NULL AS ended FROM bank_comparison WHERE bank = :bank",
            {"bank": BANK},
        ).first()
        return None if row is None else ComparisonProgress(row.begun_at, row.after, row.ended)

    def advance(self, after: int, *, over: bool) -> None:
        """Everything up to `after` is compared; `over`: and that is all there is by now."""
        self._uow.execute(
            "UPDATE bank_comparison SET after = :after, ended_at = coalesce(ended_at, CAST(:ended AS timestamptz))"
            " WHERE bank = :bank",
            {"after": after, "ended": self._uow.now if over else None, "bank": BANK},
        )


class FoundCredits:
    """Credits that the comparison found. *Open* is one whose instruction no disbursement has yet."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def keep(self, credits: Iterable[FoundCredit], cipher: Cipher) -> None:
        """Keep these; one that is known already stays as it is."""
        for each in credits:
            sealed = cipher.seal(each.account, purpose=ACCOUNT, tenant=each.tenant)
            row = {name: getattr(each, name) for name in FoundCredit.__slots__ if name != "account"}
            self._uow.execute(KEEP, {**row, "account_sealed": sealed, "found_at": self._uow.now})

    def open_instructions(self, tenants: Collection[TenantId]) -> set[str]:
        """Instructions of these payers that the bank has carried out and no disbursement accounts for."""
        return {row.instruction_id for row in self._uow.execute(OPEN, {"tenants": sorted(set(tenants))})}

    def open(self, tenants: Collection[TenantId], cipher: Cipher) -> list[FoundCredit]:
        """The same with all that is known of them. There are few: what was paid between a backup and its restore."""
        found = self._uow.execute(OPEN, {"tenants": sorted(set(tenants))}).mappings().all()
        return [
            FoundCredit(
                account=cipher.open(row["account_sealed"], purpose=ACCOUNT, tenant=row["tenant"]),
                **{name: row[name] for name in FoundCredit.__slots__ if name != "account"},
            )
            for row in found
        ]

    def ask_once(self, tenant: TenantId, disbursement_id: str, instruction_ids: Sequence[str]) -> bool:
        """Whether a person has not been asked yet whether this payment is one of these credits; from now on they have."""
        fresh = [
            self._uow.execute(
                "INSERT INTO credit_question (tenant, instruction_id, disbursement_id, asked_at)"
                " VALUES (:tenant, :instruction, :disbursement, :at) ON CONFLICT DO NOTHING",
                {"tenant": tenant, "instruction": each, "disbursement": disbursement_id, "at": self._uow.now},
            ).rowcount
            for each in sorted(instruction_ids)
        ]
        return any(fresh)
