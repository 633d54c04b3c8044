"""Whose papers are whose: the enterprise's that filed, its department's, and those of whoever sees all of a place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from contracts.intake import Claim
from contracts.message import Actor, TenantId
from copies.merged_enterprises import OF_ENTERPRISE
from copies.plan_terms import KnownPlanTerms
from services.review.cases.refusals import is_of

SEES_ALL = frozenset({"bureau", "supervisor", "window"})
"""Roles that see the papers of every department of their tenant; the window hands them out."""

MERGED = f"SELECT CAST(:claimed AS text) {OF_ENTERPRISE}"


class AskedBy(Protocol):
    """A unit of work, or a reader."""

    @property
    def actor(self) -> Actor: ...
    def execute(self, sql: Any, parameters: Any = None) -> Any: ...


def is_enterprise(claim: Claim, database: AskedBy) -> bool:
    """Whether the actor is the enterprise that claims, or the one that it was merged into."""
    own = database.actor.enterprise_id
    if own is None:
        return False
    if own == claim.enterprise_id:
        return True
    asked = {"claimed": claim.enterprise_id, "enterprise": own, "tenant": claim.filed_in}
    return bool(database.execute(MERGED, asked).scalar())


def may_see(claim: Claim, tenant: TenantId, database: AskedBy) -> bool:
    """Whether a paper about this claim is the actor's to see."""
    actor = database.actor
    if actor.enterprise_id is not None:
        return is_enterprise(claim, database)
    if actor.roles & SEES_ALL:
        return True
    if "department" not in actor.roles:
        return False
    return is_of(actor, claim.department, claim.department_id, _names(claim, tenant, database))


def may_record(claim: Claim, tenant: TenantId, database: AskedBy) -> bool:
    """Whether the actor may say how it was served: the window, or its department."""
    actor = database.actor
    return actor.enterprise_id is None and ("window" in actor.roles or _is_department(claim, tenant, database))


def _is_department(claim: Claim, tenant: TenantId, database: AskedBy) -> bool:
    actor = database.actor
    own = is_of(actor, claim.department, claim.department_id, _names(claim, tenant, database))
    return "department" in actor.roles and own


def _names(claim: Claim, tenant: TenantId, database: AskedBy) -> Collection[str]:
    department_id = database.actor.department_id
    if department_id is None or claim.department_id is not None:
        return ()
    return KnownPlanTerms(database).names_of(tenant, department_id)
