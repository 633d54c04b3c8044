"""What one payment rests on, as far as this tenant may read it."""

from __future__ import annotations

from contracts.case_sheet import CaseSheet, GetCaseSheet
from contracts.refusal import Refused
from contracts.status_labels import DISBURSEMENT
from contracts.treasury import DisbursementView
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.figures import yuan
from gateway.portal.shell.time_left import due_text


async def if_ours(door: Door, payment: DisbursementView) -> CaseSheet | None:
    """The case. Of an item of another tenant, which has decided it, only what the payment says is read here."""
    if payment.claim.tenant != door.principal.tenant or not may(door, GetCaseSheet):
        return None
    try:
        return await door.told(GetCaseSheet(case_id=payment.case_id))
    except Refused:
        return None


def snapshot(payment: DisbursementView) -> dict[str, str]:
    """What a signature is put under, in a line each: told if it changes meanwhile."""
    return {
        "state": DISBURSEMENT[payment.state].staff_zh,
        "amount": yuan(payment.amount_fen),
        "withheld": yuan(payment.withheld_fen) if payment.withheld_fen is not None else "",
        "payee": payment.payee_name,
        "account": f"{payment.account_masked} {payment.bank_name}（第 {payment.account_version or '—'} 个）",
        "due": due_text(payment.due_at, payment.awaits_year),
        "reason": payment.reason or "",
        "contradiction": payment.contradiction or "",
    }
