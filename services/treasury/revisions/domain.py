"""What the newest revision of an approval asks for beside what was paid under earlier ones. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.aggregate import Aggregate
from contracts.intake import Claim
from contracts.money import Money
from contracts.recoveries import RecoveryState, RecoveryView
from contracts.review import CaseApproved
from services.treasury.places import Place

WHOLE_CASE = 0
"""The part of a refusal: it is of every receiver."""


@dataclass(frozen=True, slots=True)
class LatestApproval:
    """The newest that review has said of a place; a refusal has no `approval`, and grants nothing."""

    place: Place
    revision: int
    amount_fen: int
    approval: CaseApproved | None = None

    @property
    def holder_id(self) -> str | None:
        """Who is to get it, where that is not the applicant."""
        holder = self.approval.payee_holder if self.approval else None
        return holder.holder_id if holder else None


class Had(NamedTuple):
    """What somebody has had, or is about to get: the applicant where there is no holder."""

    holder_id: str | None
    amount_fen: int


class SettlingUp(NamedTuple):
    """What is still to be paid, and what has to come back."""

    pay_fen: int
    recover_fen: int


def settle_up(approved_fen: int, holder_id: str | None, had: Iterable[Had]) -> SettlingUp:
    """What was had of it counts towards what is approved; what another receiver has had does not, and has to come back."""
    to_them = to_others = 0
    for each in had:
        if each.holder_id == holder_id:
            to_them += each.amount_fen
        else:
            to_others += each.amount_fen
    return SettlingUp(max(0, approved_fen - to_them), max(0, to_them - approved_fen) + to_others)


@dataclass(kw_only=True, slots=True)
class Recovery(Aggregate):
    """What has to come back of one place under one revision: there is one open at a time."""

    case_id: str
    claim: Claim
    instalment: int
    part: int
    revision: int
    amount_fen: int
    state: RecoveryState = "open"
    reason: str
    payee_name: str
    due_since: datetime

    @classmethod
    def due(
        cls,
        place: Place,
        revision: int,
        amount_fen: int,
        *,
        claim: Claim,
        payee_name: str,
        approved_fen: int,
        at: datetime,
    ) -> Recovery:
        """The newest approval grants less than was paid."""
        return cls(
            id=recovery_id(place, revision),
            tenant=place.tenant,
            case_id=place.case_id,
            claim=claim,
            instalment=place.instalment,
            part=place.part,
            revision=revision,
            amount_fen=amount_fen,
            reason=f"第 {revision} 次批准应付 {Money(approved_fen).yuan_text()} 元，少于已付金额",
            payee_name=payee_name,
            due_since=at,
        )

    @property
    def place(self) -> Place:
        return Place(self.tenant, self.case_id, self.instalment, self.part)

    def come_to(self, amount_fen: int) -> None:
        """It is of another amount now; of nothing, there is none any more."""
        if amount_fen:
            self.amount_fen, self.state = amount_fen, "open"
        else:
            self.state = "void"
            self.reason = "款项已由银行退回或已按新的批准处理，无需追回"

    def view(self) -> RecoveryView:
        shown = RecoveryView.model_fields.keys() - {"recovery_id"}
        return RecoveryView(recovery_id=self.id, **{name: getattr(self, name) for name in shown})


def recovery_id(place: Place, revision: int) -> str:
    """What comes back of one place under one revision is one recovery."""
    key = "\x1f".join(("recovery", *map(str, place), str(revision)))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))
