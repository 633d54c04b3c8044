"""The desk (工作台): where each duty begins, with figures where somebody counts them; and the staff's search."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import Field
from starlette.responses import Response

from contracts.case_tasks import CountMyTasks
from contracts.message import Model
from contracts.refusal import Refused
from contracts.review import CountCases, ListCases
from contracts.treasury import AppropriateBudget, AuthoriseDisbursement, ListDisbursements, SummariseDisbursements
from gateway.access import Only
from gateway.bus import BusError
from gateway.door import Door
from gateway.errors import Faulted
from gateway.masking import sees_names
from gateway.portal.shell.allowed import may
from gateway.portal.shell.figures import number, yuan
from gateway.portal.shell.pages import NavigationEntry, Nothing, Pages, Shown, Values
from gateway.portal.shell.portal import portal_of
from gateway.portal.shell.serving import redirect
from gateway.portal.shell.session import for_everybody, session_of
from gateway.portal.shell.time_left import times_left
from gateway.portal.staff.asked import amount_in, asked_for

pages = Pages("staff")
STAFF = Only("department", "window", "bureau", "finance", "supervisor", "platform")
DESK = "/desk"
FOUND = 10


class DeskFigure(NamedTuple):
    """One figure on the desk. `key` names its text, `tone` how it looks."""

    key: str
    value: str
    tone: str = "plain"


@dataclass(frozen=True)
class DeskPlace:
    """One thing that somebody does all day: where it is, and how much of it there is. Figures are None while nobody
    counts them: a wrong one is worse than none."""

    name: str
    address: str
    figures: list[DeskFigure] | None


class SoughtByStaff(Model):
    """`about`: a receipt number, a credit code, a part of a name, or an amount in yuan."""

    about: str = Field(default="", max_length=60)


@pages.show(DESK, Nothing, STAFF, template="desk.html", nav=("staff.nav.desk", 2))
async def desk(door: Door, _asked: Nothing) -> Values:
    """What whoever is signed in may do, and nothing else."""
    places = _places(door)
    counted = await gather(*(_place(door, *each) for each in places))
    return {
        "places": counted,
        "others": _others(door, {address.partition("?")[0] for _name, address, _count in places}),
    }


@pages.show("/desk/find", SoughtByStaff, STAFF, template="find.html")
async def find(door: Door, sought: SoughtByStaff) -> Shown | Response:
    """Cases and payments within what the person may see. The only one found is opened at once."""
    about = sought.about.strip()
    if not about:
        return Shown({"about": "", "cases": [], "payments": [], "more": False})
    cases, payments = await gather(_found_cases(door, about), _found_payments(door, about))
    hits = [
        *(_case_address(door, each.case_id) for each in cases),
        *(_payment_address(door, each) for each in payments),
    ]
    if len(hits) == 1:
        return redirect(door.request, hits[0])
    left = await times_left(door, [each.due_at for each in (*cases, *payments)])
    return Shown(
        {
            "about": about,
            "cases": [(each, left.pop(0), _case_address(door, each.case_id)) for each in cases],
            "payments": [(each, left.pop(0), _payment_address(door, each)) for each in payments],
            "more": max(len(cases), len(payments)) >= FOUND,
        }
    )


# -- where each duty begins ------------------------------------------------------------------------------------

Count = Callable[[Door], Awaitable[list[DeskFigure]]]


def _places(door: Door) -> list[tuple[str, str, Count | None]]:
    roles = door.principal.actor.roles
    places: list[tuple[str, str, Count | None]] = []
    if "department" in roles:
        places.append(("cases", "/department/cases", _cases))
    if may(door, CountMyTasks):
        places.append(("tasks", "/department/tasks?mine=yes", _tasks))
    if may(door, AuthoriseDisbursement) or "bureau" in roles:
        places.append(("payments", "/bureau/payments", _payments))
    if may(door, AppropriateBudget) or "finance" in roles:
        places += [("budgets", "/finance/budgets", _held), ("ledger", "/finance/ledger", None)]
    if "supervisor" in roles:
        places.append(("supervision", "/supervisor", _late))
    return places


def _others(door: Door, shown: set[str]) -> list[NavigationEntry]:
    """Whatever else the navigation leads those to who are signed in as this person is."""
    entries = portal_of(door.request).navigation(session_of(door.request))
    return [each for each in entries if not for_everybody(each.guard) and each.path not in {*shown, DESK}]


async def _place(door: Door, name: str, address: str, count: Count | None) -> DeskPlace:
    if count is None:
        return DeskPlace(name, address, [])
    try:
        return DeskPlace(name, address, await count(door))
    except (BusError, Faulted, Refused):
        return DeskPlace(name, address, None)


async def _cases(door: Door) -> list[DeskFigure]:
    counts = await door.told(CountCases())
    late = DeskFigure("overdue", number(counts.overdue), "bad" if counts.overdue else "plain")
    return [DeskFigure("open", number(counts.states.get("accepted", 0))), late]


async def _tasks(door: Door) -> list[DeskFigure]:
    mine = await door.told(CountMyTasks())
    figures = [DeskFigure("given", number(mine.given), "waiting" if mine.given else "plain")]
    figures += [DeskFigure("overdue", number(mine.overdue), "bad")] if mine.overdue else []
    return figures + ([DeskFigure("as_stand_in", number(mine.as_stand_in), "waiting")] if mine.as_stand_in else [])


async def _payments(door: Door) -> list[DeskFigure]:
    ready = await door.told(SummariseDisbursements(state="ready"))
    late = DeskFigure("overdue", number(ready.overdue), "bad" if ready.overdue else "plain")
    return [DeskFigure("ready", number(ready.count)), DeskFigure("total", yuan(ready.total_fen)), late]


async def _held(door: Door) -> list[DeskFigure]:
    held = await door.told(SummariseDisbursements(state="held"))
    return [
        DeskFigure("held", number(held.count), "waiting" if held.count else "plain"),
        DeskFigure("total", yuan(held.total_fen)),
    ]


async def _late(door: Door) -> list[DeskFigure]:
    counts, late = await gather(door.told(CountCases()), door.told(SummariseDisbursements(overdue=True)))
    return [
        DeskFigure("cases", number(counts.overdue), "bad" if counts.overdue else "plain"),
        DeskFigure("payments", number(late.count), "bad" if late.count else "plain"),
    ]


# -- what is looked for ----------------------------------------------------------------------------------------


async def _found_cases(door: Door, about: str) -> list[Any]:
    if not may(door, ListCases) or amount_in(about) is not None or not _may_look(door):
        return []
    return list((await door.told(ListCases(about=about, limit=FOUND))).items)


async def _found_payments(door: Door, about: str) -> list[Any]:
    if not may(door, ListDisbursements) or not _may_look(door):
        return []
    return list((await door.told(ListDisbursements(**asked_for(about), limit=FOUND))).items)


def _may_look(door: Door) -> bool:
    """Whoever sees names masked looks for none: what is found would tell them."""
    return sees_names(door.principal.actor)


def _case_address(door: Door, case_id: str) -> str:
    if door.principal.actor.roles & {"department", "bureau"}:
        return f"/department/cases/{case_id}?state=all"
    return f"/supervisor/cases/{case_id}"


def _payment_address(door: Door, payment: Any) -> str:
    if door.principal.actor.roles & {"bureau", "finance"}:
        return f"/bureau/payments/{payment.disbursement_id}"
    return f"/supervisor/cases/{payment.case_id}"
