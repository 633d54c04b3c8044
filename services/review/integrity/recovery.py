"""A decision that money of a case has to come back: proposed by one person, confirmed by another. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from contracts.intake import Claim
from contracts.integrity import RecoveryDecision
from contracts.message import TenantId
from contracts.money import Money
from contracts.refusal import Refused
from contracts.reopening import ReopeningState
from contracts.two_persons import Proposal
from services.review.cases.case import Case
from services.review.cases.division import divided
from services.review.cases.receivers import EmittedPart
from services.review.integrity.refusals import (
    NothingToRecover,
    RecoveryByStaffOnly,
    RecoveryDecidedAlready,
    RecoverySecondPersonRequired,
    RecoveryTooMuch,
)


@dataclass(kw_only=True, slots=True)
class RecoveryProposal(Proposal):
    """`revision` is that of the case which grants so much less, once it is confirmed."""

    AGREED: ClassVar[str] = "confirmed"
    DECIDED_ALREADY = RecoveryDecidedAlready
    SECOND_PERSON_REQUIRED = RecoverySecondPersonRequired
    BY_STAFF_ONLY = RecoveryByStaffOnly

    finding_id: str
    case_id: str
    claim: Claim
    amount_fen: int
    number: str
    basis_zh: str
    revision: int | None = None
    state: ReopeningState = "proposed"

    def view(self) -> RecoveryDecision:
        shown = RecoveryDecision.model_fields.keys() - {"recovery_id"}
        return RecoveryDecision(recovery_id=self.id, **{name: getattr(self, name) for name in shown})


def recoverable(case: Case) -> int:
    """What payers were told of this case last, in fen: nothing unless it is approved and its decision is known."""
    if case.state != "approved" or case.is_held:
        return 0
    return sum(each.amount_fen for each in of_instalment(case))


def of_instalment(case: Case) -> Sequence[EmittedPart]:
    """What of its own instalment is granted at present."""
    return [each for each in case.emitted if each.instalment == case.instalment and each.amount_fen]


def against_recovering(case: Case, amount_fen: int) -> list[Refused]:
    """Everything that stands against getting so much back."""
    most = recoverable(case)
    if not most:
        return [NothingToRecover()]
    return [RecoveryTooMuch(most=Money(most).yuan_text(), field="amount_fen")] if amount_fen > most else []


def kept_of(granted: Sequence[EmittedPart], back_fen: int) -> Mapping[tuple[int, TenantId], int]:
    """What each receiver keeps from each payer once `back_fen` of all comes back, in proportion, to the fen."""
    cells = {(each.number, each.payer): each.amount_fen for each in granted}
    parts = divided(cells, {"kept": sum(cells.values()) - back_fen, "back": back_fen})
    return {cell: parts[cell, "kept"] for cell in cells}
