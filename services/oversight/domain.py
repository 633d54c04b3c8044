"""Where a case is, told from the steps that were heard of it, in whatever order they were heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.message import Actor
from contracts.oversight import CaseStanding
from contracts.refusal import Forbidden, NotFound

CASE_STATES: Mapping[str, str] = {
    "CaseAccepted": "accepted",
    "CaseApproved": "approved",
    "CaseRejected": "rejected",
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

REVIEW_LIMITS = ("CaseAccepted", "ReviewDeadlineMoved")
PAYOUT_LIMITS = ("DisbursementReady", "PayoutDeadlineMoved")
"""Which steps say when a limit ends, each after those that it corrects."""

UNDER_WAY = ("held", "ready", "authorised", "sent", "unknown")
WENT_WRONG = ("failed", "returned")

YOURS = frozenset({"failed", "returned"})
ENDED = frozenset({"rejected", "settled", "cancelled"})
"""In which states it is the enterprise's turn, and in which nobody's any more."""

IN_REVIEW = frozenset({"submitted", "accepted"})
BEING_PAID = frozenset({"held", "ready", "authorised", "sent", "unknown", "failed"})
"""In which states the review limit runs, and in which the payout limit: in all others nothing is due."""

_RANK = {state: rank for rank, state in enumerate((*CASE_STATES.values(), *MONEY_STATES.values()))}


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
    in all), and when the bank settled it.
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


@dataclass(frozen=True, slots=True)
class CaseProgress:
    """What the steps of a case come to. `as_of` is the time of the newest of them, `payer` whoever pays what the state is
    about."""

    state: str
    amount_fen: int | None
    due_at: datetime | None
    awaits_year: int | None
    paid_at: datetime | None
    as_of: datetime
    payer: str | None = None


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


def progress(steps: Sequence[CaseStep]) -> CaseProgress:
    """Where the case is. The order of `steps` does not matter; there is at least one."""
    approvals = [step for step in steps if step.code == "CaseApproved"]
    amount = _newest(approvals).amount_fen if approvals else None
    attempts = _attempts(steps)
    state = _state(steps, attempts, amount)
    paying = [attempt for attempt in attempts if attempt.state == state]
    settled = [step.settled_at for step in steps if step.settled_at is not None]
    limit = _limit(steps, state)
    return CaseProgress(
        state=state,
        amount_fen=amount,
        due_at=limit.due_at if limit else None,
        awaits_year=limit.awaits_year if limit else None,
        paid_at=max(settled) if state == "settled" and settled else None,
        as_of=max(step.at for step in steps),
        payer=max(paying, key=lambda attempt: attempt.at).payer if paying else None,
    )


def _limit(steps: Sequence[CaseStep], state: str) -> CaseStep | None:
    """The step that says when the limit ends that runs in this state; None where none runs, or none is known.

    Of two steps of one instant the later kind counts: it corrects the other.
    """
    kinds = REVIEW_LIMITS if state in IN_REVIEW else PAYOUT_LIMITS if state in BEING_PAID else ()
    known = [step for step in steps if step.code in kinds]
    return max(known, key=lambda step: (step.at, kinds.index(step.code))) if known else None


@dataclass(slots=True)
class _Attempt:
    """One disbursement: how far it has come, and when it was last heard of."""

    state: str
    amount_fen: int
    at: datetime
    payer: str | None


def _attempts(steps: Iterable[CaseStep]) -> list[_Attempt]:
    found: dict[str, _Attempt] = {}
    told = [step for step in steps if step.disbursement_id is not None]
    recalls = [step for step in told if step.code == RECALL]
    for step in told:
        state = MONEY_STATES.get(step.code)
        if state is None or step.disbursement_id is None or _is_recalled(step, recalls):
            continue
        known = found.get(step.disbursement_id)
        if known is None or _RANK[state] > _RANK[known.state]:
            found[step.disbursement_id] = _Attempt(state, step.amount_fen or 0, step.at, step.payer)
    return list(found.values())


def _is_recalled(step: CaseStep, recalls: Iterable[CaseStep]) -> bool:
    """Whether it is a release that was taken back before anything was sent."""
    return step.code == "DisbursementAuthorised" and any(
        recall.disbursement_id == step.disbursement_id and recall.at >= step.at for recall in recalls
    )


def _state(steps: Iterable[CaseStep], attempts: Sequence[_Attempt], amount: int | None) -> str:
    """The case's own state until money moves; then that of its money.

    Several payers pay one case, and a failed or returned attempt is followed by another one: the case is
    settled when all that was approved is, and until then it is where the slowest of its open attempts is.
    """
    settled = [attempt for attempt in attempts if attempt.state == "settled"]
    if settled and sum(attempt.amount_fen for attempt in settled) >= (amount or 0):
        return "settled"
    under_way = [attempt.state for attempt in attempts if attempt.state in UNDER_WAY]
    if under_way:
        return min(under_way, key=_RANK.__getitem__)
    wrong = [attempt for attempt in attempts if attempt.state in WENT_WRONG]
    if wrong:
        return max(wrong, key=lambda attempt: attempt.at).state
    reached = [CASE_STATES[step.code] for step in steps if step.code in CASE_STATES]
    return max(reached, key=_RANK.__getitem__, default="submitted")


def _newest(steps: Sequence[CaseStep]) -> CaseStep:
    return max(steps, key=lambda step: step.at)
