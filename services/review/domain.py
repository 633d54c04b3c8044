"""What review decides by: the moves of a case, its parts, and why it says no. The case itself is in `case`.

Pure: time, ids and actors are given.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.enterprises import Payee
from contracts.intake import Claim
from contracts.message import Event, TenantId
from contracts.money import Money
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Refused
from contracts.review import CaseAccepted, CaseApproved, CaseRejected, CaseState, InspectionRecorded, Share
from contracts.rule import Fact, ParameterValue, PaymentFrequency

MOVES: Mapping[tuple[CaseState | None, CaseState], type[Event]] = {
    (None, "accepted"): CaseAccepted,
    ("accepted", "accepted"): InspectionRecorded,
    ("accepted", "approved"): CaseApproved,
    ("accepted", "rejected"): CaseRejected,
    (None, "rejected"): CaseRejected,
}
"""Every edge and the event that reports it. What is approved or rejected stays so; what is not even accepted
(不予受理) is rejected at once."""

OUTCOMES: Mapping[CaseState, str] = {"approved": "批准", "rejected": "退回不予批准"}
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clock of an inspector's phone may run ahead of ours."""


class CaseNotFound(NotFound):
    code = "case_not_found"
    sentence = "没有找到该办件。"


class EarlierClaimStands(Conflict):
    """A claim in another's place is only taken once the other has been rejected."""

    code = "earlier_claim_stands"
    sentence = "不予受理：所替代的申报（受理编号 {receipt}）未被退回，仍以原申报为准。"


class NotYourDepartment(Forbidden):
    """A case is seen and decided by the department that the item names, and by no other."""

    code = "not_your_department"
    sentence = "该办件由“{department}”办理，您无权查看或办理。"


class AlreadyDecided(Conflict):
    code = "case_already_decided"
    sentence = "该办件已{outcome}，不能再次办理。"


class NotEligible(Conflict):
    """The pinned version's conditions are not met on the case's facts."""

    code = "not_eligible"
    sentence = "企业不符合该事项的条件：{why}。"


class FactsMissing(Conflict):
    """The pinned version cannot be evaluated on the case's facts."""

    code = "facts_missing"
    sentence = "缺少判定或测算所需的信息：{what}。"


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    sentence = "按事项规则测算的金额为零，没有可兑付的资金。"


class AmountMismatch(Invalid):
    """Only the rule's amount can be granted, to the fen."""

    code = "amount_mismatch"
    sentence = "金额 {asked} 元与按事项规则测算的 {due} 元不一致。"


class InspectionRequired(Conflict):
    code = "inspection_required"
    sentence = "该事项须现场勘查合格后方可批准。"


class InspectionNotPartOfPlan(Conflict):
    code = "inspection_not_part_of_plan"
    sentence = "该事项的办理流程没有现场勘查。"


class InspectionInFuture(Invalid):
    code = "inspection_in_future"
    sentence = "勘查时间不能晚于现在。"


class AlreadyAwarded(Conflict):
    """The award register has this firm, item and period already."""

    code = "already_awarded"
    sentence = "该企业在同一期间已获批同一事项，不能重复享受。"


def together(refusals: Sequence[Refused]) -> Refused:
    """One refusal with the reasons of all; the first gives the headline. Raises IndexError for none."""
    first = refusals[0]
    first.reasons = tuple(reason for refusal in refusals for reason in refusal.reasons)
    return first


def case_id_of(application_id: str) -> str:
    """The case that an application becomes."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"case\x1f{application_id}"))


@dataclass(frozen=True, slots=True)
class Filing:
    """What was filed, by a firm or on a department's list. `filed_on` is the local date of `filed_at`; `figures` are
    the outside figures as they stood then: the claim is judged on these, whatever is said of them later."""

    tenant: TenantId
    claim: Claim
    facts: tuple[Fact, ...]
    payee: Payee
    asked_fen: int | None
    filed_at: datetime
    filed_on: date
    figures: tuple[ParameterValue, ...] = ()
    traceparent: str | None = None

    @property
    def case_id(self) -> str:
        """The same filing is the same case, however often it arrives."""
        return case_id_of(self.claim.application_id)


@dataclass(frozen=True, slots=True)
class Inspection:
    """现场勘查."""

    passed: bool
    findings: str
    place: str
    inspected_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, when, and the opinion or reason."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Award:
    """A place in the award register: one per firm, item and period, whoever pays.

    The firm is known by its code, and by its file in the place where it filed.
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
    def claimed_by(cls, claim: Claim, *, tenant: TenantId, period: str, case_id: str, amount_fen: int) -> Award:
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


@dataclass(frozen=True, slots=True)
class Payments:
    """`orders`: who is to pay how much, once per payer. `shares`: who bears how much. Both sum to the amount."""

    orders: tuple[Share, ...]
    shares: tuple[Share, ...]


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


def by_tenant(parts: Iterable[tuple[TenantId, Money]]) -> tuple[Share, ...]:
    """Each tenant once, with the sum of its parts."""
    sums: dict[TenantId, int] = {}
    for tenant, money in parts:
        sums[tenant] = sums.get(tenant, 0) + money.fen
    return tuple(Share(payer=tenant, amount_fen=fen) for tenant, fen in sums.items())
