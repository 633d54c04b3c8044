"""What a case's story is made of, in which states it can be, and who may look. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.case_steps import PauseCause
from contracts.message import Actor, Id, TenantId
from contracts.oversight import CaseStanding
from contracts.refusal import Forbidden, NotFound

CASE_STATES: Mapping[str, str] = {
    "CaseAccepted": "accepted",
    "CaseApproved": "approved",
    "CaseRejected": "rejected",
    "CaseNotAccepted": "not_accepted",
    "CaseWithdrawn": "withdrawn",
    "BenefitGranted": "granted",
}
MONEY_STATES: Mapping[str, str] = {
    "DisbursementHeld": "held",
    "DisbursementReady": "ready",
    "DisbursementAuthorised": "authorised",
    "DisbursementSent": "sent",
    "DisbursementUnknown": "unknown",
    "DisbursementSettled": "settled",
    "DisbursementFailed": "failed",
    "DisbursementReturned": "returned",
    "DisbursementCancelled": "cancelled",
}
"""Which step brings a case, or one disbursement, to which state; each in the order of its line."""

RECALL = "DisbursementRecalled"
"""The step that takes a release back: the disbursement is ready again."""

PAYOUT_LIMITS = ("DisbursementReady", "PayoutDeadlineMoved")
"""Which steps say when the payout limit ends, each after those that it corrects."""

UNDER_WAY = ("held", "ready", "authorised", "sent", "unknown")
WENT_WRONG = ("failed", "returned")

SUPPLEMENTING = "supplementing"
YOURS = frozenset({"failed", "returned", SUPPLEMENTING})
ENDED = frozenset({"rejected", "not_accepted", "withdrawn", "granted", "settled", "cancelled"})
"""In which states it is the enterprise's turn, and in which nobody's any more."""

IN_REVIEW = frozenset({"submitted", "accepted", SUPPLEMENTING})
BEING_PAID = frozenset({"held", "ready", "authorised", "sent", "unknown", "failed"})
"""In which states the review limit runs, and in which the payout limit: in all others nothing is due."""


class CaseUntraceable(NotFound):
    """No case with this receipt number and query code; which of the two is wrong is not said."""

    code = "case_untraceable"
    sentence = "收件编号或查询码不正确。"


class EnterpriseNotYours(Forbidden):
    """An enterprise sees its own cases without query codes, and nobody else's."""

    code = "enterprise_not_yours"
    sentence = "您只能查看本企业的办件。"


@dataclass(slots=True)
class CaseStep:
    """One thing that happened. `code` is the event's name, `at` when its owner recorded it.

    The others are figures that some steps bring: when the limit ends that runs from it, or which year's working days
    that waits for, whose money it is about (one disbursement) and which tenant pays it, how much (of a case's approval:
    in all), and when the bank settled it; which case it is about (each later instalment is one), and which instalment and
    revision that is; which supplement; why a clock stands still; and which task of which department (`tenant` acts) is
    given or answered how. Steps of versions before 0.6 have none of these last.
    """

    code: str
    text: str
    by: str
    at: datetime
    due_at: datetime | None = None
    awaits_year: int | None = None
    disbursement_id: str | None = None
    amount_fen: int | None = None
    settled_at: datetime | None = None
    payer: str | None = None
    case_id: str | None = None
    instalment: int | None = None
    revision: int | None = None
    supplement_id: str | None = None
    cause: PauseCause | None = None
    task: str | None = None
    slot: str | None = None
    verdict: str | None = None
    department: str | None = None
    department_id: str | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class AskedDepartment:
    """A department that a task waits for, as its event calls it."""

    name: str
    id: Id | None = None
    tenant: TenantId | None = None


@dataclass(frozen=True, slots=True)
class CaseProgress:
    """What the steps of a case come to. `as_of` is the time of the newest of them, `payer` whoever pays what the state is
    about, `asked` are the departments that have to answer now; while the review limit stands still, `paused` is why."""

    state: str
    amount_fen: int | None
    due_at: datetime | None
    awaits_year: int | None
    paid_at: datetime | None
    as_of: datetime
    payer: str | None = None
    asked: tuple[AskedDepartment, ...] = ()
    paused: PauseCause | None = None
    projected_due_at: datetime | None = None


def refuse_stranger(actor: Actor, enterprise_id: str) -> None:
    """Raise EnterpriseNotYours unless the actor acts for this very enterprise."""
    if actor.enterprise_id != enterprise_id:
        raise EnterpriseNotYours()


def standing_of(state: str) -> CaseStanding:
    """Whether a case waits for its enterprise, for somebody else, or for nobody."""
    if state in YOURS:
        return "yours"
    return "ended" if state in ENDED else "under_way"


def mask_enterprise(name: str) -> str:
    """An enterprise's name as strangers see it: at most its first four characters, never more than half of it."""
    return f"{name[: min(4, max(1, len(name) // 2))]}**"
