"""The words of a plan that name somebody or something: who approves, who is asked, whose item it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.plan_terms import TermInPlan
from contracts.rule import Approval, JointCheck, Plan


def terms_of(plan: Plan) -> tuple[TermInPlan, ...]:
    """Each of them once, in the order of the plan."""
    return tuple(dict.fromkeys(_terms(plan)))


def _terms(plan: Plan) -> Iterator[TermInPlan]:
    yield TermInPlan(use="department", term=plan.department)
    for step in plan.steps:
        if step.department is not None and step.level is None:
            yield TermInPlan(use="department", term=step.department)  # of another level it is that level's word
        if isinstance(step, Approval):
            yield from (TermInPlan(use="approver", term=duty) for duty in step.duties)
        elif isinstance(step, JointCheck):
            yield from (TermInPlan(use="check", term=name) for name in step.departments)
