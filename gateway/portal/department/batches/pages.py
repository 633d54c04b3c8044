"""Batches of a department's items: drawn up, looked over, put to a second person, fixed; who is left out is refused."""

from __future__ import annotations

from asyncio import gather

from contracts.message import Id, Model
from contracts.quota_batches import (
    BatchState,
    DeclineBatch,
    DrawUpBatch,
    FixBatch,
    GetBatch,
    ListBatches,
    ProposeFixing,
    RefuseUnserved,
)
from contracts.review import CountCases
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.staff.names import names_of

pages = Pages("batches")
LIST = "/department/batches"


class BatchList(Model):
    """What stands in the address: of which item, and in what state."""

    item_id: Id | None = None
    state: BatchState | None = None


@pages.show(LIST, BatchList, Permitted(ListBatches), template="list.html", nav=("batches.nav", 5))
async def list_batches(door: Door, asked: BatchList) -> Values:
    """The last at the top, with the form to draw up another."""
    listed, counts = await gather(
        door.told(ListBatches(item_id=asked.item_id, state=asked.state)), door.told(CountCases(state="accepted"))
    )
    return {
        "rows": listed.items,
        "asked_for": asked,
        "items": [(each.item_id, each.item_title) for each in counts.items],
        "may_draw_up": may(door, DrawUpBatch),
    }


@pages.form(LIST, DrawUpBatch, on=list_batches)
async def draw_up_batch(door: Door, command: DrawUpBatch) -> str:
    """Work it out (编制批次)."""
    batch = await door.done(command)
    return address(f"{LIST}/{batch.batch_id}", done="drawn")


@pages.show(LIST + "/{batch_id}", GetBatch, Permitted(GetBatch), template="batch.html")
async def show_batch(door: Door, query: GetBatch) -> Values:
    """What it comes to, line by line in the order in which claims are served."""
    batch = await door.told(query)
    return {
        "batch": batch,
        "names": await names_of(door, [batch.drawn_by, batch.proposed_by, batch.decided_by]),
        "left_out": [each for each in batch.lines if each.outcome in ("not_served", "undetermined")],
        "may_propose": may(door, ProposeFixing, batch.state),
        "may_fix": may(door, FixBatch, batch.state),
        "may_decline": may(door, DeclineBatch, batch.state),
        "may_refuse": may(door, RefuseUnserved, batch.state),
    }


@pages.form(LIST + "/{batch_id}/propose", ProposeFixing, on=show_batch, versioned=True)
async def propose_fixing(door: Door, command: ProposeFixing) -> str:
    """Put it to a second person (提交确定)."""
    await door.done(command)
    return address(f"{LIST}/{command.batch_id}", done="proposed")


@pages.form(LIST + "/{batch_id}/fix", FixBatch, on=show_batch, versioned=True)
async def fix_batch(door: Door, command: FixBatch) -> str:
    """Fix it (确定批次)."""
    await door.done(command)
    return address(f"{LIST}/{command.batch_id}", done="fixed")


@pages.form(LIST + "/{batch_id}/decline", DeclineBatch, on=show_batch, versioned=True)
async def decline_batch(door: Door, command: DeclineBatch) -> str:
    """It is not fixed (作废批次)."""
    await door.done(command)
    return address(f"{LIST}/{command.batch_id}", done="declined")


@pages.form(LIST + "/{batch_id}/refuse-unserved", RefuseUnserved, on=show_batch)
async def refuse_unserved(door: Door, command: RefuseUnserved) -> str:
    """Refuse those whom it leaves out (未列入的不予批准)."""
    await door.done(command)
    return address(f"{LIST}/{command.batch_id}", done="refused")
