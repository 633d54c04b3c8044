"""A disbursement as the bureau sees it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import status_labels
from contracts.payment_terms import PaymentTerms
from contracts.treasury import DisbursementState, DisbursementView
from services.treasury.disbursements.moves import CLOCK_RUNS

if TYPE_CHECKING:
    from services.treasury.disbursements.domain import Disbursement

OF_THE_PAYEE = frozenset({"account_masked", "bank_name", "account_version"})
OF_ITS_CLOCK = frozenset({"due_at", "awaits_year"})
OF_ITS_TERMS = frozenset(PaymentTerms.model_fields) - {"payout_limit"}
NAMED_OTHERWISE = frozenset({"disbursement_id", "payee_name"})
SHOWN_AS_IT_IS = frozenset(DisbursementView.model_fields) - OF_THE_PAYEE - OF_ITS_CLOCK - OF_ITS_TERMS - NAMED_OTHERWISE
"""What a view shows under the name that the disbursement has for it."""


def view_of(disbursement: Disbursement) -> DisbursementView:
    """The account number stays masked; nothing is due any more of what is paid, came back or was cancelled."""
    runs = disbursement.state in CLOCK_RUNS
    return DisbursementView(
        disbursement_id=disbursement.id,
        payee_name=disbursement.payee.account_name,
        **{name: getattr(disbursement.payee, name) for name in OF_THE_PAYEE},
        **{name: getattr(disbursement, name) if runs else None for name in OF_ITS_CLOCK},
        **{name: getattr(disbursement.terms, name) for name in OF_ITS_TERMS},
        **{name: getattr(disbursement, name) for name in SHOWN_AS_IT_IS},
    )


def called(state: DisbursementState) -> str:
    """What staff call a state."""
    return status_labels.DISBURSEMENT[state].staff_zh
