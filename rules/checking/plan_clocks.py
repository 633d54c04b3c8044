"""Whether the clocks of a plan's steps can be kept inside its review limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.rule import Plan, Problem, PublicNotice, TimeLimit, TimeUnit
from contracts.rule.plan import PlanStep
from rules.plan_run import grouped
from rules.text.plans import limit_text

DAY = 24
LONGEST_HOLIDAY = 10
"""Days of the calendar that pass at most without a working day, weekends before and after included."""


def clock_problems(plan: Plan) -> Iterator[Problem]:
    """Steps that take longer than the whole, alone or after one another; across units only what is clearly longer."""
    alone = list(_alone(plan))
    yield from alone
    limit = plan.review_limit
    if limit is None or any(each.code == "step_over_limit" for each in alone):
        return
    waits = [_longest(group) for group in grouped(plan.steps, lambda step: step.beside_previous)]
    counted = [each for each in waits if each is not None]
    if len(counted) > 1 and _exceed(counted, limit):
        told = "、".join(limit_text(each) for each in counted)
        text = f"各步的时限（{told}）加起来超过审核时限 {limit_text(limit)}；请缩短，或写明不计入时限的依据"
        yield Problem(code="steps_over_limit", where="/plan/steps", text_zh=text)


def _alone(plan: Plan) -> Iterator[Problem]:
    for index, step in enumerate(plan.steps):
        where = f"/plan/steps/{index}"
        if isinstance(step, PublicNotice) and step.clock is not None and _exceed([step.period], step.clock):
            text = f"公示 {limit_text(step.period)}，但这一步限 {limit_text(step.clock)}；请改长时限，或不写"
            yield Problem(code="notice_over_clock", where=f"{where}/clock", text_zh=text)
        taken = _taken(step)
        if plan.review_limit is None or taken is None or not _exceed([taken], plan.review_limit):
            continue
        field = "period" if isinstance(step, PublicNotice) and taken == step.period else "clock"
        text = (
            f"这一步 {limit_text(taken)}，超过审核时限 {limit_text(plan.review_limit)}；"
            "请缩短，延长审核时限，或写明不计入时限的依据（counts_against_limit、exclusion_basis）"
        )
        yield Problem(code="step_over_limit", where=f"{where}/{field}", text_zh=text)


def _taken(step: PlanStep) -> TimeLimit | None:
    """What the step takes of the review limit, by its own clock or by the days of the notice."""
    if not step.counts_against_limit:
        return None
    if isinstance(step, PublicNotice) and (step.clock is None or _least(step.clock) < _least(step.period)):
        return step.period
    return step.clock


def _longest(group: Sequence[PlanStep]) -> TimeLimit | None:
    taken = [each for each in map(_taken, group) if each is not None]
    return max(taken, key=_least, default=None)


def _exceed(taken: Sequence[TimeLimit], limit: TimeLimit) -> bool:
    """Whether these, one after another, surely take longer than the limit."""
    if all(each.unit is limit.unit for each in taken):
        return sum(each.limit for each in taken) > limit.limit
    return sum(map(_least, taken)) > _most(limit)


def _least(limit: TimeLimit) -> int:
    """Hours that pass at least: no working day is shorter than a day of the calendar."""
    return limit.limit * (1 if limit.unit is TimeUnit.HOURS else DAY)


def _most(limit: TimeLimit) -> int:
    """Hours that pass at most: of seven days five are worked, but for the longest holiday."""
    if limit.unit is TimeUnit.WORKING_DAYS:
        return (2 * limit.limit + LONGEST_HOLIDAY) * DAY
    return _least(limit)
