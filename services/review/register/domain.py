"""Awards: what an enterprise is granted once, by item and period. Pure: dates and ids are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.intake import Claim
from contracts.message import TenantId
from contracts.refusal import Conflict
from contracts.rule import PaymentFrequency


class AlreadyAwarded(Conflict):
    """The award register has this enterprise, item and period already."""

    code = "already_awarded"
    sentence = "该企业在同一期间已获批同一事项，不能重复享受。"


@dataclass(frozen=True, slots=True)
class RegisteredAward:
    """A place in the award register: one per enterprise, item and period, whoever pays.

    The enterprise is known by its code, and by its dossier in the place where it filed.
    """

    tenant: TenantId
    filed_in: TenantId
    enterprise_id: str
    item_id: str
    uscc: str
    period: str
    case_id: str
    amount_fen: int

    @classmethod
    def claimed_by(
        cls, claim: Claim, *, tenant: TenantId, period: str, case_id: str, amount_fen: int
    ) -> RegisteredAward:
        return cls(
            tenant=tenant,
            filed_in=claim.filed_in,
            enterprise_id=claim.enterprise_id,
            item_id=claim.item_id,
            uscc=claim.uscc,
            period=period,
            case_id=case_id,
            amount_fen=amount_fen,
        )


def award_period(frequency: PaymentFrequency, filed_on: date, year: int, application_id: str) -> str:
    """The period within which an item is granted once, as the register writes it.

    A yearly award is for the item's reference year `year`; shorter periods are those of filing; what is
    granted per event has a period of its own.
    """
    if frequency is PaymentFrequency.ONCE:
        return "once"
    if frequency is PaymentFrequency.YEARLY:
        return f"{year:04d}"
    if frequency is PaymentFrequency.HALF_YEARLY:
        return f"{filed_on.year:04d}H{(filed_on.month + 5) // 6}"
    if frequency is PaymentFrequency.QUARTERLY:
        return f"{filed_on.year:04d}Q{(filed_on.month + 2) // 3}"
    if frequency is PaymentFrequency.MONTHLY:
        return f"{filed_on.year:04d}M{filed_on.month:02d}"
    return application_id
