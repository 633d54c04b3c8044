"""What was paid and has to come back (待追回款项): a list to look at."""

from __future__ import annotations

from contracts.message import Cursor, Model
from contracts.recoveries import ListRecoveries, RecoveryState
from gateway.access import Only
from gateway.door import Door
from gateway.portal.bureau.payments.pages import pages
from gateway.portal.shell.pages import Values


class RecoveryList(Model):
    """What stands in the address. Without a state those that are open are meant."""

    state: RecoveryState | None = None
    cursor: Cursor | None = None


@pages.show(
    "/bureau/recoveries", RecoveryList, Only("bureau"), template="recoveries.html", nav=("payments.recoveries_nav", 5)
)
async def list_recoveries(door: Door, asked: RecoveryList) -> Values:
    """The newest first."""
    state = asked.state or "open"
    listed = await door.told(ListRecoveries(state=state, cursor=asked.cursor, limit=50))
    return {
        "rows": listed.items,
        "next_cursor": listed.next_cursor,
        "state": state,
        "asked_for": asked,
        "listed": asked.model_dump(mode="json", exclude_defaults=True, include={"state"}),
    }
