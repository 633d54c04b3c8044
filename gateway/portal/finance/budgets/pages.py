"""Budget lines (预算指标): what is there, what waits for more, and putting money on one after a look at what that does."""

from __future__ import annotations

from asyncio import gather
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.responses import Response

from chassis.time.clock import CHINA
from contracts.forecasts import GetForecast
from contracts.message import Cursor, Id, Model
from contracts.treasury import (
    AppropriateBudget,
    GetBudgetTotals,
    LineCode,
    ListBudgetLines,
    ListDisbursements,
    SummariseDisbursements,
)
from gateway.access import Only, Permitted
from gateway.door import Door
from gateway.portal.finance.budgets.registers import department_names, items_on_offer, titles_of
from gateway.portal.shell.allowed import may
from gateway.portal.shell.confirmation import asked_once_more
from gateway.portal.shell.pages import Pages, Shown, Values
from gateway.portal.shell.rendering import address
from gateway.portal.shell.time_left import times_left
from gateway.portal.staff.asked import asked_for

pages = Pages("budgets")
FINANCE = Only("finance")
Year = Annotated[int, Field(ge=2020, le=2100)]
ROWS = 50


class BudgetList(Model):
    """What stands in the address. Without a year this one is meant."""

    year: Year | Literal["all"] | None = None
    department: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None

    @property
    def said(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)


class HeldList(Model):
    about: str | None = Field(default=None, max_length=60)
    cursor: Cursor | None = None


class Appropriation(Model):
    """What finance fills in. `confirmed`: they have seen what it comes to."""

    year: Year
    department: str = Field(min_length=2, max_length=60)
    item_id: Id | None = None
    code: LineCode | None = None
    amount_fen: int = Field(gt=0, le=10**15)
    document_number: str = Field(min_length=2, max_length=80)
    mode: Literal["quota", "revolving"] = "quota"
    further_of_document: bool = False
    confirmed: bool = False


@pages.show("/finance/budgets", BudgetList, FINANCE, template="budgets.html", nav=("budgets.nav", 5))
async def list_budgets(door: Door, asked: BudgetList) -> Values:
    """The lines of a year with what they come to together, and how much waits for money."""
    this_year = door.frame.clock.now().astimezone(CHINA).year
    year = None if asked.year == "all" else asked.year or this_year
    filtered = {"year": year, "department": asked.department}
    listed, totals, held, expected, departments, items = await gather(
        door.told(ListBudgetLines(**filtered, cursor=asked.cursor, limit=ROWS)),
        door.told(GetBudgetTotals(**filtered)),
        door.told(SummariseDisbursements(state="held")),
        door.told(GetForecast(year=year)),
        department_names(door),
        items_on_offer(door),
    )
    titles = await titles_of(door, [line.item_id for line in listed.items], items)
    return {
        "lines": listed.items,
        "next_cursor": listed.next_cursor,
        "totals": totals,
        "held": held,
        "expected": expected,
        "titles": titles,
        "registered": departments,
        "departments": sorted({*departments, *(line.department for line in listed.items)}),
        "items": items,
        "asked_for": asked,
        "listed": asked.said,
        "year": year,
        "this_year": this_year,
        "may_appropriate": may(door, AppropriateBudget),
    }


@pages.form("/finance/budgets/appropriate", Appropriation, Permitted(AppropriateBudget), on=list_budgets)
async def appropriate_budget(door: Door, said: Appropriation) -> str | Response:
    """Put money on a line (下达预算指标), once its maker has seen what the line has and will have."""
    if said.confirmed:
        await door.done(AppropriateBudget(**said.model_dump(exclude={"confirmed"})))
        return address("/finance/budgets", year=said.year, department=said.department, done="appropriated")
    known, items = await gather(
        door.told(ListBudgetLines(year=said.year, department=said.department, limit=200)), items_on_offer(door)
    )
    line = next((each for each in known.items if (each.item_id, each.code) == (said.item_id, said.code)), None)
    titles = await titles_of(door, [said.item_id], items)
    values = {"said": said, "line": line, "title": titles.get(said.item_id or "")}
    return await asked_once_more(door, Shown(values, template="appropriation.html"))


@pages.show("/finance/held", HeldList, FINANCE, template="held.html", nav=("budgets.nav_held", 6))
async def list_held(door: Door, asked: HeldList) -> Values:
    """What is approved and waits for money, in the order in which it will be served, with the reason."""
    filtered = {"state": "held", **asked_for(asked.about)}
    listed, summary = await gather(
        door.told(ListDisbursements(**filtered, cursor=asked.cursor, limit=ROWS)),
        door.told(SummariseDisbursements(**filtered)),
    )
    left = await times_left(door, [each.due_at for each in listed.items])
    return {
        "rows": list(zip(listed.items, left, strict=True)),
        "next_cursor": listed.next_cursor,
        "summary": summary,
        "asked_for": asked,
        "listed": asked.model_dump(mode="json", exclude_defaults=True),
    }
