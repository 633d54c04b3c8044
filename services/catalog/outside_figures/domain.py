"""Outside figures: what may be entered and taken back. Pure: time, ids and actor are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.aggregate import Aggregate
from contracts.message import Actor
from contracts.outside_figures import OutsideFigureRecorded, OutsideFigureView, OutsideFigureWithdrawn
from contracts.refusal import Conflict, Forbidden, Invalid, NotFound, Reason
from contracts.rule import ParameterValue
from contracts.written import is_no_code
from rules.facts import same_dimension
from rules.units import UnknownUnit, unit


class OutsideFigureUnknown(NotFound):
    """This tenant has entered no figure with this id."""

    code = "outside_figure_unknown"
    sentence = "没有找到该外部参数，或不是本地区录入的。"


class OutsideFiguresNotYours(Forbidden):
    """What an item's money follows from is entered by those who answer for it."""

    code = "outside_figures_not_yours"
    sentence = "外部参数由政策主管部门或行政审批局录入和撤回。"


class OutsideFiguresRefused(Invalid):
    """Some figures cannot be as they are written; `reasons` names each."""

    code = "outside_figures_refused"
    sentence = "提交的外部参数有误，请按提示修改。"


class OutsideFigureRecordedAlready(Conflict):
    """Exactly the same stands already: entered twice, it would have to be withdrawn twice."""

    code = "outside_figure_recorded_already"
    sentence = "所列外部参数中有与已录入且未撤回的完全相同的，不能重复录入。"


class OutsideFigureOfOtherDepartment(Forbidden):
    """Who entered it takes it back."""

    code = "outside_figure_of_other_department"
    sentence = "该外部参数由“{department}”录入，只能由录入部门或行政审批局撤回。"


class OutsideFigureWithdrawnAlready(Conflict):
    """It is withdrawn once."""

    code = "outside_figure_withdrawn_already"
    sentence = "该外部参数已经撤回。"


@dataclass(kw_only=True, slots=True)
class OutsideFigure(Aggregate):
    """One figure as it was entered. Nothing about it changes but that it may be withdrawn."""

    figure: ParameterValue
    department: str | None
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None

    def announce(self) -> OutsideFigure:
        """Say that rules may rest on it."""
        self.record(
            OutsideFigureRecorded(
                figure_id=self.id, tenant=self.tenant, figure=self.figure, recorded_at=self.recorded_at
            )
        )
        return self

    def withdraw(self, *, by: Actor, at: datetime, why: str) -> None:
        """Raises OutsideFiguresNotYours, OutsideFigureOfOtherDepartment or OutsideFigureWithdrawnAlready."""
        refuse_others(by)
        same_department = by.department is not None and by.department == self.department
        if by.id != self.recorded_by and not same_department and "bureau" not in by.roles:
            raise OutsideFigureOfOtherDepartment(department=self.department or "行政审批局")
        if self.withdrawn_at is not None:
            raise OutsideFigureWithdrawnAlready()
        self.withdrawn_by, self.withdrawn_at, self.withdrawn_why = by.id, at, why
        self.record(OutsideFigureWithdrawn(figure_id=self.id, tenant=self.tenant, reason=why))

    def view(self) -> OutsideFigureView:
        return OutsideFigureView(
            figure_id=self.id,
            tenant=self.tenant,
            figure=self.figure,
            department=self.department,
            recorded_at=self.recorded_at,
            withdrawn_at=self.withdrawn_at,
            withdrawn_why=self.withdrawn_why,
        )


def refuse_others(by: Actor) -> None:
    """Raise OutsideFiguresNotYours for whoever is neither of a department nor of the approval bureau."""
    if by.enterprise_id is not None or not by.roles & {"department", "bureau"}:
        raise OutsideFiguresNotYours()


def check(
    figures: Sequence[ParameterValue], today: date, units: Mapping[str, str], besides: Iterable[Reason] = ()
) -> None:
    """Raise OutsideFiguresRefused with everything that is wrong with them.

    `today` is the date in China; `units` are those in which the tenant's standing figures of these names are
    written, by name; `besides` is what else stands against them.
    """
    known = dict(units)
    reasons: list[Reason] = []
    for index, figure in enumerate(figures):
        wrong = _wrong_with(figure, f"figures.{index}", today, known.get(figure.name))
        reasons += wrong
        # What is wrong itself is no measure for what comes after it.
        if not any(each.code == "figure_unit_unknown" for each in wrong):
            known.setdefault(figure.name, figure.unit)
    for index, figure in enumerate(figures):
        if figure in figures[:index]:
            text = f"“{figure.name}”与第 {figures.index(figure) + 1} 条完全相同"
            reasons.append(Reason(code="figure_given_twice", message=text, field=f"figures.{index}"))
    reasons += besides
    if reasons:
        raise OutsideFiguresRefused(*reasons)


def _wrong_with(figure: ParameterValue, where: str, today: date, known: str | None) -> list[Reason]:
    wrong = _wrong_unit(figure, where, known)
    reasons = [*([wrong] if wrong is not None else ()), *_wrong_time(figure, where)]
    if figure.key is not None and is_no_code(figure.key):
        text = f"“{figure.name}”的分类“{figure.key}”不是代码：没有分类的请不填"
        reasons.append(Reason(code="figure_key_no_code", message=text, field=f"{where}.key"))
    if figure.as_of > today:
        text = f"“{figure.name}”的公布日期 {figure.as_of} 晚于今天"
        reasons.append(Reason(code="figure_from_future", message=text, field=f"{where}.as_of"))
    return reasons


def _wrong_unit(figure: ParameterValue, where: str, known: str | None) -> Reason | None:
    try:
        unit(figure.unit)
    except UnknownUnit:
        text = f"“{figure.name}”的单位“{figure.unit}”无法识别"
        return Reason(code="figure_unit_unknown", message=text, field=f"{where}.unit")
    if known is None or same_dimension(figure.unit, known):
        return None
    text = f"“{figure.name}”的单位“{figure.unit}”与已录入的“{known}”不能换算；已录入的有误的，请先撤回"
    return Reason(code="figure_unit_differs", message=text, field=f"{where}.unit")


def _wrong_time(figure: ParameterValue, where: str) -> list[Reason]:
    starts, ends = figure.valid_from, figure.valid_until
    dated = starts is not None or ends is not None
    reasons = []
    if figure.period is not None and dated:
        text = f"“{figure.name}”要么是某个期间的值，要么有生效起止日，不能两样都写"
        reasons.append(Reason(code="figure_dated_twice", message=text, field=f"{where}.period"))
    if figure.period is None and not dated:
        text = f"“{figure.name}”须写明是哪个期间的值，或从哪天到哪天有效"
        reasons.append(Reason(code="figure_undated", message=text, field=f"{where}.period"))
    if starts is not None and ends is not None and ends < starts:
        text = f"“{figure.name}”的有效期截止日 {ends} 早于起始日 {starts}"
        reasons.append(Reason(code="figure_validity_reversed", message=text, field=f"{where}.valid_until"))
    return reasons
