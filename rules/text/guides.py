"""The parts of a guide (办事指南) that say nothing but what the rules say, written from them."""

from __future__ import annotations

from contracts.rule import ItemRules, Mode, Plan
from rules.text.items import sentences
from rules.text.plans import MODES, limit_text

LONGEST = 2000
"""Characters of a part, as the item's contract has it; what is longer ends in an ellipsis."""


def guide_sentences(rules: ItemRules) -> dict[str, str | tuple[str, ...]]:
    """What the guide says of the rules, by the names of its fields; the steps are several texts."""
    words, plan = sentences(rules), rules.plan
    return {
        "conditions": _cut(words.eligibility + words.stacking + words.bounds),
        "standard": _cut(words.amount + words.instalments + words.payees + words.quotas),
        "mode": MODES[plan.mode],
        "steps": _steps(plan),
        "time_limits": _time_limits(plan),
    }


def _steps(plan: Plan) -> tuple[str, ...]:
    """How it goes, in the words of whoever applies."""
    paid = f"{limit_text(plan.payout_limit)}内兑付到账"
    if plan.mode is Mode.NO_APPLICATION:
        return ("政策主管部门推送名单、账户和金额", paid, "短信告知企业")
    within = f" {limit_text(plan.review_limit)}内" if plan.review_limit is not None else ""
    if plan.mode is Mode.INSTANT:
        return ("企业一表申报", f"政策主管部门{within}审核", paid, "短信告知企业")
    seen = ("政策主管部门现场勘查",) if _inspected(plan) else ()
    return ("企业一表申报", *seen, "在承诺时限内作出决定", paid, "短信告知企业")


def _time_limits(plan: Plan) -> str:
    payout = limit_text(plan.payout_limit)
    if plan.mode is Mode.NO_APPLICATION:
        return f"名单推送后 {payout}内兑付"
    if plan.review_limit is None:
        return f"兑付 {payout}"
    seen = "（含现场勘查）" if plan.mode is Mode.COMMITTED and _inspected(plan) else ""
    return f"审核 {limit_text(plan.review_limit)}{seen}，兑付 {payout}"


def _inspected(plan: Plan) -> bool:
    return any(step.kind == "site_inspection" for step in plan.steps)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}……"
