"""`./zhida rules plan FILE`: a plan as review would run it: what begins together, who answers, who must be somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.case_steps import SlotVerdict
from contracts.rule import ItemRules, Mode, Panel, Plan, PublicNotice, SiteInspection
from rules.plan_run import PlannedStep, SlotAnswer, SlotPlace, grouped, kept_apart, planned_steps
from rules.text.phrases import LEVELS
from rules.text.plans import MODES, STEPS, limit_text

TITLES = {**STEPS, "recheck": "分期复核"}
PASSED: SlotVerdict = "passed"


def plan_lines(rules: ItemRules) -> Iterator[str]:
    """The whole plan for whoever wrote it: the claim itself, and each later instalment where there are any."""
    plan = rules.plan
    yield f"{MODES[plan.mode]}，由{plan.department}负责"
    yield from _before(plan)
    yield from _run_lines(plan, planned_steps(plan))
    yield from _limits(plan)
    if rules.instalments is None:
        return
    automatic = "，复核条件符合的由系统直接批准" if plan.automatic_rechecks else ""
    yield f"以后各期{automatic}："
    yield from _run_lines(plan, planned_steps(plan, 2))


def plan_json(rules: ItemRules) -> dict[str, Any]:
    """The same for a program: the groups of steps that begin together, in their order."""
    runs = {"claim": planned_steps(rules.plan)}
    if rules.instalments is not None:
        runs["later_instalments"] = planned_steps(rules.plan, 2)
    return {name: [[_as_json(step, run) for step in group] for group in _groups(run)] for name, run in runs.items()}


def _before(plan: Plan) -> Iterator[str]:
    """What happens between the filing and the first step."""
    if plan.mode is Mode.NO_APPLICATION:
        yield "  部门推送名单，企业不申报"
        return
    by = "一律由人受理" if plan.acceptance.by == "person" else "系统能全部核对的当场受理"
    yield f"  受理：收件后 {limit_text(plan.acceptance.limit)}内，{by}；逾期不告知的，自收件起即为受理"
    clock = "重新计算" if plan.supplement.clock == "restart" else "扣除等待的时间后继续"
    silence = "视为撤回" if plan.supplement.on_silence == "withdrawn" else "按已提交的材料决定"
    asked = f"{limit_text(plan.supplement.limit)}，{plan.supplement.rounds} 次"
    yield f"  补正：{asked}；补正后审核时限{clock}；逾期不补正的{silence}"
    if plan.credit is not None:
        yield f"  以信用代审核：承诺的免材料审核，事后随机抽查 {plan.credit.sample_percent}%"


def _limits(plan: Plan) -> Iterator[str]:
    review = f"审核 {limit_text(plan.review_limit)}（自受理起）" if plan.review_limit is not None else "审核不设时限"
    yield f"时限：{review}，兑付 {limit_text(plan.payout_limit)}（自决定起）"
    if plan.reference_date is not None:
        yield f"基准日：{plan.reference_date}"


def _run_lines(plan: Plan, steps: Sequence[PlannedStep]) -> Iterator[str]:
    for place, group in enumerate(_groups(steps), 1):
        yield f"  第 {place} 步{'（同时进行）' if len(group) > 1 else ''}"
        for step in group:
            yield f"    {step.number} {TITLES[step.kind]}：{'；'.join(_about(plan, step, steps))}"


def _groups(steps: Sequence[PlannedStep]) -> list[list[PlannedStep]]:
    return grouped(steps, lambda step: step.beside_previous)


def _about(plan: Plan, step: PlannedStep, steps: Sequence[PlannedStep]) -> Iterator[str]:
    yield _who(plan, step)
    yield from _size(plan, step)
    if step.clock is not None:
        yield f"限 {limit_text(step.clock)}"
    if not step.counts_against_limit:
        yield "不计入审核时限"
    if others := [number for number in _others(step, steps) if number != step.number]:
        yield f"须与第 {'、'.join(map(str, others))} 项不是同一人"
    if step.apart and len(step.slots) > 1:
        yield "各岗位不是同一人"


def _who(plan: Plan, step: PlannedStep) -> str:
    level = f"{LEVELS[step.level]} " if step.level is not None else ""
    if step.slots == ("",):
        return f"{level}{step.department or plan.department}"
    office = f"{step.department}的" if step.department is not None else ""
    named = "、".join(step.slots)
    if len(step.slots) == 1:
        return f"{level}{office}{named}"
    enough = {len(step.slots): "须全部通过", 1: "任一通过即可"}.get(step.needed, f"至少 {step.needed} 家通过")
    return f"{level}{office}{named}（{enough}）"


def _size(plan: Plan, step: PlannedStep) -> Iterator[str]:
    """How many persons take the step, or how many days."""
    if step.number > len(plan.steps):
        return
    match plan.steps[step.number - 1]:
        case Panel() as panel:
            yield f"抽取 {panel.members} 名专家，至少 {panel.quorum} 人评分，{panel.pass_score} 分通过"
        case SiteInspection() as visit:
            yield f"不少于 {visit.officers} 人"
        case PublicNotice() as notice:
            yield f"{limit_text(notice.period)}，首日{'' if notice.first_day_counts else '不'}计算在内"


def _others(step: PlannedStep, steps: Sequence[PlannedStep]) -> list[int]:
    """The steps whose persons may not take this one: asked of the engine itself, as if one person had taken all."""
    one = SlotPlace(step.number, step.slots[0])
    taken = [SlotAnswer(each.number, slot, PASSED, "") for each in steps for slot in each.slots]
    return sorted(each.number for each in kept_apart(steps, taken, one, "")) if step.apart else []


def _as_json(step: PlannedStep, steps: Sequence[PlannedStep]) -> dict[str, Any]:
    return {
        "number": step.number,
        "kind": step.kind,
        "slots": list(step.slots),
        "needed": step.needed,
        "department": step.department,
        "level": step.level,
        "clock": step.clock.model_dump(mode="json") if step.clock is not None else None,
        "counts_against_limit": step.counts_against_limit,
        "apart_from": _others(step, steps),
    }
