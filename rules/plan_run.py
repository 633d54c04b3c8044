"""What a pinned plan asks for next, given what has been answered so far. Pure.

Steps are taken in their order; those that stand beside one another begin together, and what follows waits for all of them.
Each step waits for the answers of its *slots*: one per department of a joint check, one per duty of an approval, else one.
Answers are only ever added; the latest of a slot counts. Where a step fails, what is not begun yet is not begun any more, but
for one approval: somebody has to refuse the claim, with its reason, or to have the failed step answered again. Where all have
approved already (a notice after the approval, an approval before the failed step was answered again) the last one is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from contracts.case_steps import SlotVerdict, StepKind, StepState
from contracts.rule import Approval, JointCheck, Level, Plan, TimeLimit
from contracts.rule.plan import PlanStep, Quorum

Taken = TypeVar("Taken")

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
        """Whether every step of the plan is passed: nothing of it is left to do. A plan without steps passes nobody."""
        return bool(self.steps) and all(each.state == "passed" for each in self.steps)

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
    notices were for the claim. What stood side by side still does; what followed one another still follows.
    """
    numbered = [_planned(number, step) for number, step in enumerate(plan.steps, 1)]
    if instalment == 1:
        return tuple(numbered)
    groups = grouped(numbered, lambda step: step.beside_previous)
    recheck = PlannedStep(
        len(plan.steps) + 1, "recheck", ONLY, 1, beside_previous=False, clock=None, counts_against_limit=True
    )
    return (*_of_kind(groups, "joint_check"), recheck, *_of_kind(groups, "approval"))


def grouped(steps: Sequence[Taken], beside_previous: Callable[[Taken], bool]) -> list[list[Taken]]:
    """Steps that begin together, in the order of the plan."""
    groups: list[list[Taken]] = []
    for step in steps:
        if groups and beside_previous(step):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def standing_of(steps: Sequence[PlannedStep], answers: Iterable[SlotAnswer]) -> PlanStanding:
    """How the plan stands after these answers, the earliest first."""
    latest = latest_answers(answers)
    found: list[StepStanding] = []
    reached, failing = True, False
    for group in grouped(steps, lambda step: step.beside_previous):
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


def _of_kind(groups: Iterable[Sequence[PlannedStep]], kind: StepKind) -> list[PlannedStep]:
    """The steps of this kind, each beside the one before it where both began together in the plan."""
    kept = [[step for step in group if step.kind == kind] for group in groups]
    return [replace(step, beside_previous=place > 0) for group in kept for place, step in enumerate(group)]


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


def _judged(step: PlannedStep, latest: Mapping[SlotPlace, SlotAnswer], *, reached: bool) -> StepStanding:
    """The step by its answers. An answer that was given counts whether or not the step's turn has come again."""
    given = {slot: latest.get(SlotPlace(step.number, slot)) for slot in step.slots}
    said = [each.verdict for each in given.values() if each is not None]
    if said.count("passed") >= step.needed:
        state: StepState = "passed"
    elif said.count("failed") > len(step.slots) - step.needed:
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
    """Where a step has failed: one approval is open, so that somebody refuses the claim, unless somebody has.

    It is the first that is not given; where all are given, the last of them is asked anew.
    """
    approvals = [each for each in found if each.step.kind == "approval"]
    waiting = [each for each in approvals if each.state in ("waiting", "open")]
    if not approvals or (not waiting and approvals[-1].state == "failed"):
        return list(found)
    asked = waiting[0] if waiting else approvals[-1]
    ready = ("waiting", "open") if waiting else ("passed",)
    slots: dict[str, StepState] = {slot: "open" if state in ready else state for slot, state in asked.slots.items()}
    reopened = StepStanding(asked.step, "open", slots)
    return [reopened if each is asked else each for each in found]
