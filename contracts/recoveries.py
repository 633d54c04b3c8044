"""What was paid and has to come back, and the income tax that a payer withholds."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.intake import Claim
from contracts.message import Command, Fen, Id, Model, Page, PagedQuery, ServiceName
from contracts.treasury import DisbursementView

RecoveryState = Literal["open", "void"]
"""待追回 · 已撤销（款项已由银行退回，或被新的批准取代）."""


class RecoveryView(Model):
    """What one receiver has had of an instalment beyond what the newest approval (`revision`) grants.

    `payee_name` is the name of the account that was paid last; `due_since` when the approval was heard that grants less.
    """

    recovery_id: Id
    case_id: Id
    claim: Claim
    part: int
    instalment: int
    revision: int
    amount_fen: Fen
    state: RecoveryState
    reason: str
    payee_name: str
    due_since: datetime
    version: int


class RecoveryPage(Page):
    items: tuple[RecoveryView, ...]


class ListRecoveries(PagedQuery[RecoveryPage]):
    """The tenant's recoveries, the newest first; of one case or one state if asked for."""

    owner: ClassVar[ServiceName] = "treasury"

    state: RecoveryState | None = None
    case_id: Id | None = None


class SetWithheldTax(Command[DisbursementView]):
    """Enter the income tax that the payer withholds from a payment to a person (代扣个人所得税): what is left is paid. Before
    it is entered the payment is held. Whoever enters it does not release the payment.
    """

    owner: ClassVar[ServiceName] = "treasury"

    disbursement_id: Id
    withheld_fen: int = Field(ge=0, le=10**15)
    expected_version: int
