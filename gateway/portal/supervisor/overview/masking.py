"""Who is shown whole names, and what the others see instead."""

from __future__ import annotations

from contracts.message import Actor
from contracts.review import CaseView
from contracts.treasury import DisbursementView

WHOLE = frozenset({"supervision", "discipline", "audit"})
"""Duties that see whose case it is. A lay supervisor (营商环境监督员) watches the time, not the enterprise."""

STARS = "**"


def sees_names(actor: Actor) -> bool:
    return bool(actor.duties & WHOLE)


def masked(name: str) -> str:
    """At most its first four characters, never more than half of it, as tracking shows it to strangers."""
    return f"{name[: min(4, max(1, len(name) // 2))]}{STARS}"


def masked_case(case: CaseView) -> CaseView:
    """Without the enterprise's name and code, its account, and what its data say."""
    claim = case.claim.model_copy(
        update={"enterprise_name": masked(case.claim.enterprise_name), "uscc": STARS, "enterprise_id": "-"}
    )
    hidden = {"payee_name": STARS, "account_masked": STARS, "working": (), "obstacles": (), "remarks": ()}
    return case.model_copy(update={"claim": claim, "note": "", "cites": (), **hidden})


def masked_payment(payment: DisbursementView) -> DisbursementView:
    claim = payment.claim.model_copy(
        update={"enterprise_name": masked(payment.claim.enterprise_name), "uscc": STARS, "enterprise_id": "-"}
    )
    hidden = {"payee_name": masked(payment.payee_name), "account_masked": STARS, "bank_name": STARS}
    return payment.model_copy(update={"claim": claim, **hidden})
