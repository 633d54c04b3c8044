"""What the catalogue does with outside figures when it is told to: one function per command."""

from __future__ import annotations

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.outside_figures import (
    OutsideFigureList,
    OutsideFigureView,
    RecordOutsideFigures,
    WithdrawOutsideFigure,
)
from contracts.refusal import Reason
from services.catalog.enterprises.voices import voice_of
from services.catalog.outside_figures.domain import OutsideFigure, check, refuse_others
from services.catalog.outside_figures.store import OutsideFigures


def record_outside_figures(cmd: RecordOutsideFigures, uow: UnitOfWork) -> OutsideFigureList:
    """Enter figures, all of them or none; what was entered before stays as it is."""
    refuse_others(uow.actor)
    known = uow.of(OutsideFigures)
    units = known.units([figure.name for figure in cmd.figures], tenant=uow.tenant)
    check(cmd.figures, uow.now.astimezone(CHINA).date(), units, _of_others(cmd, uow))
    ids = sorted(uow.new_id() for _ in cmd.figures)
    entered = [
        OutsideFigure(
            id=id,
            tenant=uow.tenant,
            figure=figure,
            department=uow.actor.department,
            recorded_by=uow.actor.id,
            recorded_at=uow.now,
        )
        for id, figure in zip(ids, cmd.figures, strict=True)
    ]
    known.save_many([each.announce() for each in entered])
    return OutsideFigureList(items=tuple(each.view() for each in entered))


def _of_others(cmd: RecordOutsideFigures, uow: UnitOfWork) -> list[Reason]:
    """Figures that are said to come from a source for which the actor may not speak."""
    voice = voice_of(uow, [figure.source for figure in cmd.figures])
    found = (voice.against_figure(each.source, f"figures.{index}.source") for index, each in enumerate(cmd.figures))
    return [reason for reason in found if reason is not None]


def withdraw_outside_figure(cmd: WithdrawOutsideFigure, uow: UnitOfWork) -> OutsideFigureView:
    """Take a figure back; it stays readable, marked."""
    known = uow.of(OutsideFigures)
    figure = known.own(cmd.figure_id, tenant=uow.tenant)
    figure.withdraw(by=uow.actor, at=uow.now, why=cmd.reason)
    known.save(figure)
    return figure.view()
