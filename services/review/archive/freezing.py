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
from services.review.archive.case_file import bytes_of, decided_case_files, listed
from services.review.cases.case import Case
from services.review.cases.store import Cases

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker


def freeze_cases(jobs: Sequence[Job], unit: UnitMaker, objects: Objects) -> None:
    """Freeze these cases; what is open, or can be undone still, is frozen with its next decision.

    What moves between the reading and the lock is another version of the case: then the job stays, and is tried again.
    """
    tenants, wanted = sorted({job.tenant for job in jobs}), [job.subject.partition("/")[0] for job in jobs]
    with unit(tenants) as uow:
        files = decided_case_files(uow, tenants, wanted)
    contents = {case_id: bytes_of(file) for case_id, file in files.items()}
    for case_id, content in contents.items():
        objects.put(files[case_id]["case"]["tenant"], content)
    with unit(tenants) as uow:
        cases = uow.of(Cases).get_many(list(files))
        frozen: dict[str, Case] = {}
        for job, case_id in zip(jobs, wanted, strict=True):
            case = cases.get(case_id)
            if case is not None and case.id not in frozen:
                if case.version != files[case.id]["case"]["version"]:
                    continue
                listing = listed(case.claim, files[case.id], contents[case.id], uow.now)
                case.record(_frozen(case, listing, uow.now, later=case_id != job.subject))
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
