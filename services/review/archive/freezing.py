"""Freezing a decided case: its file is put into the object store, and what it lists is said once.

The bytes are stored before the transaction that says so, and stay what they are: a crash between the two leaves a file that nobody
names, and the next try stores the same or a newer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from chassis.files.objects import Objects
from chassis.time.jobs import Job
from contracts.archive import ArchivedFile, CaseFileFrozen
from services.review.archive.case_file import bytes_of, case_files, listed
from services.review.cases.case import Case
from services.review.cases.store import Cases

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker

OVER = frozenset({"approved", "rejected", "not_accepted", "withdrawn"})


def freeze_cases(jobs: Sequence[Job], unit: UnitMaker, objects: Objects) -> None:
    """Freeze these cases; what is open again, or not said yet, is frozen with its next decision."""
    tenants, wanted = sorted({job.tenant for job in jobs}), [job.subject.partition("/")[0] for job in jobs]
    with unit(tenants) as uow:
        files = case_files(uow, tenants, wanted)
    stored = {case_id: bytes_of(file) for case_id, file in files.items()}
    for job, case_id in zip(jobs, wanted, strict=True):
        if case_id in stored:
            objects.put(job.tenant, stored[case_id])
    with unit(tenants) as uow:
        cases = uow.of(Cases).get_many(wanted)
        again = case_files(uow, tenants, list(cases))
        frozen: dict[str, Case] = {}
        for job, case_id in zip(jobs, wanted, strict=True):
            case = cases.get(case_id)
            if case is None or case.state not in OVER or case.is_held:
                uow.finish(job)
                continue
            if bytes_of(again[case.id]) != stored[case.id]:
                continue  # It has moved meanwhile: the job stays, and is tried again.
            if case.id not in frozen:
                files_of_it = listed(case.claim, again[case.id], stored[case.id], uow.now)
                case.record(_frozen(case, files_of_it, uow.now, later=case_id != job.subject))
                frozen[case.id] = case
            uow.finish(job)
        uow.of(Cases).save_many(list(frozen.values()))


def _frozen(case: Case, files: tuple[ArchivedFile, ...], at: datetime, *, later: bool) -> CaseFileFrozen:
    return CaseFileFrozen(
        case_id=case.id,
        claim=case.claim,
        revision=case.revision,
        instalment=case.instalment,
        stage="later" if later else "decision",
        files=files,
        frozen_at=at,
    )
