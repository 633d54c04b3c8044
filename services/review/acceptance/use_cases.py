"""What an officer decides of a filing."""

from __future__ import annotations

from chassis.write.uow import UnitOfWork
from contracts.acceptance import AcceptCase, RefuseAcceptance
from contracts.message import Id
from contracts.refusal import Conflict
from contracts.review import CaseView
from services.review.acceptance.silence import acceptance_answer, accepted_by_silence
from services.review.cases.answering import Handled, in_hand, settle, unmapped_words
from services.review.cases.answers import ACCEPTANCE, StepNotOpen, name_of
from services.review.cases.case_view import view_of
from services.review.cases.opening import accept
from services.review.cases.refusals import NotYourDepartment
from services.review.cases.refusing import refusing
from services.review.cases.whose import may_answer


class AcceptedBySilence(Conflict):
    """After the limit there is nothing left to refuse."""

    code = "accepted_by_silence"
    sentence = "受理期限已过，依法自收件之日起即为受理，不能再不予受理；不符合条件的，请在审核中说明理由不予批准。"


def accept_case(cmd: AcceptCase, uow: UnitOfWork) -> CaseView:
    """Accept it, as of now; or as of its receipt, if the limit for that is over.

    Raises CaseNotFound, NotYourDepartment, StaleVersion, AlreadyDecided or StepNotOpen.
    """
    handled = _to_be_accepted(cmd.case_id, cmd.expected_version, uow)
    if not accepted_by_silence(handled.case, uow):
        handled.case.answer(acceptance_answer(handled.case, uow.actor.id, "", uow))
        accept(handled.case, uow, at=uow.now)
    return _settled(handled, uow)


def refuse_acceptance(cmd: RefuseAcceptance, uow: UnitOfWork) -> CaseView:
    """Do not accept it, and say why. Raises as `accept_case` does, AcceptedBySilence, and as `reject_case` for its grounds."""
    handled = _to_be_accepted(cmd.case_id, cmd.expected_version, uow)
    if accepted_by_silence(handled.case, uow):
        raise AcceptedBySilence()
    handled.case.refuse_acceptance(refusing(handled.case, handled.item, cmd, uow))
    return _settled(handled, uow)


def _to_be_accepted(case_id: Id, expected_version: int, uow: UnitOfWork) -> Handled:
    handled = in_hand(case_id, expected_version, uow)
    case = handled.case
    case.must_be_open()
    step = name_of("acceptance")
    if case.state != "received":
        raise StepNotOpen(step=step, why="该办件已经受理")
    if case.waits_for_enterprise:
        raise StepNotOpen(step=step, why="正在等待企业补正")
    owners = [task.owner for task in case.tasks if task.place == ACCEPTANCE] or [case.own_owner]
    if not any(may_answer(uow.actor, owner, handled.names) for owner in owners):
        raise NotYourDepartment.but_of(owners[0].department, owners[0].department_id)
    return handled


def _settled(handled: Handled, uow: UnitOfWork) -> CaseView:
    settle([handled], uow)
    return view_of(handled.case, unmapped_words(handled.case, uow) if handled.case.is_open else ())
