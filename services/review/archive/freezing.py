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

FREEZE = "freeze_case_file"
"""The job by which a decided case is frozen once its notice is issued. Its subject is the case."""

OVER = frozenset({"approved", "rejected", "not_accepted", "withdrawn"})


def freeze_cases(jobs: Sequence[Job], unit: UnitMaker, objects: Objects) -> None:
    """Freeze these cases; what is open again, or not said yet, is frozen with its next decision."""
    tenants = sorted({job.tenant for job in jobs})
    with unit(tenants) as uow:
        files = case_files(uow, tenants, [job.subject for job in jobs])
    stored = {case_id: bytes_of(file) for case_id, file in files.items()}
    for job in jobs:
        if job.subject in stored:
            objects.put(job.tenant, stored[job.subject])
    with unit(tenants) as uow:
        cases = uow.of(Cases).get_many([job.subject for job in jobs])
        again = case_files(uow, tenants, list(cases))
        frozen = []
        for job in jobs:
            case = cases.get(job.subject)
            if case is None or case.state not in OVER or case.is_held:
                uow.finish(job)
                continue
            if bytes_of(again[case.id]) != stored[case.id]:
                continue  # It has moved meanwhile: the job stays, and is tried again.
            case.record(_frozen(case, listed(case.claim, again[case.id], stored[case.id], uow.now), uow.now))
            frozen.append(case)
            uow.finish(job)
        uow.of(Cases).save_many(frozen)


def _frozen(case: Case, files: tuple[ArchivedFile, ...], at: datetime) -> CaseFileFrozen:
    return CaseFileFrozen(
        case_id=case.id,
        claim=case.claim,
        revision=case.revision,
        instalment=case.instalment,
        files=files,
        frozen_at=at,
    )
