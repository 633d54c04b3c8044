"""Tasks of other tenants: given, changed and taken back right after the commit in which the case says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.time.jobs import Job
from services.review.cases.case import Case
from services.review.cases.filed_materials import FiledMaterials
from services.review.cases.open_tasks import OpenTask
from services.review.cases.progress import row_of
from services.review.cases.store import Cases
from services.review.cases.task_times import keep_time
from services.review.tasks.store import CaseTasks
from services.review.tasks.task import CaseTask

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def hand_over(jobs: Sequence[Job], unit: UnitMaker) -> None:
    """Give the tasks of other tenants as the case has them now, with what was given for it, and take back those that it has no
    more."""
    with unit(sorted({job.tenant for job in jobs})) as uow:
        cases = uow.of(Cases).get_many([job.subject for job in jobs])
        # A level that acts in a case lies above the place where it was filed.
        acting = {tenant for case in cases.values() for tenant in uow.registry.lineage(case.claim.filed_in)}
    with unit(sorted({*acting, *(job.tenant for job in jobs)})) as uow:
        cases = uow.of(Cases).get_many([job.subject for job in jobs])
        tasks = uow.of(CaseTasks)
        wanted = {t.id: (case, t) for case in cases.values() for t in case.tasks if t.tenant != case.tenant}
        known = {row.id: row for row in tasks.of_cases(list(cases)) if row.tenant != row.case_tenant}
        changed = [row for id, row in known.items() if _brought_in_step(row, wanted.get(id))]
        tasks.save_many([*changed, *(row_of(*pair) for id, pair in wanted.items() if id not in known)])
        acts_in = {id: {t.tenant for t in case.tasks if t.tenant != case.tenant} for id, case in cases.items()}
        uow.of(FiledMaterials).hand_over(cases, {id: tenants for id, tenants in acts_in.items() if tenants})
        for job in jobs:
            uow.finish(job)


def _brought_in_step(row: CaseTask, wanted: tuple[Case, OpenTask] | None) -> bool:
    """Let the row say what the case says; returns whether that is anything new."""
    if row.state != "open":
        return False
    if wanted is None:
        row.close("void")
        return True
    case, task = wanted
    return keep_time(row, case, task)
