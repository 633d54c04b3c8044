"""Objections are raised by anybody and answered by the department; a notice that one has ended is published anew."""

from __future__ import annotations

from chassis.foundation.ids import random_code
from chassis.foundation.secrecy import Cipher, mask_name
from chassis.write.uow import UnitOfWork
from contracts.case_events import ObjectionAnswered, ObjectionRaised
from contracts.duties import Attention
from contracts.public_notices import (
    AnswerObjection,
    CaseNotices,
    ObjectionReceipt,
    ObjectionView,
    RaiseObjection,
    RepeatNotice,
)
from services.review.cases.answering import Handled, answer_of, in_hand, place_to_answer, settle
from services.review.cases.case import Case
from services.review.cases.store import Cases
from services.review.public_notices.case_views import notices_view, objection_view
from services.review.public_notices.holding import hold, let_go
from services.review.public_notices.notice import NothingToRepeat, StandingNotice
from services.review.public_notices.objection import NoticeObjection
from services.review.public_notices.publishing import came_of, ended, task_of
from services.review.public_notices.sealing import OBJECTOR, code_digest, mask_contact
from services.review.public_notices.store import NoticeObjections, StandingNotices


def raise_objection(cmd: RaiseObjection, uow: UnitOfWork, cipher: Cipher) -> ObjectionReceipt:
    """Anybody objects; the case is held from now on. Raises NoticeNotFound, ObjectionTooLate or ObjectionsFull."""
    notices, cases = uow.of(StandingNotices), uow.of(Cases)
    case = cases.get(notices.case_of(cmd.notice_id))
    notice = notices.get(cmd.notice_id)
    if task_of(case, notice) is None:
        notice.end("void", uow.now, "办件已终止")
    notice.take(uow.now)
    code = random_code(8)
    objection = _objection(cmd, notice, code, uow, cipher)
    hold(case, uow)
    case.record(
        ObjectionRaised(
            case_id=case.id,
            claim=case.claim,
            notice_id=notice.id,
            objection_id=objection.id,
            attention=_attention_of(case, notice),
        )
    )
    cases.save(case)
    notices.save(notice)
    uow.of(NoticeObjections).save(objection)
    return ObjectionReceipt(
        number=objection.number, check_code=code, item_title=notice.item_title, raised_at=objection.raised_at
    )


def answer_objection(cmd: AnswerObjection, uow: UnitOfWork) -> ObjectionView:
    """The department says what looking into it has shown.

    Raises ObjectionNotFound, NotYourDepartment, StaleVersion, ObjectionAnsweredAlready, AlreadyDecided or StepsMustDiffer.
    """
    handled = _case_of_objection(cmd.objection_id, uow)
    case = handled.case
    objections = uow.of(NoticeObjections)
    objection = objections.get(cmd.objection_id, expected_version=cmd.expected_version)
    notice = uow.of(StandingNotices).get(objection.notice_id)
    objection.decide(cmd.upheld, cmd.answer, by=uow.actor.id, at=uow.now)
    notice.open_objections -= 1
    case.record(
        ObjectionAnswered(
            case_id=case.id,
            claim=case.claim,
            notice_id=notice.id,
            objection_id=objection.id,
            upheld=cmd.upheld,
            answer=cmd.answer,
        )
    )
    objections.save(objection)
    if notice.state == "running":
        _go_on(handled, notice, cmd, uow)
    else:  # The notice was over before: what was objected is answered, and nothing else hangs on it.
        uow.of(Cases).save(case)
        uow.of(StandingNotices).save(notice)
    return objection_view(objection, case.due_at)


def repeat_notice(cmd: RepeatNotice, uow: UnitOfWork) -> CaseNotices:
    """Open the step again that an upheld objection has ended; its task is given, and it is published at once.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided, NothingToRepeat or StepsMustDiffer.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    handled.case.must_be_open()
    last = uow.of(StandingNotices).last_of(cmd.case_id)
    if not last or last[0].state != "objected":
        raise NothingToRepeat()
    place = place_to_answer(handled, "public_notice", uow)
    if place.step != last[0].step:
        raise NothingToRepeat()
    handled.case.answer(answer_of(handled, place, "withdrawn", uow, reason=cmd.reason))
    settle([handled], uow)
    case = handled.case
    about = (case.id, case.claim.receipt, case.claim.enterprise_name)
    return notices_view(about, case.version, last, uow.of(NoticeObjections).of_case(case.id))


def _go_on(handled: Handled, notice: StandingNotice, cmd: AnswerObjection, uow: UnitOfWork) -> None:
    """What an answer makes of a notice that has not ended: upheld it ends, else the case goes on once none is open."""
    case = handled.case
    answered: set[str] = set()
    changed = [notice]
    if cmd.upheld:
        place = place_to_answer(handled, "public_notice", uow)
        notice.end("objected", uow.now, f"异议成立：{cmd.answer}"[:500])
        evidence = {"notice_id": notice.id, "objection_id": cmd.objection_id}
        answer = answer_of(handled, place, "failed", uow, reason=cmd.answer, evidence=evidence)
        let_go(case, uow)
        case.answer(answer, ended(case, notice, upheld=True))
        answered.add(case.id)
    elif not notice.open_objections:
        let_go(case, uow)
        changed = came_of(handled, notice, uow, answered) or changed
    uow.of(StandingNotices).save_many(changed)
    if answered:
        settle([handled], uow)
    else:
        uow.of(Cases).save(case)


def _case_of_objection(objection_id: str, uow: UnitOfWork) -> Handled:
    """The case, locked, for its department alone: to others there is no such objection."""
    case_id = uow.of(NoticeObjections).case_of(objection_id)
    version = uow.of(Cases).get(case_id).version
    return in_hand(case_id, version, uow)


def _objection(
    cmd: RaiseObjection, notice: StandingNotice, code: str, uow: UnitOfWork, cipher: Cipher
) -> NoticeObjection:
    tenant, number = notice.tenant, f"YY-{random_code(8)}"
    return NoticeObjection(
        id=uow.new_id(),
        tenant=tenant,
        traceparent=notice.traceparent,
        notice_id=notice.id,
        case_id=notice.case_id,
        receipt=notice.receipt,
        enterprise_name=notice.enterprise_name,
        item_title=notice.item_title,
        department=notice.department,
        department_id=notice.department_id,
        number=number,
        code_digest=code_digest(number, code, tenant, cipher),
        name_sealed=cipher.seal(cmd.name, purpose=OBJECTOR, tenant=tenant),
        name_masked=mask_name(cmd.name),
        contact_sealed=cipher.seal(cmd.contact, purpose=OBJECTOR, tenant=tenant),
        contact_masked=mask_contact(cmd.contact),
        text=cmd.text,
        material_sha256=cmd.material_sha256,
        raised_at=uow.now,
    )


def _attention_of(case: Case, notice: StandingNotice) -> Attention:
    task = task_of(case, notice)
    return (case.own_owner if task is None else task.owner).attention
