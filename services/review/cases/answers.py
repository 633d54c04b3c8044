"""What has been answered to the steps of a case: answers are only ever added. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from contracts.case_steps import SlotVerdict, StepKind
from contracts.message import SYSTEM, Id
from contracts.refusal import Conflict
from contracts.status_labels import TASK
from rules.plan_run import PlannedStep, SlotAnswer, SlotPlace, kept_apart

SHARED_BY = "shared_by"
"""Under which name an answer's evidence lists the persons who have taken the step besides the one who gave the answer: the other
officers of an inspection, the experts of a panel."""

ACCEPTANCE = SlotPlace(0, "")
"""The place of the acceptance, which is before the plan's first step."""


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """One answer, as it was given. `by` is a person, or the system where a machine may answer; `evidence` is what the step's
    own room keeps with it."""

    step: int
    slot: str
    kind: StepKind
    verdict: SlotVerdict
    by: str
    department: str
    at: datetime
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> SlotPlace:
        return SlotPlace(self.step, self.slot)


class StepNotOpen(Conflict):
    """Its turn has not come, or it is over."""

    code = "step_not_open"
    sentence = "现在不能办理“{step}”这一步骤：{why}。"


class StepsMustDiffer(Conflict):
    """One person has taken a step that the plan keeps apart from this one."""

    code = "steps_must_differ"
    sentence = "您已办理本件的“{steps}”，按办理方案不得再办理“{step}”，请由本岗位的其他人员办理；没有其他人员的，请先登记代办人。"


class StepFailed(Conflict):
    """A step stands against the claim: it can only be refused, or the step answered again."""

    code = "step_failed"
    sentence = "“{step}”的结论为不通过，不能批准；请不予批准并说明理由，或重新办理该步骤。"


class StepNotPassed(Conflict):
    code = "step_not_passed"
    sentence = "还有步骤没有办结：{steps}。"


class SupplementAwaited(Conflict):
    """What the enterprise was asked to mend has not come yet: nothing is granted before it has, or its time is over."""

    code = "supplement_awaited"
    sentence = "正在等待企业补正，不能批准；企业补正后，或补正期限届满后再办理。"


def deciding(answers: Sequence[StepAnswer]) -> StepAnswer | None:
    """The answer that a grant rests on: the last approval that stands, or what was answered last where the plan has none."""
    standing = {each.place: each for each in answers}
    given = [each for each in standing.values() if each.verdict != "withdrawn"]
    approvals = [each for each in given if each.kind in ("approval", "recheck")]
    return max(approvals or given, key=answers.index, default=None)


def for_the_plan(answers: Iterable[StepAnswer]) -> list[SlotAnswer]:
    """The answers as far as they decide what comes next, without that of the acceptance."""
    return [SlotAnswer(each.step, each.slot, each.verdict, each.by) for each in answers if each.step > 0]


def must_differ(
    steps: Sequence[PlannedStep], answers: Sequence[StepAnswer], place: SlotPlace, person: Id
) -> StepsMustDiffer | None:
    """Why this person may not give this answer. What the system has answered is nobody's."""
    if person == SYSTEM.id:
        return None
    own = [replace(each, by=person) if person in each.evidence.get(SHARED_BY, ()) else each for each in answers]
    taken = kept_apart(steps, for_the_plan(own), place, person)
    if not taken:
        return None
    asked = next(each for each in steps if each.number == place.step)
    return StepsMustDiffer(steps="、".join(name_of(each.kind) for each in taken), step=name_of(asked.kind, place.slot))


def passed_on(answers: Iterable[StepAnswer], place: SlotPlace) -> list[dict[str, str]]:
    """Who has said before that this is not theirs to answer, and why."""
    before = [each for each in answers if each.place == place and each.evidence.get("answer") == "not_ours"]
    return [{"department": each.department, "reason": each.reason} for each in before]


def name_of(kind: StepKind, slot: str = "") -> str:
    """What a step is called for people, with whose answer it is."""
    called = TASK[kind].staff_zh
    return f"{called}（{slot}）" if slot else called
