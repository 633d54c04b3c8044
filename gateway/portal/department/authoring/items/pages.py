"""A department's items: the list in every state, one with its history, two versions side by side, and what is done."""

from __future__ import annotations

from pydantic import Field

from contracts.authoring import CompareItemVersions, GetAuthoredItem, GetItemHistory, ListAuthoredItems
from contracts.drafting import DraftPolicyItem
from contracts.message import Cursor, Id, Model
from contracts.policies import ResumePolicyItem, SuspendPolicyItem, WithdrawPolicyItem
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.department.authoring.items.reading_differences import folded, shown_differences
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values

pages = Pages("authoring")

CHANGES = 100
"""Changes on one page of a history: many of them are told as one."""


class ItemAsked(Model):
    """One item; `cursor`: where the next page of its history begins."""

    item_id: Id
    cursor: Cursor | None = None


class NextVersion(Model):
    """The item whose next version is begun."""

    item_id: Id


class TwoVersions(Model):
    """Two versions of an item; unless said, the newest and the one before it."""

    item_id: Id
    earlier: int | None = Field(default=None, ge=1, le=100_000)
    later: int | None = Field(default=None, ge=1, le=100_000)


@pages.show("/department/items", ListAuthoredItems, template="list.html", nav=("authoring.nav.items", 40))
async def list_items(door: Door, query: ListAuthoredItems) -> Values:
    """Items in every state, with what needs attention; a department sees its own."""
    return {"found": await door.told(query), "wanted": query, "may_write": may(door, DraftPolicyItem)}


@pages.show("/department/items/{item_id}", ItemAsked, Permitted(GetAuthoredItem), template="item.html")
async def show_item(door: Door, asked: ItemAsked) -> Values:
    """One item: its state, what its rules say, everything that ever happened to it, and what may be done now."""
    item = await door.told(GetAuthoredItem(item_id=asked.item_id))
    history = await door.told(GetItemHistory(item_id=asked.item_id, cursor=asked.cursor, limit=CHANGES))
    mine = door.principal.actor.department == item.content.rules.plan.department
    return {
        "item": item,
        "changes": folded(history.changes),
        "next_cursor": history.next_cursor,
        "cursor": asked.cursor,
        "may_revise": mine and item.state != "withdrawn" and may(door, DraftPolicyItem),
        "may_suspend": mine and item.state == "published" and may(door, SuspendPolicyItem),
        "may_resume": mine and item.state == "suspended" and may(door, ResumePolicyItem),
        "may_withdraw": mine and item.state != "withdrawn" and may(door, WithdrawPolicyItem),
        "may_copy": may(door, DraftPolicyItem),
    }


@pages.form("/department/items/{item_id}/suspend", SuspendPolicyItem, on=show_item, versioned=True)
async def suspend_item(door: Door, command: SuspendPolicyItem) -> str:
    """Take no new applications for a while (暂停)."""
    await door.done(command)
    return f"/department/items/{command.item_id}?done=suspended"


@pages.form("/department/items/{item_id}/resume", ResumePolicyItem, on=show_item, versioned=True)
async def resume_item(door: Door, command: ResumePolicyItem) -> str:
    """Take applications again (恢复)."""
    await door.done(command)
    return f"/department/items/{command.item_id}?done=resumed"


@pages.form("/department/items/{item_id}/withdraw", WithdrawPolicyItem, on=show_item, versioned=True)
async def withdraw_item(door: Door, command: WithdrawPolicyItem) -> str:
    """The item is no more (废止)."""
    await door.done(command)
    return f"/department/items/{command.item_id}?done=withdrawn"


@pages.form("/department/items/{item_id}/draft", NextVersion, Permitted(DraftPolicyItem), on=show_item)
async def draft_next_version(door: Door, item: NextVersion) -> str:
    """Begin the draft of its next version (修订), with its present text."""
    draft = await door.done(DraftPolicyItem(item_id=item.item_id))
    return f"/department/drafts/{draft.draft_id}"


@pages.show("/department/items/{item_id}/compare", TwoVersions, Permitted(CompareItemVersions), template="compare.html")
async def compare_versions(door: Door, asked: TwoVersions) -> Values:
    """What reads differently between two versions, part by part, rules by their sentences."""
    item = await door.told(GetAuthoredItem(item_id=asked.item_id))
    later = asked.later or item.item_version
    earlier = asked.earlier or max(1, later - 1)
    query = CompareItemVersions(item_id=asked.item_id, earlier=earlier, later=later)
    found = await door.told(query)
    return {"item": item, "earlier": earlier, "later": later, "differences": shown_differences(found.differences)}
