"""Setting a figure: it is checked, kept, and the case is judged again by it. Panels set theirs through here too."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.refusal import Reason
from contracts.rule import Assessment, Decision
from rules.decisions import asked_for, title_of, unfit
from rules.set_figures import why_not_taken
from services.review.cases.answering import Handled
from services.review.cases.finishing import withdraw_approvals
from services.review.cases.judging import judged
from services.review.figure_setting import SetFigureRecord
from services.review.figure_settings import SetFigures
from services.review.figures.figure import FigureRefused

SAYS = {"name": "name", "value": "value", "unit": "unit"}


def set_figure(
    handled: Handled, decision: Decision, reason: str, uow: UnitOfWork, *, panel_id: str | None = None, field: str = ""
) -> None:
    """Raises FigureRefused with every reason. The caller settles the case."""
    case = handled.case
    decisions = (*(each for each in case.decisions if each.name != decision.name), decision)
    assessment = assessed_with(handled, decisions, uow)
    if reasons := reasons_against(handled, decision, assessment, field=field):
        raise FigureRefused(*reasons)
    node = asked_for(handled.item.rules)[decision.name]
    case.decisions, case.assessment = decisions, assessment
    withdraw_approvals(case, f"“{title_of(node)}”重新核定，须重新批准", uow)
    record = SetFigureRecord(
        id=uow.new_id(),
        tenant=uow.tenant,
        case_id=case.id,
        name=decision.name,
        title=title_of(node),
        value=decision.value,
        unit=decision.unit,
        reason=reason,
        set_by=uow.actor.id,
        set_at=uow.now,
        panel_id=panel_id,
    )
    uow.of(SetFigures).save(record)


def assessed_with(handled: Handled, decisions: tuple[Decision, ...], uow: UnitOfWork) -> Assessment:
    """What the rule says of the case's facts with these figures. Those that do not fit are not read."""
    case = handled.case
    filed_on = case.received_at.astimezone(CHINA).date()
    return judged(handled.item.rules, case.facts, case.parameters, filed_on, decisions=decisions)


def reasons_against(handled: Handled, decision: Decision, assessment: Assessment, *, field: str = "") -> list[Reason]:
    """Why this figure cannot be set; `assessment` is the case with it, `field` where a form has it."""
    rules = handled.item.rules
    problems = unfit(rules, [decision])
    found = [Reason(code=each.code, message=each.text_zh, field=_field(each.where, field)) for each in problems]
    if found:
        return found
    node = asked_for(rules)[decision.name]
    why = why_not_taken(assessment, node)
    if why is None:
        return []
    said = f"“{title_of(node)}”不能这样核定：{why}"
    return [Reason(code="decision_out_of_range", message=said, field=_field("/0/value", field))]


def _field(where: str, within: str) -> str:
    """`/0/unit` is the unit of the one figure that was given."""
    last = where.rpartition("/")[2]
    name = last if last in SAYS else "value"
    return f"{within}.{name}" if within else name
