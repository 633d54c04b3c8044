"""What the words of an item's plan mean in its tenant: which department, and what means nothing yet."""

from __future__ import annotations

from typing import NamedTuple

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.item import PolicyItemContent
from contracts.message import Id
from contracts.plan_terms import TermInPlan
from copies.plan_terms import KnownPlanTerms
from rules.plan_terms import terms_of
from services.catalog.policies.domain import PolicyItem


class PlanReading(NamedTuple):
    """Which department the plan names, as far as it is known, and the words that mean nothing."""

    department_id: Id | None
    unmapped: tuple[TermInPlan, ...]


def words_in(content: PolicyItemContent, uow: UnitOfWork) -> PlanReading:
    """By the registers and mappings of the tenant and of the levels above it, today."""
    plan, tenant, today = content.rules.plan, uow.tenant, uow.now.astimezone(CHINA).date()
    known = uow.of(KnownPlanTerms)
    departments = known.departments([(tenant, plan.department)], today)
    return PlanReading(departments.get((tenant, plan.department)), known.unmapped(tenant, terms_of(plan), today))


def department_known(item: PolicyItem, uow: UnitOfWork) -> Id | None:
    """The item's department, also where the register has come to know it only after the item was published."""
    return item.department_id or department_meant(item.content.rules.plan.department, uow)


def department_meant(name: str, uow: UnitOfWork) -> Id | None:
    """Which department a text means by another name than that of the actor's own; None where the name says it all."""
    if uow.actor.department in (None, name):
        return None
    today = uow.now.astimezone(CHINA).date()
    return uow.of(KnownPlanTerms).departments([(uow.tenant, name)], today).get((uow.tenant, name))
