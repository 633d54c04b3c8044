"""What supervisors watch: cases and money, those overdue first. Lay supervisors see names masked; nothing is changed here."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from contracts.case_files import OpenCaseFile
from contracts.message import Cursor, Id, Model
from contracts.review import CaseState, CountCases, GetCase, ListCases
from contracts.treasury import DisbursementState, ListDisbursements, SummariseDisbursements
from gateway.access import Only
from gateway.door import Door
from gateway.masking import sees_names
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Nothing, Pages, Values
from gateway.portal.shell.time_left import time_left_until, times_left
from gateway.portal.staff.asked import asked_for

pages = Pages("supervision")
SUPERVISOR = Only("supervisor")
FIRST = 8
ROWS = 50


class CasesWatched(Model):
    """What stands in the address: those overdue, unless it says otherwise."""

    state: CaseState | Literal["all"] | None = None
    about: str | None = Field(default=None, max_length=60)
    item: Id | None = None
    cursor: Cursor | None = None

    @property
    def overdue(self) -> bool:
        return self.state is None and not self.about

    @property
    def filtered(self) -> dict[str, Any]:
        state = None if self.state == "all" else self.state
        return {"state": state, "overdue": self.overdue, "about": self.about, "item_id": self.item}


class PaymentsWatched(Model):
    state: DisbursementState | Literal["all"] | None = None
    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None

    @property
    def overdue(self) -> bool:
        return self.state is None and not self.about

    @property
    def filtered(self) -> dict[str, Any]:
        state = None if self.state == "all" else self.state
        return {"state": state, "overdue": self.overdue, **asked_for(self.about)}


class CaseWatched(Model):
    case_id: Id


@pages.show("/supervisor", Nothing, SUPERVISOR, template="overview.html", nav=("supervision.nav", 8))
async def overview(door: Door, _asked: Nothing) -> Values:
    """How much is late, of cases and of money, and the latest of each."""
    counts, late_cases, open_money, late_money, payments = await gather(
        door.told(CountCases()),
        door.told(ListCases(overdue=True, order="due", limit=FIRST)),
        door.told(SummariseDisbursements(state="held")),
        door.told(SummariseDisbursements(overdue=True)),
        door.told(ListDisbursements(overdue=True, order="due", limit=FIRST)),
    )
    return {
        "counts": counts,
        "held": open_money,
        "late_money": late_money,
        "cases": await _timed(door, late_cases.items),
        "payments": await _timed(door, payments.items),
        "names_shown": sees_names(door.principal.actor),
    }


@pages.show("/supervisor/cases", CasesWatched, SUPERVISOR, template="cases.html")
async def watch_cases(door: Door, asked: CasesWatched) -> Values:
    """Cases of all departments by time left."""
    asked = _without_names(door, asked)
    order = "due" if asked.overdue or asked.state == "accepted" else "accepted"
    listed, counts = await gather(
        door.told(ListCases(**asked.filtered, order=order, cursor=asked.cursor, limit=ROWS)),
        door.told(CountCases(**asked.filtered)),
    )
    return {
        "rows": await _timed(door, listed.items),
        "next_cursor": listed.next_cursor,
        "counts": counts,
        **_shown(door, asked),
    }


@pages.show("/supervisor/payments", PaymentsWatched, SUPERVISOR, template="payments.html")
async def watch_payments(door: Door, asked: PaymentsWatched) -> Values:
    """Payments of the tenant by time left."""
    asked = _without_names(door, asked)
    listed, summary = await gather(
        door.told(ListDisbursements(**asked.filtered, order="due", cursor=asked.cursor, limit=ROWS)),
        door.told(SummariseDisbursements(**asked.filtered)),
    )
    return {
        "rows": await _timed(door, listed.items),
        "next_cursor": listed.next_cursor,
        "summary": summary,
        **_shown(door, asked),
    }


@pages.show("/supervisor/cases/{case_id}", CaseWatched, SUPERVISOR, template="case.html")
async def watch_case(door: Door, asked: CaseWatched) -> Values:
    """One case with its payments: where it stands, since when, and whose turn it is."""
    case, payments = await gather(
        door.told(GetCase(case_id=asked.case_id)),
        door.told(ListDisbursements(case_id=asked.case_id, order="due")),
    )
    return {
        "case": case,
        "left": await time_left_until(door, case.due_at),
        "payments": await _timed(door, payments.items),
        "names_shown": sees_names(door.principal.actor),
        "may_open_file": may(door, OpenCaseFile),
    }


def _without_names(door: Door, asked: Any) -> Any:
    """Whoever sees names masked looks for none: what is found would tell them."""
    return asked if sees_names(door.principal.actor) else asked.model_copy(update={"about": None})


def _shown(door: Door, asked: CasesWatched | PaymentsWatched) -> dict[str, Any]:
    said = asked.model_dump(mode="json", exclude_defaults=True)
    return {"asked_for": asked, "listed": said, "names_shown": sees_names(door.principal.actor)}


async def _timed(door: Door, things: Sequence[Any]) -> list[Any]:
    return list(zip(things, await times_left(door, [each.due_at for each in things]), strict=True))
