"""What a pinned plan asks for next, given what has been answered so far. Pure.

Steps are taken in their order; those that stand beside one another begin together, and what follows waits for all of them.
Each step waits for the answers of its *slots*: one per department of a joint check, one per duty of an approval, else one.
Answers are only ever added; the latest of a slot counts. Where a step fails, what is not begun yet is not begun any more, but
for the approval: somebody has to refuse the claim, with its reason, or to have the failed step answered again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contracts.case_steps import SlotVerdict, StepKind, StepState
from contracts.rule import Approval, JointCheck, Level, Plan, TimeLimit
from contracts.rule.plan import PlanStep, Quorum

ONLY = ("",)
"""The slots of a step that waits for one answer."""


class SlotPlace(NamedTuple):
    """Which answer of which step: the step counted from 1 in the order of the plan, and whose answer."""

    step: int
    slot: str


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of the plan as it is run. `needed` of its `slots` must pass.

    `term` names who acts where that is not the item's own department: the department of the step, or per slot the slot itself.
    `apart` says from which persons its answers are kept apart.
    """

    number: int
    kind: StepKind
    slots: tuple[str, ...]
    needed: int
    beside_previous: bool
    clock: TimeLimit | None
    counts_against_limit: bool
    department: str | None = None
    level: Level | None = None
    apart: bool = False
    apart_from_steps: bool = False


class SlotAnswer(NamedTuple):
    """An answer as far as it decides what comes next. `by` is the person."""

    step: int
    slot: str
    verdict: SlotVerdict
    by: str


@dataclass(frozen=True, slots=True)
class StepStanding:
    """How one step stands, and how each of its slots does."""

    step: PlannedStep
    state: StepState
    slots: Mapping[str, StepState]


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """The whole plan as it stands: all steps in their order, which slots wait for an answer now, and what it comes to."""

    steps: tuple[StepStanding, ...]

    @property
    def open(self) -> tuple[SlotPlace, ...]:
        """The slots that somebody has to answer now, in the order of the plan."""
        return tuple(
            SlotPlace(each.step.number, slot)
            for each in self.steps
            for slot, state in each.slots.items()
            if state == "open"
        )

    @property
    def passed(self) -> bool:
        """Whether every step of the plan is passed: nothing of it is left to do."""
        return all(each.state == "passed" for each in self.steps)

    @property
    def failed(self) -> tuple[StepStanding, ...]:
        """The steps that stand against the claim."""
        return tuple(each for each in self.steps if each.state == "failed")

    def state_of(self, place: SlotPlace) -> StepState:
        """How this slot stands; a slot that the plan does not have is a KeyError."""
        return next(each for each in self.steps if each.step.number == place.step).slots[place.slot]

    @property
    def excluded_now(self) -> bool:
        """Whether all that is open is excluded from the review limit: then its clock stands still."""
        at_work = [each for each in self.steps if each.state == "open"]
        return bool(at_work) and not any(each.step.counts_against_limit for each in at_work)


def planned_steps(plan: Plan, instalment: int = 1) -> tuple[PlannedStep, ...]:
    """The steps that the plan has for a claim, or for a later instalment of it.

    A later instalment repeats the joint checks, has its recheck, and is approved: materials, panels, inspections and public
    notices were for the claim.
    """
    if instalment == 1:
        return tuple(_planned(number, step) for number, step in enumerate(plan.steps, 1))
    kept = [(number, step) for number, step in enumerate(plan.steps, 1) if isinstance(step, JointCheck | Approval)]
    checks = [_planned(number, step) for number, step in kept if isinstance(step, JointCheck)]
    recheck = PlannedStep(
        len(plan.steps) + 1, "recheck", ONLY, 1, beside_previous=False, clock=None, counts_against_limit=True
    )
    approvals = [_planned(number, step) for number, step in kept if isinstance(step, Approval)]
    return (*checks, recheck, *approvals)


def standing_of(steps: Sequence[PlannedStep], answers: Iterable[SlotAnswer]) -> PlanStanding:
    """How the plan stands after these answers, the earliest first."""
    latest = latest_answers(answers)
    found: list[StepStanding] = []
    reached, failing = True, False
    for group in _groups(steps):
        judged = [_judged(step, latest, reached=reached and not failing) for step in group]
        found += judged
        failing = failing or any(each.state == "failed" for each in judged)
        reached = reached and all(each.state == "passed" for each in judged)
    return PlanStanding(tuple(_for_refusal(found) if failing else found))


def latest_answers(answers: Iterable[SlotAnswer]) -> dict[SlotPlace, SlotAnswer]:
    """The answer that counts of each slot; a slot whose answer was withdrawn has none."""
    latest = {SlotPlace(each.step, each.slot): each for each in answers}
    return {place: each for place, each in latest.items() if each.verdict != "withdrawn"}


def kept_apart(
    steps: Sequence[PlannedStep], answers: Iterable[SlotAnswer], place: SlotPlace, person: str
) -> tuple[PlannedStep, ...]:
    """The steps that this person has taken and that must be another's than this answer; none: the person may give it.

    The slot's own earlier answer is nobody else's matter: who has given it may give it again.
    """
    by_number = {step.number: step for step in steps}
    asked = by_number[place.step]
    taken = [at for at, each in latest_answers(answers).items() if each.by == person and at != place]
    against = [by_number[at.step] for at in taken if at.step in by_number and _must_differ(asked, by_number[at.step])]
    return tuple({step.number: step for step in against}.values())


def _must_differ(asked: PlannedStep, taken: PlannedStep) -> bool:
    """An approval is kept apart from other approvals, and from the steps where either of the two says so."""
    if asked.apart and taken.apart:
        return True
    return (asked.apart and asked.apart_from_steps) or (taken.apart and taken.apart_from_steps)


def _planned(number: int, step: PlanStep) -> PlannedStep:
    slots: tuple[str, ...] = ONLY
    needed, apart, apart_from_steps = 1, False, False
    if isinstance(step, JointCheck):
        slots = tuple(dict.fromkeys(step.departments))
        needed = _needed(step.passes_when, len(slots))
    elif isinstance(step, Approval):
        slots = tuple(dict.fromkeys(step.duties))
        needed = _needed(step.passes_when, len(slots))
        apart, apart_from_steps = True, step.apart_from == "steps"
    return PlannedStep(
        number,
        step.kind,
        slots,
        needed,
        beside_previous=step.beside_previous,
        clock=step.clock,
        counts_against_limit=step.counts_against_limit,
        department=step.department,
        level=step.level,
        apart=apart,
        apart_from_steps=apart_from_steps,
    )


def _needed(quorum: Quorum, slots: int) -> int:
    """How many slots must pass; a plan that asks for more than it has is not published (`rules.checking.plans`)."""
    if isinstance(quorum, int):
        return min(quorum, slots)
    return slots if quorum == "all" else 1


def _groups(steps: Sequence[PlannedStep]) -> list[list[PlannedStep]]:
    """Steps that begin together."""
    groups: list[list[PlannedStep]] = []
    for step in steps:
        if step.beside_previous and groups:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _judged(step: PlannedStep, latest: Mapping[SlotPlace, SlotAnswer], *, reached: bool) -> StepStanding:
    """The step by its answers. An answer that was given counts whether or not the step's turn has come again."""
    given = {slot: latest.get(SlotPlace(step.number, slot)) for slot in step.slots}
    said = Counter(each.verdict for each in given.values() if each is not None)
    if said["passed"] >= step.needed:
        state: StepState = "passed"
    elif said["failed"] > len(step.slots) - step.needed:
        state = "failed"
    else:
        state = "open" if reached else "waiting"
    unanswered: StepState = state if state in ("open", "waiting") else "skipped"
    slots: dict[str, StepState] = {
        slot: _state_of_answer(each.verdict) if each is not None else unanswered for slot, each in given.items()
    }
    return StepStanding(step, state, slots)


def _state_of_answer(verdict: SlotVerdict) -> StepState:
    return "passed" if verdict == "passed" else "failed"


def _for_refusal(found: Sequence[StepStanding]) -> list[StepStanding]:
    """Where a step has failed: the first approval that is not given is open, so that somebody refuses the claim."""
    told: list[StepStanding] = []
    opened = False
    for each in found:
        if not opened and each.step.kind == "approval" and each.state in ("waiting", "open"):
            slots: dict[str, StepState] = {
                slot: "open" if state in ("waiting", "open") else state for slot, state in each.slots.items()
            }
            told.append(StepStanding(each.step, "open", slots))
            opened = True
        else:
            told.append(each)
    return told
