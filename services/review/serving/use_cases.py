"""A paper is opened, its service recorded, and an enterprise consents to electronic service."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_notices import (
    CONSENT_TEXT,
    ConsentToElectronicService,
    ElectronicService,
    NoticeFileAnswer,
    NoticeView,
    OpenNotice,
    RecordService,
    WithdrawElectronicService,
)
from contracts.message import Id
from contracts.refusal import Forbidden, Invalid, StaleVersion
from services.review.cases.claimants import case_of_claimant
from services.review.notices.notice import IssuedPaper
from services.review.notices.store import MAKE_FILE, IssuedPapers
from services.review.serving.access import is_enterprise, may_record, may_see
from services.review.serving.consent import ServiceConsent
from services.review.serving.course import FREEZE, NoticeCourse, PaperNotFound
from services.review.serving.shown import file_answer, view_of
from services.review.serving.store import HOLD, NoticeCourses, ServiceConsents

ANNOUNCED = "notice_announced"
"""The job by which an announcement serves a paper when its days are over. Its subject is the paper."""


class ConsentTextUnknown(Invalid):
    code = "consent_text_unknown"
    sentence = "电子送达同意书已更新，请刷新页面，阅读后重新确认。"


class OnlyEnterpriseConsents(Forbidden):
    code = "only_enterprise_consents"
    sentence = "电子送达只能由企业自己同意或撤回。"


def open_notice(cmd: OpenNotice, uow: UnitOfWork) -> NoticeFileAnswer:
    """Keep who opened it; a file that is not there yet is made at once. Raises PaperNotFound."""
    notice, course = _to_touch(cmd.notice_id, uow)
    claim = notice.draft.claim
    if not may_see(claim, notice.draft.tenant, uow):
        raise PaperNotFound()
    as_enterprise = is_enterprise(claim, uow)
    consents = as_enterprise and _consents(course, uow)
    course.open(uow.actor.id, uow.now, as_enterprise=as_enterprise, consents=consents)
    _keep([course], uow)
    if not course.files:
        uow.schedule(MAKE_FILE, notice.id, at=uow.now, tenant=notice.draft.tenant)
    return file_answer(course)


def record_service(cmd: RecordService, uow: UnitOfWork) -> NoticeView:
    """Raises PaperNotFound, StaleVersion, NoticeServedAlready, ElectronicServiceNotAgreed or ServiceIncomplete."""
    notice, course = _to_touch(cmd.notice_id, uow)
    if not may_record(notice.draft.claim, notice.draft.tenant, uow):
        raise PaperNotFound()
    if course.version != cmd.expected_version:
        raise StaleVersion()
    course.serve(cmd, uow.actor.id, uow.now, consents=_consents(course, uow))
    _keep([course], uow)
    if course.announced_until is not None:
        uow.schedule(ANNOUNCED, notice.id, at=course.announced_until, tenant=notice.draft.tenant)
    return view_of(notice, course, uow.calendar(notice.draft.tenant))


def look_at_announcements(jobs: Sequence[Job], uow: UnitOfWork) -> None:
    """What was announced is served when the days are over."""
    courses = uow.of(NoticeCourses).get_many([job.subject for job in jobs])
    for course in courses.values():
        course.run_out(uow.now)
    _keep([each for each in courses.values() if each.pending], uow)
    for job in jobs:
        uow.finish(job)


def consent_to_electronic_service(cmd: ConsentToElectronicService, uow: UnitOfWork) -> ElectronicService:
    """Raises CaseNotFound, OnlyEnterpriseConsents or ConsentTextUnknown."""
    enterprise_id = _own_enterprise(cmd.application_id, uow)
    if cmd.text_version not in CONSENT_TEXT:
        raise ConsentTextUnknown(field="text_version")
    consents = uow.of(ServiceConsents)
    given = consents.get_many([enterprise_id]).get(enterprise_id) or ServiceConsent(id=enterprise_id, tenant=uow.tenant)
    given.give(cmd.address.strip(), cmd.text_version, CONSENT_TEXT[cmd.text_version], uow.actor.id, uow.now)
    consents.save(given)
    return given.view


def withdraw_electronic_service(cmd: WithdrawElectronicService, uow: UnitOfWork) -> ElectronicService:
    """Raises CaseNotFound or OnlyEnterpriseConsents."""
    enterprise_id = _own_enterprise(cmd.application_id, uow)
    given = uow.of(ServiceConsents).get_many([enterprise_id]).get(enterprise_id)
    if given is None or not given.stands:
        return ElectronicService()
    given.withdrawn_by, given.withdrawn_at = uow.actor.id, uow.now
    uow.of(ServiceConsents).save(given)
    return given.view


def _to_touch(notice_id: Id, uow: UnitOfWork) -> tuple[IssuedPaper, NoticeCourse]:
    """The paper with what has become of it, for whoever touches it alone. Raises PaperNotFound."""
    uow.execute(HOLD, {"id": notice_id})
    notice = uow.of(IssuedPapers).find([notice_id]).get(notice_id)
    if notice is None:
        raise PaperNotFound()
    return notice, uow.of(NoticeCourses).get_many([notice.id]).get(notice.id) or NoticeCourse.begin(notice)


def _keep(courses: Sequence[NoticeCourse], uow: UnitOfWork) -> None:
    """Save them; what was served just now is a matter for the archive, too."""
    served = [each for each in courses if each.pending and each.served_at is not None]
    uow.of(NoticeCourses).save_many(courses)
    uow.schedule_many(FREEZE, [(each.tenant, each.freezes, uow.now) for each in served])


def _consents(course: NoticeCourse, uow: UnitOfWork) -> bool:
    enterprise_id = course.claim.enterprise_id
    given = uow.of(ServiceConsents).get_many([enterprise_id]).get(enterprise_id)
    return given is not None and given.stands


def _own_enterprise(application_id: Id, uow: UnitOfWork) -> Id:
    """Whose consent it is: of the dossier that papers are addressed to. A window does not consent for anybody."""
    case = case_of_claimant(application_id, uow)
    if uow.actor.enterprise_id is None:
        raise OnlyEnterpriseConsents()
    return case.claim.enterprise_id
