"""Where a claim is: its cases (one, and one for each later instalment), and the money of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.oversight.domain import (
    BEING_PAID,
    ENDED,
    IN_REVIEW,
    MONEY_STATES,
    PAYOUT_LIMITS,
    RECALL,
    SUPPLEMENTING,
    UNDER_WAY,
    WENT_WRONG,
    CaseProgress,
    CaseStep,
)
from services.oversight.reviewing import ReviewStanding, review_of

_RANK = {state: rank for rank, state in enumerate(MONEY_STATES.values())}
_OF_NO_CASE = frozenset(
    {"ApplicationSubmitted", "EnterprisesNominated", "ApplicationReplaced", "MessageDelivered", "MessageFailed"}
)


@dataclass(slots=True)
class _Attempt:
    """One disbursement: how far it has come, and when it was last heard of."""

    state: str
    amount_fen: int
    at: datetime
    payer: str | None


@dataclass(frozen=True, slots=True)
class _Instalment:
    """One case with its money."""

    state: str
    review: ReviewStanding
    attempts: Sequence[_Attempt]
    steps: Sequence[CaseStep]

    @property
    def amount(self) -> int | None:
        return self.review.approval.amount_fen if self.review.approval else None


def progress(steps: Sequence[CaseStep]) -> CaseProgress:
    """Where the claim is. The order of `steps` does not matter; there is at least one."""
    instalments = [_instalment(each) for each in _cases(steps)]
    now = next((each for each in instalments if each.state not in ENDED), instalments[-1])
    amounts = [each.amount for each in instalments if each.amount is not None]
    settled = [step.settled_at for step in steps if step.settled_at is not None]
    paying = [attempt for attempt in now.attempts if attempt.state == now.state]
    paused = now.review.pause if now.state in IN_REVIEW else None
    due_at, awaits_year = _limit(now, paused)
    return CaseProgress(
        state=now.state,
        amount_fen=sum(amounts) if amounts else None,
        due_at=due_at,
        awaits_year=awaits_year,
        paid_at=max(settled) if now.state == "settled" and settled else None,
        as_of=max(step.at for step in steps),
        payer=max(paying, key=lambda attempt: attempt.at).payer if paying else None,
        asked=now.review.asked if now.state in IN_REVIEW else (),
        paused=paused.cause if paused else None,
        projected_due_at=paused.due_at if paused else None,
    )


def _cases(steps: Iterable[CaseStep]) -> list[list[CaseStep]]:
    """The steps of each instalment's case, in the order of the instalments. Which instalment a case is about only some of
    its steps say; what comes without a case's id is the first's."""
    about = [step for step in steps if step.code not in _OF_NO_CASE]
    later = {step.case_id: step.instalment for step in about if step.case_id and (step.instalment or 1) > 1}
    found: dict[int, list[CaseStep]] = {}
    for step in about:
        found.setdefault((later.get(step.case_id) if step.case_id else None) or 1, []).append(step)
    return [found[number] for number in sorted(found)] or [[]]


def _instalment(steps: Sequence[CaseStep]) -> _Instalment:
    review, attempts = review_of(steps), _attempts(steps)
    return _Instalment(_state(review, attempts), review, attempts, steps)


def _state(review: ReviewStanding, attempts: Sequence[_Attempt]) -> str:
    """The case's own state until money moves; then that of its money.

    Several payers pay one case, and a failed or returned attempt is followed by another one: the case is
    settled when all that was approved is, and until then it is where the slowest of its open attempts is. Money of a
    decision that was taken up again, or came to something else, says nothing of the case.
    """
    decided = review.decision is not None
    if review.state != "approved" and (decided or review.reopened):
        return review.state
    settled = [attempt for attempt in attempts if attempt.state == "settled"]
    amount = review.approval.amount_fen if review.approval else None
    if settled and sum(attempt.amount_fen for attempt in settled) >= (amount or 0):
        return "settled"
    under_way = [attempt.state for attempt in attempts if attempt.state in UNDER_WAY]
    if under_way:
        return min(under_way, key=_RANK.__getitem__)
    wrong = [attempt for attempt in attempts if attempt.state in WENT_WRONG]
    return max(wrong, key=lambda attempt: attempt.at).state if wrong else review.state


def _limit(now: _Instalment, paused: CaseStep | None) -> tuple[datetime | None, int | None]:
    """When the limit ends that runs in this state, or which year's calendar it waits for; a limit that stands still has no
    end. While the enterprise supplements, it is the enterprise's own time that runs."""
    step: CaseStep | None = None
    if now.state == SUPPLEMENTING:
        step = now.review.supplement
    elif now.state in IN_REVIEW:
        step = None if paused else now.review.limit
    elif now.state in BEING_PAID:
        known = [each for each in now.steps if each.code in PAYOUT_LIMITS]
        step = max(known, key=lambda each: (each.at, PAYOUT_LIMITS.index(each.code)), default=None)
    return (step.due_at, step.awaits_year) if step else (None, None)


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
