"""How one case stands by what review has said of it: decided, reopened, supplemented, its clock, and who is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.oversight.domain import CASE_STATES, SUPPLEMENTING, AskedDepartment, CaseStep

DECIDED = tuple(code for code in CASE_STATES if code != "CaseAccepted")
LIMITS = ("CaseAccepted", "CaseResumed", "ReviewDeadlineMoved")
"""Which steps say when the review limit ends, each after those that it corrects."""

CLOCK = ("CaseSuspended", "CaseResumed")
SUPPLEMENT_ENDS = ("SupplementAnswered", "SupplementLapsed")
TASKS = ("TaskAssigned", "StepAnswered")


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """`decision` is the step that counts, absent while nothing is decided (again); `limit` says when the limit ends, and
    `pause` why it stands still. `supplement` is what the enterprise has yet to answer."""

    accepted: bool
    reopened: bool
    decision: CaseStep | None
    approval: CaseStep | None
    supplement: CaseStep | None
    limit: CaseStep | None
    pause: CaseStep | None
    asked: tuple[AskedDepartment, ...]

    @property
    def state(self) -> str:
        """The case's own state, money aside."""
        if self.decision is not None:
            return CASE_STATES[self.decision.code]
        if self.supplement is not None:
            return SUPPLEMENTING
        return "accepted" if self.accepted or self.reopened else "submitted"


def review_of(steps: Sequence[CaseStep]) -> ReviewStanding:
    """What the steps of one case come to, in whatever order they were heard."""
    reopened = _newest(steps, ("CaseReopened",))
    now = [step for step in steps if reopened is None or step.at >= reopened.at]
    decisions = [step for step in steps if step.code in DECIDED and _counts_since(step, reopened)]
    approvals = [step for step in steps if step.code == "CaseApproved"]
    decision = max(decisions, key=_weight, default=None)
    refused = decision is not None and decision.code != "CaseApproved"
    return ReviewStanding(
        accepted=any(step.code == "CaseAccepted" for step in steps),
        reopened=reopened is not None,
        decision=decision,
        approval=None if refused else max(approvals, key=_weight, default=None),
        supplement=_open_supplement(now),
        limit=_newest([step for step in now if reopened is None or step.code != "CaseAccepted"], LIMITS),
        pause=_pause(now),
        asked=_asked(now),
    )


def made_known(steps: Sequence[CaseStep]) -> list[CaseStep]:
    """What may be shown: an approver's answer only with the decision that it led to, which leaves review when it cannot be
    undone any more. Until then nobody outside knows of it."""
    decided = [step for step in steps if step.code in DECIDED]
    return [step for step in steps if not _is_approval(step) or any(_led_to(step, each) for each in decided)]


def _is_approval(step: CaseStep) -> bool:
    return step.code == "StepAnswered" and step.task == "approval"


def _led_to(answer: CaseStep, decision: CaseStep) -> bool:
    return decision.at >= answer.at and decision.case_id in (None, answer.case_id)


def _counts_since(step: CaseStep, reopened: CaseStep | None) -> bool:
    """A decision of a revision before the case was reopened counts no more, whenever it was heard."""
    if reopened is None:
        return True
    if step.revision is not None and reopened.revision is not None:
        return step.revision >= reopened.revision
    return step.at > reopened.at


def _weight(step: CaseStep) -> tuple[int, float, int]:
    return step.revision or 1, step.at.timestamp(), DECIDED.index(step.code)


def _newest(steps: Iterable[CaseStep], kinds: Sequence[str]) -> CaseStep | None:
    """The newest step of these kinds; of two of one instant, that of the later kind: it corrects the other."""
    return max(
        (step for step in steps if step.code in kinds),
        key=lambda step: (step.at, kinds.index(step.code)),
        default=None,
    )


def _open_supplement(steps: Iterable[CaseStep]) -> CaseStep | None:
    ended = {step.supplement_id for step in steps if step.code in SUPPLEMENT_ENDS}
    return _newest([step for step in steps if step.supplement_id not in ended], ("SupplementRequested",))


def _pause(steps: Sequence[CaseStep]) -> CaseStep | None:
    """Each cause begins and ends by itself; the clock stands still while any of them lasts."""
    last = [
        _newest([step for step in steps if step.cause == cause], CLOCK)
        for cause in {step.cause for step in steps if step.code in CLOCK}
    ]
    lasting = [step for step in last if step is not None and step.code == "CaseSuspended"]
    return max(lasting, key=lambda step: (step.at, step.cause or ""), default=None)


def _asked(steps: Sequence[CaseStep]) -> tuple[AskedDepartment, ...]:
    """The departments whose answers are awaited.

    Nobody says that a task is needed no more (any of three was enough); but what a plan asks for later it asks for only when
    all before is passed, and what runs side by side it asks for at one instant: the newest of the open tasks are those.
    """
    told: dict[tuple[str, str], list[CaseStep]] = {}
    for step in steps:
        if step.code in TASKS and step.task is not None:
            told.setdefault((step.task, step.slot or ""), []).append(step)
    waiting = []
    for of_slot in told.values():
        given, last = _newest(of_slot, TASKS[:1]), _newest(of_slot, TASKS)
        if given is not None and last is not None and (last.code == "TaskAssigned" or last.verdict == "withdrawn"):
            waiting.append(given)
    newest = max((step.at for step in waiting), default=None)
    now = sorted((step for step in waiting if step.at == newest), key=lambda step: (step.task or "", step.slot or ""))
    return tuple(
        dict.fromkeys(
            AskedDepartment(step.department, step.department_id, step.tenant) for step in now if step.department
        )
    )
