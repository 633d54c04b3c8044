"""Treasury's own word on its instructions, as streams and by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from console.operating.checks.bank_book import ASKED_AT_ONCE, Credit
from contracts.status_labels import DISBURSEMENT

POOL = "POOL-"

COLUMNS = (
    "SELECT d.tenant, d.id, d.case_id, d.instalment, d.state, d.amount_fen, d.instruction_id, d.bank_reference,"
    " d.claim ->> 'receipt' AS receipt, d.claim ->> 'filed_in' AS filed_in,"
    " CASE WHEN d.holder_id IS NOT NULL THEN d.claim ->> 'tenant' END AS decided_in,"
    " d.payee ->> 'account_name' AS payee_name, d.payee ->> 'account_sealed' AS account_sealed FROM disbursement d"
)
ALL = text(f'{COLUMNS} WHERE d.instruction_id IS NOT NULL ORDER BY d.instruction_id COLLATE "C", d.tenant')
"""In the order of the bank's list."""
BY_OWNER = text(
    f"{COLUMNS} JOIN unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS wanted (tenant, id)"
    " ON (d.tenant, d.instruction_id) = (wanted.tenant, wanted.id)"
)
ANYWHERE = text(f"{COLUMNS} WHERE d.instruction_id = ANY (CAST(:ids AS text[]))")
BY_STATE = text(
    "SELECT state, count(*) AS n, coalesce(sum(amount_fen), 0) AS fen FROM disbursement"
    " WHERE state IN ('settled', 'returned') GROUP BY state"
)
RENEWED = text(
    "SELECT tenant, case_id, instalment, part, revision, array_agg(instruction_id) AS ids,"
    " min(claim ->> 'receipt') AS receipt FROM disbursement"
    " WHERE instruction_id IS NOT NULL GROUP BY tenant, case_id, instalment, part, revision HAVING count(*) > 1"
)
"""Of one receiver and one revision: a later revision pays the difference, by an instruction of its own."""

# A refusal is of every receiver (part 0); while it waits for the bank a job looks again.
OVERPAID = text(
    """
    SELECT p.tenant, p.receipt, p.paid_fen - l.amount_fen - coalesce(r.amount_fen, 0) AS beyond_fen
    FROM (SELECT tenant, case_id, instalment, part, min(claim ->> 'receipt') AS receipt,
            sum(amount_fen + coalesce(withheld_fen, 0)) AS paid_fen
        FROM disbursement WHERE state = 'settled' GROUP BY tenant, case_id, instalment, part) p
    CROSS JOIN LATERAL (SELECT a.amount_fen FROM latest_approval a
        WHERE (a.tenant, a.case_id, a.instalment) = (p.tenant, p.case_id, p.instalment) AND a.part IN (0, p.part)
        ORDER BY a.revision DESC LIMIT 1) l
    LEFT JOIN recovery r ON (r.tenant, r.case_id, r.instalment, r.part) = (p.tenant, p.case_id, p.instalment, p.part)
        AND r.state = 'open'
    WHERE p.paid_fen > l.amount_fen + coalesce(r.amount_fen, 0) AND NOT EXISTS (
        SELECT FROM job j WHERE j.kind = 'take_back_refused' AND starts_with(j.subject, p.case_id))
    ORDER BY p.tenant, p.receipt LIMIT 100
    """
)
STREAMED = {"stream_results": True, "max_row_buffer": 500}
"""A cursor in the server: rows come some hundred at a time."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One instruction that treasury gave, as treasury remembers it."""

    tenant: str
    id: str
    case_id: str
    instalment: int
    state: str
    amount_fen: int
    instruction_id: str
    bank_reference: str | None
    receipt: str
    filed_in: str
    payee_name: str
    account_sealed: str
    decided_in: str | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return f"支付 {self.instruction_id}（收件编号 {self.receipt}）"

    @property
    def standing_now(self) -> str:
        """Its state, as staff call it."""
        known = {str(state): label.staff_zh for state, label in DISBURSEMENT.items()}
        return known.get(self.state, "未知状态")


@dataclass(frozen=True, slots=True)
class RenewedShare:
    """One share of one approval that was instructed more than once."""

    tenant: str
    receipt: str
    instruction_ids: Sequence[str]


def owner_of(credit: Credit) -> str | None:
    """Whose pool the bank debited."""
    return credit.debtor_account.removeprefix(POOL) if credit.debtor_account.startswith(POOL) else None


def all_attempts(treasury: Connection) -> Iterator[Attempt]:
    """Every attempt that has an instruction, ascending by it, of the tenants that the connection shows."""
    for row in treasury.execution_options(**STREAMED).execute(ALL).mappings():
        yield Attempt(**row)


def attempts_for(treasury: Connection, credits: Sequence[Credit]) -> dict[str, Attempt]:
    """The attempts that these credits are about, by instruction: where the debited pool says they are, else anywhere."""
    given = {
        "tenants": [owner_of(credit) or "" for credit in credits],
        "ids": [credit.instruction_id for credit in credits],
    }
    found = {row["instruction_id"]: Attempt(**row) for row in treasury.execute(BY_OWNER, given).mappings()}
    missing = [credit.instruction_id for credit in credits if credit.instruction_id not in found]
    return found | (attempts_of(treasury, missing) if missing else {})


def attempts_of(treasury: Connection, ids: Sequence[str]) -> dict[str, Attempt]:
    """The attempts with these instructions."""
    return {row["instruction_id"]: Attempt(**row) for row in treasury.execute(ANYWHERE, {"ids": list(ids)}).mappings()}


def sums_by_state(treasury: Connection) -> dict[str, tuple[int, int]]:
    """How many attempts we call settled and returned, and their fen."""
    return {row.state: (row.n, int(row.fen)) for row in treasury.execute(BY_STATE)}


def renewed_shares(treasury: Connection) -> Iterator[RenewedShare]:
    """Shares with more than one instruction: nearly all have one, and this is found out in the server."""
    for row in treasury.execution_options(**STREAMED).execute(RENEWED):
        yield RenewedShare(row.tenant, row.receipt, row.ids)


def in_portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as the bank may be asked about."""
    for start in range(0, len(ids), ASKED_AT_ONCE):
        yield ids[start : start + ASKED_AT_ONCE]
