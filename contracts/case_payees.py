"""Who gets what of a case: its receivers with their parts, holders and accounts, and naming them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from contracts.message import Fen, Id, Model
from contracts.payee_holders import HolderKind
from contracts.rule import PayeeKind


class NamedPayee(Model):
    """Which holder receives a part of the plan's payees; `part` counts them from 1 in the plan's order. Where a part goes to
    several persons (graduates, employees) each has an entry, with the `amount_fen` that is theirs."""

    part: int = Field(ge=1, le=10)
    holder_id: Id
    amount_fen: Fen | None = None


class CasePayee(Model):
    """One receiver of a case. `number` is the part that CaseApproved carries; `part` the plan's.

    `account_masked` is absent while no confirmed account is known: then the case cannot be granted.
    """

    number: int
    part: int
    who: PayeeKind
    label: str
    kind: HolderKind = "enterprise"
    holder_id: Id | None = None
    holder_name: str | None = None
    amount_fen: Fen | None = None
    account_masked: str | None = None
    fund: str | None = None
    income_tax: Literal["withheld", "not_withheld"] | None = None
