"""How an item is handled, in words: mode, department, steps, limits, window."""

from __future__ import annotations

from contracts.rule import (
    Approval,
    JointCheck,
    Mode,
    PaymentFrequency,
    Plan,
    PlanStep,
    PublicNotice,
    TimeLimit,
    TimeUnit,
    Window,
)
from rules.text.layout import shallow
from rules.text.phrases import Names

MODES = {Mode.NO_APPLICATION: "免申即享", Mode.INSTANT: "即申即享", Mode.COMMITTED: "承诺兑现"}
STEPS = {
    "material_check": "材料审核",
    "joint_check": "联合审核",
    "panel": "评估评审",
    "site_inspection": "现场勘查",
    "public_notice": "公示",
    "approval": "审批",
}
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
        f"步骤：{'、'.join(step_text(step) for step in plan.steps)}",
    ]
    if plan.review_limit is not None:
        parts.append(f"审核时限 {limit_text(plan.review_limit)}")
    since = "名单推送后" if plan.mode is Mode.NO_APPLICATION else "审核通过后"
    parts.append(f"{since} {limit_text(plan.payout_limit)}内兑付到账")
    if plan.form_fields:
        asked = [names.fact(field.fact, field.period) for field in plan.form_fields]
        parts.append(f"申报时填写：{'、'.join(asked)}")
    if plan.materials:
        papers = [f"{material.name}{'（可承诺代替）' if material.commitment else ''}" for material in plan.materials]
        parts.append(f"材料：{'、'.join(papers)}")
    parts.append(_FREQUENCIES[plan.frequency])
    parts.append(_window_text(plan.window))
    return f"{'；'.join(parts)}。"


def limit_text(limit: TimeLimit) -> str:
    """`5 个工作日`."""
    return f"{limit.limit} {_UNITS[limit.unit]}"


def step_text(step: PlanStep) -> str:
    """One step with what is particular about it: `公示（5 个工作日，公示首日计算在内）`."""
    notes = []
    if isinstance(step, JointCheck):
        notes.append("、".join(step.departments))
    if isinstance(step, JointCheck | Approval) and step.passes_when != "all":
        notes.append("任一通过即可" if step.passes_when == "any" else f"至少 {step.passes_when} 家通过")
    if isinstance(step, PublicNotice):
        first = "计算在内" if step.first_day_counts else "不计算在内"
        notes.append(f"{limit_text(step.period)}，公示首日{first}")
    if step.clock is not None:
        notes.append(f"限 {limit_text(step.clock)}")
    if not step.counts_against_limit:
        notes.append(f"不计入审核时限，依据{step.exclusion_basis}")
    return shallow(f"{STEPS[step.kind]}（{'；'.join(notes)}）") if notes else STEPS[step.kind]


def _window_text(window: Window) -> str:
    if window.opens is None and window.closes is None:
        return "常年受理"
    opens = f"自 {window.opens} 起" if window.opens else ""
    closes = f"至 {window.closes} 止" if window.closes else ""
    return f"受理时间{opens}{closes}（含当日）"
