"""What an approval says of a payment besides who pays how much to which account."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from contracts.item import BenefitKind
from contracts.message import Id, Model
from contracts.payee_holders import PayeeHolder
from contracts.review import Share, ShareMode
from contracts.rule import TimeLimit


class PaymentTerms(Model):
    """As in CaseApproved; what it did not say before is absent."""

    parts: int = 1
    payee_holder: PayeeHolder | None = None
    payee_label: str = ""
    fund: str | None = None
    income_tax: Literal["withheld", "not_withheld"] | None = None
    payout_limit: TimeLimit | None = None
    budget_line: str | None = None
    paying_department_id: Id | None = None
    borne: tuple[Share, ...] = ()
    share_mode: ShareMode = "direct"
    family: str | None = None
    benefit_kind: BenefitKind | None = None
    decided_at: datetime | None = None
