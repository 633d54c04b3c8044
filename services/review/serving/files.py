"""The files of papers: made some minutes after the decision, or when somebody asks; sealed then, or later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from chassis.foundation.crash import crash_point
from chassis.observability.telemetry import get_logger
from chassis.papers.issuing import Issued, issue
from chassis.papers.seal import SealOffice, SealRefused, SealUnavailable
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_notices import NoticeFile
from contracts.message import TenantId
from services.review.notices.notice import IssuedPaper
from services.review.notices.store import MAKE_FILE, IssuedPapers
from services.review.serving.course import FREEZE, NoticeCourse
from services.review.serving.setting import paper_of
from services.review.serving.store import HOLD, NoticeCourses

if TYPE_CHECKING:
    from chassis.edge.entrypoints import UnitMaker
    from chassis.files.objects import StoredFile

log = get_logger(__name__)

SEAL_AGAIN = timedelta(hours=1)
"""After so long a silent seal office is asked again; the paper has gone out unsealed meanwhile, and says so."""


class PaperShelf(Protocol):
    """Where files are kept."""

    def put(self, tenant: TenantId, content: bytes) -> StoredFile: ...


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that is made; `seal_later`: the office was silent."""

    issued: Issued
    seal_later: bool = False


def make_files(jobs: Sequence[Job], unit: UnitMaker, shelf: PaperShelf, office: SealOffice | None) -> None:
    """Set, seal and keep these. The office and the store are called between two transactions, never inside one."""
    for job in jobs:
        with unit([job.tenant]) as uow:
            notice, course = _waiting(job, uow)
            if notice is None:
                uow.finish(job)
                continue
        made = _made(notice, course, office)
        if made is None:
            with unit([job.tenant]) as uow:
                uow.schedule(MAKE_FILE, job.subject, at=uow.now + SEAL_AGAIN, tenant=job.tenant)
            continue
        stored = shelf.put(job.tenant, made.issued.pdf)
        crash_point("review.serving.after_put")
        with unit([job.tenant]) as uow:
            _keep(job, notice, made, stored, uow)


def _waiting(job: Job, uow: UnitOfWork) -> tuple[IssuedPaper | None, NoticeCourse | None]:
    """The paper, unless it is sealed; with what has become of it so far."""
    notice = uow.of(IssuedPapers).find([job.subject]).get(job.subject)
    course = uow.of(NoticeCourses).get_many([job.subject]).get(job.subject)
    return (None, course) if notice is None or (course and course.is_sealed) else (notice, course)


def _made(notice: IssuedPaper, course: NoticeCourse | None, office: SealOffice | None) -> MadeFile | None:
    """The file; None where the only thing that it still lacks does not come now."""
    paper, whose = paper_of(notice.draft.content), notice.draft.department_id or ""
    there = course is not None and bool(course.files)
    sealer = office if whose else None
    try:
        return MadeFile(issue(paper, notice.issued_at, department_id=whose, office=sealer))
    except SealUnavailable as error:
        log.warning("no seal for a paper now", notice=notice.id, why=str(error))
        return None if there else MadeFile(issue(paper, notice.issued_at, department_id=whose, office=None), True)
    except SealRefused as refused:
        log.error("a paper is not sealed", notice=notice.id, code=refused.code, why=refused.reason)
        return MadeFile(issue(paper, notice.issued_at, department_id=whose, office=None))


def _keep(job: Job, notice: IssuedPaper, made: MadeFile, stored: StoredFile, uow: UnitOfWork) -> None:
    uow.execute(HOLD, {"id": notice.id})
    courses = uow.of(NoticeCourses)
    course = courses.get_many([notice.id]).get(notice.id) or NoticeCourse.begin(notice)
    sealed = made.issued.sealed
    file = NoticeFile(
        sha256=stored.sha256,
        size=stored.size,
        sealed=sealed is not None,
        seal_name=sealed.seal_name if sealed else "",
        made_at=uow.now,
    )
    course.add_file(file)
    courses.save(course)
    uow.schedule(FREEZE, course.freezes, at=uow.now, tenant=job.tenant)
    if made.seal_later:
        uow.schedule(MAKE_FILE, job.subject, at=uow.now + SEAL_AGAIN, tenant=job.tenant)
    else:
        uow.finish(job)
