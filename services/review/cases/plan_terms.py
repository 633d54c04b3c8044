"""Words of a plan that mean nothing yet stand against approval: a case waits, and skips no step. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.departments import PlanTermUse
from contracts.plan_terms import TermInPlan
from contracts.refusal import Conflict, Refused

USES: Mapping[PlanTermUse, str] = {"approver": "审批岗", "check": "核验来源", "department": "部门"}


class PlanTermUnmapped(Conflict):
    """Nobody has said who approves, or who is asked, by the names that the plan uses."""

    code = "plan_term_unmapped"
    rests_on = ("plan_term", "department", "duty")
    sentence = (
        "办理计划中的用语尚未对应到岗位、部门或数据来源：{words}。"
        "请政策编制岗或系统管理员在“计划用语”中对应，对应后本办件即可继续办理。"
    )


def waiting_for(terms: Sequence[TermInPlan]) -> list[Refused]:
    """What stands against approval while these words mean nothing; nothing once all do."""
    if not terms:
        return []
    return [PlanTermUnmapped(words="、".join(f"{USES[each.use]}“{each.term}”" for each in terms))]
