"""A panel from its draw to its conclusion."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.case_steps import SlotVerdict
from contracts.message import Actor
from contracts.panels import ConcludePanel, DrawPanel, PanelFigure, PanelView, RecuseExpert, ScorePanel
from contracts.rule import Decision
from contracts.rule.plan import Panel
from rules.plan_run import SlotPlace
from services.review.cases.answering import Handled, answer_of, in_hand, place_to_answer, settle, told
from services.review.cases.answers import SHARED_BY
from services.review.cases.four_eyes import persons_behind
from services.review.cases.store import Cases
from services.review.figures import setting
from services.review.panels.drawing import CaseApplicant, draw
from services.review.panels.panel import (
    CasePanel,
    Conclusion,
    DrawnExpert,
    FigureNeeded,
    FigureNotAsked,
    NotEnoughExperts,
    NotYourSeat,
    PanelStands,
)
from services.review.panels.panel_view import view_for, view_of
from services.review.panels.scores import criteria_of, exact_text
from services.review.panels.store import DrawnPanels, Experts

PANEL_OPENED = "panel_opened"
"""The job that says a panel's step is open: somebody of the department draws it."""

PANEL = "评审小组"


def draw_panel(cmd: DrawPanel, uow: UnitOfWork) -> PanelView:
    """Draw the experts of the case's panel step.

    Raises what `in_hand` and `place_to_answer` raise, PanelStands or NotEnoughExperts.
    """
    handled = in_hand(cmd.case_id, cmd.expected_version, uow)
    place = place_to_answer(handled, "panel", uow)
    before = uow.of(DrawnPanels).of_step(cmd.case_id, place.step)
    _refuse_another(before, handled, place)
    panel = _drawn(handled, place, secrets.token_hex(16), uow)
    for each in before:
        if each.state == "scoring":
            each.state = "void"
            uow.of(DrawnPanels).save(each)
    uow.of(DrawnPanels).save(panel)
    return view_of(panel)


def recuse_expert(cmd: RecuseExpert, uow: UnitOfWork) -> PanelView:
    """Raises PanelUnknown, StaleVersion, NotYourSeat, PanelOver, NotOnPanel or ScoredAlready."""
    return _by_expert_or_department(
        cmd, uow, lambda panel: panel.recuse(cmd.expert_id, cmd.reason, uow.actor.id, uow.now)
    )


def score_panel(cmd: ScorePanel, uow: UnitOfWork) -> PanelView:
    """Raises PanelUnknown, StaleVersion, NotYourSeat, PanelOver, NotOnPanel, OwnScoreStands, SheetNeeded or ScoresRefused."""
    return _by_expert_or_department(
        cmd, uow, lambda panel: panel.score(cmd.expert_id, cmd.scores, uow.actor.id, uow.now, cmd.sheet_sha256)
    )


def conclude_panel(cmd: ConcludePanel, uow: UnitOfWork) -> PanelView:
    """End it: the mean decides, the figure is set, the step answered.

    Raises PanelUnknown, StaleVersion, what `place_to_answer` raises, PanelOver, PanelWithoutQuorum, FigureNeeded,
    FigureNotAsked or FigureRefused.
    """
    case_id = uow.of(DrawnPanels).peek(cmd.panel_id).case_id
    handled = _case_of(case_id, uow)
    panel = uow.of(DrawnPanels).get(cmd.panel_id, expected_version=cmd.expected_version)
    passed, mean = panel.judged()
    place = place_to_answer(handled, "panel", uow)
    _set_figure(panel, handled, cmd.figure, uow, passed=passed)
    panel.conclude(Conclusion(passed, exact_text(mean), cmd.minutes, cmd.minutes_sha256, uow.actor.id, uow.now))
    uow.of(DrawnPanels).save(panel)
    verdict: SlotVerdict = "passed" if passed else "failed"
    experts = [each.person_id for each in panel.seats if each.person_id and each.id in panel.counted]
    evidence = {"panel_id": panel.id, "mean": exact_text(mean), SHARED_BY: experts}
    answer = answer_of(handled, place, verdict, uow, reason=f"平均得分 {exact_text(mean)}", evidence=evidence)
    handled.case.answer(answer, told(handled.case, answer, f"专家评审{'通过' if passed else '未通过'}"))
    settle([handled], uow)
    return view_of(panel)


def is_expert_only(actor: Actor) -> bool:
    """Whether somebody comes as an expert, and not as one of the department."""
    return "department" not in actor.roles


def _refuse_another(before: list[CasePanel], handled: Handled, place: SlotPlace) -> None:
    """Raises PanelStands."""
    for each in before:
        at_work = each.state == "scoring" and each.can_reach_quorum
        ended = each.state in ("passed", "failed") and handled.standing.state_of(place) != "open"
        if at_work or ended:
            raise PanelStands()


def _drawn(handled: Handled, place: SlotPlace, seed: str, uow: UnitOfWork) -> CasePanel:
    """Raises NotEnoughExperts."""
    case, claim = handled.case, handled.case.claim
    step = handled.item.rules.plan.steps[place.step - 1]
    assert isinstance(step, Panel), "a panel's place is a panel"
    recorders = frozenset(person for persons in persons_behind(case.recorders).values() for person in persons)
    found = draw(uow.of(Experts).all(), step.field, CaseApplicant(claim.uscc, claim.enterprise_name, recorders), seed)
    if len(found.order) < step.members:
        of = f"“{step.field}”领域" if step.field else ""
        raise NotEnoughExperts(of=of, there=len(found.order), out=len(found.left_out), needed=step.members)
    return CasePanel(
        id=uow.new_id(),
        tenant=uow.tenant,
        traceparent=case.traceparent,
        case_id=case.id,
        receipt=claim.receipt,
        item_title=claim.item_title,
        enterprise_name=claim.enterprise_name,
        step=place.step,
        field=step.field or "",
        members=step.members,
        quorum=step.quorum,
        criteria=criteria_of(step),
        pass_score=step.pass_score,
        sets=step.sets,
        seed=seed,
        register_hash=found.register_hash,
        drawn=tuple(DrawnExpert(each.id, each.name, each.employer, each.person_id) for each in found.order),
        left_out=found.left_out,
        drawn_by=uow.actor.id,
        drawn_at=uow.now,
    )


def _by_expert_or_department(
    cmd: RecuseExpert | ScorePanel, uow: UnitOfWork, act: Callable[[CasePanel], None]
) -> PanelView:
    """An expert acts for the own seat alone; the department for any of its own cases'."""
    panel = uow.of(DrawnPanels).peek(cmd.panel_id)
    own = any(each.id == cmd.expert_id and each.person_id == uow.actor.id for each in panel.drawn)
    if not own and is_expert_only(uow.actor):
        raise NotYourSeat()
    case = uow.of(Cases).get(panel.case_id) if own else _case_of(panel.case_id, uow).case
    case.must_be_open()
    panel = uow.of(DrawnPanels).get(cmd.panel_id, expected_version=cmd.expected_version)
    act(panel)
    uow.of(DrawnPanels).save(panel)
    return view_for(panel, uow.actor.id) if is_expert_only(uow.actor) else view_of(panel)


def _case_of(case_id: str, uow: UnitOfWork) -> Handled:
    """The panel's case in the department's hands: whoever changes the panel says which version of that they have read."""
    return in_hand(case_id, uow.of(Cases).get(case_id).version, uow)


def _set_figure(
    panel: CasePanel, handled: Handled, figure: PanelFigure | None, uow: UnitOfWork, *, passed: bool
) -> None:
    """Raises FigureNeeded, FigureNotAsked or FigureRefused."""
    if figure is None:
        if passed and panel.sets is not None:
            raise FigureNeeded(field="figure.value")
        return
    if panel.sets is None:
        raise FigureNotAsked(field="figure.value", why="本方案的评审小组不核定数额")
    if not passed:
        raise FigureNotAsked(field="figure.value", why="评审未通过的")
    today = uow.now.astimezone(CHINA).date()
    decision = Decision(name=panel.sets, value=figure.value, unit=figure.unit, by=PANEL, on=today)
    setting.set_figure(handled, decision, "评审结论", uow, panel_id=panel.id, field="figure")
