"""How an item is handled, in words: mode, department, steps, limits, window."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.rule import (
    Approval,
    JointCheck,
    Mode,
    Panel,
    PaymentFrequency,
    Plan,
    PlanStep,
    PublicNotice,
    SiteInspection,
    TimeLimit,
    TimeUnit,
    Window,
)
from contracts.rule.plan import AcceptanceTerms, Quorum, SupplementTerms
from rules.plan_run import grouped
from rules.text.layout import shallow
from rules.text.phrases import LEVELS, Names
from rules.units import number, number_text

MODES = {Mode.NO_APPLICATION: "免申即享", Mode.INSTANT: "即申即享", Mode.COMMITTED: "承诺兑现"}
STEPS = {
    "material_check": "材料审核",
    "joint_check": "联合审核",
    "panel": "评估评审",
    "site_inspection": "现场勘查",
    "public_notice": "公示",
    "approval": "审批",
}
USUAL_OFFICERS = 2
_UNITS = {
    TimeUnit.WORKING_DAYS: "个工作日",
    TimeUnit.CALENDAR_DAYS: "个自然日",
    TimeUnit.HOURS: "小时",
}
_FREQUENCIES = {
    PaymentFrequency.ONCE: "一次性兑付",
    PaymentFrequency.YEARLY: "每年兑付一次",
    PaymentFrequency.HALF_YEARLY: "每半年兑付一次",
    PaymentFrequency.QUARTERLY: "每季度兑付一次",
    PaymentFrequency.MONTHLY: "每月兑付一次",
    PaymentFrequency.PER_EVENT: "按次兑付",
}


def plan_sentence(plan: Plan, names: Names) -> str:
    """A plan as one sentence."""
    parts = [
        f"{MODES[plan.mode]}，由{plan.department}负责",
        f"步骤：{_steps_text(plan)}",
    ]
    if plan.mode is not Mode.NO_APPLICATION:
        parts.append(f"{_acceptance_text(plan.acceptance)}，{_supplement_text(plan.supplement)}")
    if plan.credit is not None:
        percent = plan.credit.sample_percent
        parts.append(f"信用良好并承诺“{plan.credit.commitment}”的，免材料审核，事后随机抽查 {percent}%")
    if plan.review_limit is not None:
        parts.append(f"审核时限 {limit_text(plan.review_limit)}")
    if plan.reference_date is not None:
        parts.append(f"不分期间的数据按基准日 {plan.reference_date} 判定")
    since = "名单推送后" if plan.mode is Mode.NO_APPLICATION else "审核通过后"
    parts.append(f"{since} {limit_text(plan.payout_limit)}内兑付到账")
    if plan.form_fields:
        asked = [names.fact(field.fact, field.period) for field in plan.form_fields]
        parts.append(f"申报时填写：{'、'.join(asked)}")
    if plan.materials:
        papers = [f"{material.name}{'（可承诺代替）' if material.commitment else ''}" for material in plan.materials]
        parts.append(f"材料：{'、'.join(papers)}")
    parts.append(_FREQUENCIES[plan.frequency])
    if plan.automatic_rechecks:
        parts.append("以后各期复核条件符合的，由系统直接批准")
    parts.append(_window_text(plan.window))
    return f"{'；'.join(parts)}。"


def limit_text(limit: TimeLimit) -> str:
    """`5 个工作日`."""
    return f"{limit.limit} {_UNITS[limit.unit]}"


def step_text(step: PlanStep) -> str:
    """One step with what is particular about it: `公示（5 个工作日，公示首日计算在内）`."""
    notes = [_by_whom(step)] if step.department is not None or step.level is not None else []
    notes += _particulars(step)
    if step.clock is not None:
        notes.append(f"限 {limit_text(step.clock)}")
    if not step.counts_against_limit:
        notes.append(f"不计入审核时限，依据{step.exclusion_basis}")
    return shallow(f"{STEPS[step.kind]}（{'；'.join(notes)}）") if notes else STEPS[step.kind]


def _steps_text(plan: Plan) -> str:
    """The steps in their order; those that begin together are joined (并联)."""
    together = grouped(plan.steps, lambda step: step.beside_previous)
    return "、".join(
        f"{'与'.join(map(step_text, group))}同时进行" if len(group) > 1 else step_text(group[0]) for group in together
    )


def _by_whom(step: PlanStep) -> str:
    level = LEVELS[step.level] if step.level is not None else ""
    if step.department is not None:
        return f"由{f'{level}的' if level else ''}{step.department}办理"
    return f"由{level}部门答复" if isinstance(step, JointCheck) else f"由{level}办理"


def _particulars(step: PlanStep) -> list[str]:
    """What this kind of step says besides what any may say."""
    match step:
        case JointCheck():
            about = [f"核查{'、'.join(step.grounds)}"] if step.grounds else []
            return ["、".join(step.departments), *_quorum_text(step.passes_when), *about]
        case Approval():
            apart = ["审批人之间不得为同一人，可以办过其他步骤"] if step.apart_from == "approvals" else []
            return [*_quorum_text(step.passes_when), *apart]
        case Panel():
            return list(_panel_text(step))
        case SiteInspection():
            return [f"不少于 {step.officers} 人"] if step.officers != USUAL_OFFICERS else []
        case PublicNotice():
            first = "计算在内" if step.first_day_counts else "不计算在内"
            return [f"{limit_text(step.period)}，公示首日{first}"]
    return []


def _quorum_text(quorum: Quorum) -> list[str]:
    """Nothing where all must agree, which is what is meant where nothing is said."""
    if quorum == "all":
        return []
    return ["任一通过即可" if quorum == "any" else f"至少 {quorum} 家通过"]


def _panel_text(panel: Panel) -> Iterator[str]:
    register = f"从“{panel.field}”专家库" if panel.field is not None else ""
    yield f"{register}随机抽取 {panel.members} 名专家，至少 {panel.quorum} 人评分"
    if panel.criteria:
        yield f"评分项：{'、'.join(f'{each.name} {each.most} 分' for each in panel.criteria)}"
    yield f"平均 {number_text(number(panel.pass_score))} 分通过"
    if panel.sets is not None:
        yield "核定数值由评审确定"


def _acceptance_text(terms: AcceptanceTerms) -> str:
    by = "由人" if terms.by == "person" else ""
    return f"收件后 {limit_text(terms.limit)}内{by}受理"


def _supplement_text(terms: SupplementTerms) -> str:
    """`补正限 10 个工作日`; what is not as usual is said besides."""
    besides = [f"最多 {terms.rounds} 次"] if terms.rounds > 1 else []
    besides += ["补正后审核时限重新计算"] if terms.clock == "restart" else []
    besides += ["逾期不补正的按已提交的材料决定"] if terms.on_silence == "decided_as_filed" else []
    told = f"（{'；'.join(besides)}）" if besides else ""
    return f"补正限 {limit_text(terms.limit)}{told}"


def _window_text(window: Window) -> str:
    if window.opens is None and window.closes is None:
        return "常年受理"
    opens = f"自 {window.opens} 起" if window.opens else ""
    closes = f"至 {window.closes} 止" if window.closes else ""
    return f"受理时间{opens}{closes}（含当日）"
