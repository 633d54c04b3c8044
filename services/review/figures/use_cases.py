"""An officer sets a figure."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_figures import SetFigure
from contracts.review import CaseView
from contracts.rule import Decision
from rules.decisions import asked_for, title_of
from services.review.cases.answering import Handled, in_hand, settle, unmapped_words
from services.review.cases.case_view import view_of
from services.review.cases.whose import may_answer
from services.review.figures import setting
from services.review.figures.figure import FigureNotYours, FigureOfPanel, NothingToSet, set_by_panels


def set_figure(cmd: SetFigure, uow: UnitOfWork) -> CaseView:
    """Set a figure that the rule asks for.

    Raises what `in_hand` raises, AlreadyDecided, NothingToSet, FigureNotYours, FigureOfPanel or FigureRefused.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    case, rules = handled.case, handled.item.rules
    case.must_be_open()
    if case.state != "accepted":
        raise NothingToSet()
    if not _may_set(handled, uow):
        raise FigureNotYours()
    if cmd.name in set_by_panels(rules):
        node = asked_for(rules).get(cmd.name)
        raise FigureOfPanel(title=title_of(node) if node else cmd.name)
    by = uow.actor.department or case.claim.department
    today = uow.now.astimezone(CHINA).date()
    decision = Decision(name=cmd.name, value=cmd.value, unit=cmd.unit, by=by[:60], on=today)
    setting.set_figure(handled, decision, cmd.reason, uow)
    settle([handled], uow)
    return view_of(case, unmapped_words(case, uow) if case.is_open else ())


def _may_set(handled: Handled, uow: UnitOfWork) -> bool:
    """The first review's, or whoever has an approval to give."""
    case = handled.case
    owners = [case.own_owner, *(task.owner for task in case.tasks if task.kind == "approval")]
    return any(may_answer(uow.actor, owner, handled.names) for owner in owners)
