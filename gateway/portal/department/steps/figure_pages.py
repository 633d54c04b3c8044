"""The figures that persons set for a case (核定)."""

from __future__ import annotations

from asyncio import gather

from contracts.case_figures import ListFigures, SetFigure
from contracts.case_sheet import GetCaseSheet
from contracts.message import Id, Model
from gateway.access import Only
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.staff.names import names_of

pages = Pages("steps")
READERS = Only("department", "bureau")


class OfFigures(Model):
    case_id: Id


@pages.show("/department/cases/{case_id}/figures", OfFigures, READERS, template="figures.html")
async def show_figures(door: Door, asked: OfFigures) -> Values:
    """What the rule asks for, what was set, and the form to set it."""
    sheet, figures = await gather(
        door.told(GetCaseSheet(case_id=asked.case_id)), door.told(ListFigures(case_id=asked.case_id))
    )
    return {
        "case": sheet.case,
        "figures": figures,
        "sets": may(door, SetFigure, sheet.case.state),
        "names": await names_of(door, [each.set_by for each in figures.history]),
    }


@pages.form("/department/cases/{case_id}/figures", SetFigure, on=show_figures, versioned=True)
async def set_figure(door: Door, command: SetFigure) -> str:
    """Set a figure (核定)."""
    await door.done(command)
    return f"/department/cases/{command.case_id}/figures?done=figure_set"
