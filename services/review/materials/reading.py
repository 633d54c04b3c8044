"""Reading what was given for a case: by whoever sees the case, and by a department that has a task in it, in its own tenant."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from sqlalchemy import Row, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.given_materials import (
    CaseMaterial,
    CaseMaterialList,
    ListCaseMaterials,
    MaterialFileAnswer,
    OpenMaterial,
)
from contracts.message import Actor, Id, TenantId
from copies.plan_terms import KnownPlanTerms
from services.review.cases.filed_materials import CASE_MATERIAL, origin_of
from services.review.cases.refusals import CaseNotFound, NotYourDepartment, is_of
from services.review.cases.tables import REVIEW_CASE
from services.review.cases.views import ACROSS_DEPARTMENTS
from services.review.materials.opening import CaseMaterialNotFound, CaseMaterialOpening
from services.review.materials.store import CaseMaterialOpenings
from services.review.tasks.own import of_department
from services.review.tasks.store import CASE_TASK

M, C, T = CASE_MATERIAL.c, REVIEW_CASE.c, CASE_TASK.c
GIVES_SIGHT = ("open", "answered")
"""Tasks by which a department sees what was given; one that was taken back as another's gives none."""


class ReadBy(Protocol):
    """A unit of work, or a reader."""

    @property
    def actor(self) -> Actor: ...
    @property
    def tenant(self) -> TenantId: ...
    def execute(self, sql: Any, parameters: Any = None) -> Any: ...


def list_case_materials(query: ListCaseMaterials, reader: Reader) -> CaseMaterialList:
    """In the order in which they came. Raises CaseNotFound or NotYourDepartment."""
    rows = _given(query.case_id, reader)
    return CaseMaterialList(
        items=tuple(CaseMaterial(**{name: getattr(row, name) for name in CaseMaterial.model_fields}) for row in rows)
    )


def open_material(cmd: OpenMaterial, uow: UnitOfWork) -> MaterialFileAnswer:
    """Keep who reads it, and say where it lies. Raises CaseNotFound, NotYourDepartment or CaseMaterialNotFound."""
    row = next((each for each in _given(cmd.case_id, uow) if each.material_id == cmd.material_id), None)
    if row is None:
        raise CaseMaterialNotFound()
    opening = CaseMaterialOpening(
        id=uow.new_id(),
        tenant=uow.tenant,
        case_id=cmd.case_id,
        material_id=row.material_id,
        sha256=row.sha256,
        opened_by=uow.actor.id,
        department=uow.actor.department,
        opened_at=uow.now,
    )
    uow.of(CaseMaterialOpenings).save(opening)
    return MaterialFileAnswer(
        material_id=row.material_id, name=row.name, sha256=row.sha256, size=row.size, tenant=row.kept_in
    )


def _given(case_id: Id, database: ReadBy) -> list[Row[Any]]:
    """What was given for a case that the actor may look into; the rows are the asking tenant's own."""
    case = database.execute(
        select(C.department, C.department_id, C.first_case_id).where(C.tenant == database.tenant, C.id == case_id)
    ).first()
    if not _sees(case, database) and not _has_task(case_id, database):
        if case is None:
            raise CaseNotFound()
        raise NotYourDepartment.but_of(case.department, case.department_id)
    ids = origin_of(case_id, case.first_case_id if case is not None else None)
    wanted = (M.tenant == database.tenant, M.case_id == any_(literal(list(ids), ARRAY(Text))))
    found: list[Row[Any]] = database.execute(
        select(CASE_MATERIAL).where(*wanted).order_by(M.given_at, M.code, M.material_id)
    ).all()
    return found


def _sees(case: Row[Any] | None, database: ReadBy) -> bool:
    """Whether the case is the actor's department's, or the actor sees those of every department."""
    actor = database.actor
    if case is None or actor.enterprise_id is not None:
        return False
    if actor.roles & ACROSS_DEPARTMENTS:
        return True
    return "department" in actor.roles and is_of(actor, case.department, case.department_id, _names(case, database))


def _has_task(case_id: Id, database: ReadBy) -> bool:
    actor = database.actor
    if actor.enterprise_id is not None or (actor.department_id is None and not actor.department):
        return False
    mine = (T.tenant == database.tenant, T.case_id == case_id, of_department(actor), T.state.in_(GIVES_SIGHT))
    return bool(database.execute(select(literal(1)).where(*mine).limit(1)).scalar())


def _names(case: Row[Any], database: ReadBy) -> Collection[str]:
    """What else the actor's department is known by, where the claim names its department by name only."""
    department_id = database.actor.department_id
    if department_id is None or case.department_id is not None:
        return ()
    return KnownPlanTerms(database).names_of(database.tenant, department_id)
