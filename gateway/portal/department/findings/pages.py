"""What one person in law was granted twice (重复享受线索): the list, one of them with all its cases, and its conclusion."""

from __future__ import annotations

from typing import Literal

from contracts.award_findings import CloseAwardFinding, GetAwardFinding, ListAwardFindings
from contracts.message import Cursor, Model
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.staff.names import names_of

pages = Pages("findings")
LIST = "/department/findings"
ROWS = 50


class FindingList(Model):
    """What stands in the address: those that are open, unless it says otherwise."""

    state: Literal["closed", "all"] | None = None
    cursor: Cursor | None = None


@pages.show(LIST, FindingList, Permitted(ListAwardFindings), template="list.html", nav=("findings.nav", 6))
async def list_findings(door: Door, asked: FindingList) -> Values:
    """Those found last at the top."""
    state = None if asked.state == "all" else asked.state or "open"
    page = await door.told(ListAwardFindings(state=state, cursor=asked.cursor, limit=ROWS))
    return {
        "rows": page.items,
        "next_cursor": page.next_cursor,
        "asked_for": asked,
        "listed": asked.model_dump(mode="json", exclude_defaults=True),
    }


@pages.show(LIST + "/{finding_id}", GetAwardFinding, Permitted(GetAwardFinding), template="finding.html")
async def show_finding(door: Door, query: GetAwardFinding) -> Values:
    """All cases of it with their amounts, and what to do."""
    finding = await door.told(query)
    return {
        "finding": finding,
        "names": await names_of(door, [finding.closed_by]),
        "may_close": may(door, CloseAwardFinding, finding.state),
        "cases": "/supervisor/cases/" if "supervisor" in door.principal.actor.roles else "/department/cases/",
    }


@pages.form(LIST + "/{finding_id}/close", CloseAwardFinding, on=show_finding, versioned=True)
async def close_finding(door: Door, command: CloseAwardFinding) -> str:
    """Say what was done about it (办结)."""
    await door.done(command)
    return address(f"{LIST}/{command.finding_id}", done="closed")
