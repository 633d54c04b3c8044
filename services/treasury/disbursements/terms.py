"""What an approval says of a payment besides who pays how much to which account. Pure."""

from __future__ import annotations

from contracts.payment_terms import PaymentTerms
from contracts.review import CaseApproved


def terms_of(approval: CaseApproved) -> PaymentTerms:
    """As it says them."""
    return PaymentTerms(**{name: getattr(approval, name) for name in PaymentTerms.model_fields})
