"""For departments: their own items (谁制定、谁更新、谁负责): checked, revised, suspended, withdrawn, looked after."""

from __future__ import annotations

from starlette.responses import Response

from contracts.authoring import (
    CheckPolicyItem,
    CompareItemVersions,
    FindDeclaredFacts,
    GetAuthoredItem,
    GetItemHistory,
    ListAuthoredItems,
)
from contracts.policies import ResumePolicyItem, RevisePolicyItem, SuspendPolicyItem, WithdrawPolicyItem
from contracts.trials import TryItem
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("政策管理 authoring")


@routes.ask("/authoring/check", CheckPolicyItem, method="POST")
async def check_policy_item(door: Door, query: CheckPolicyItem) -> Response:
    """A dry run (试校验): every problem with its JSON pointer, and the rules as sentences. Nothing is kept."""
    return await door.ask(query)


@routes.ask("/authoring/trial", TryItem, method="POST")
async def try_item(door: Door, query: TryItem) -> Response:
    """What the rules say for one enterprise, or on facts that are made up (试算). Nothing is kept."""
    return await door.ask(query)


@routes.ask("/authoring/facts", FindDeclaredFacts)
async def find_declared_facts(door: Door, query: FindDeclaredFacts) -> Response:
    """The facts that items on offer use (数据项), so that a new item means the same by the same name."""
    return await door.ask(query)


@routes.ask("/authoring/items", ListAuthoredItems)
async def list_authored_items(door: Door, query: ListAuthoredItems) -> Response:
    """The department's items in every state, with reminders and zombies (我的事项、到期提醒、僵尸事项)."""
    return await door.ask(query)


@routes.ask("/authoring/items/{item_id}", GetAuthoredItem)
async def get_authored_item(door: Door, query: GetAuthoredItem) -> Response:
    """One item as it is kept. ETag is what a revision or suspension must name in If-Match."""
    return await door.ask(query)


@routes.ask("/authoring/items/{item_id}/history", GetItemHistory)
async def get_item_history(door: Door, query: GetItemHistory) -> Response:
    """Who changed what, when and why, with what read differently before and after (修改痕迹)."""
    return await door.ask(query)


@routes.ask("/authoring/items/{item_id}/differences", CompareItemVersions)
async def compare_item_versions(door: Door, query: CompareItemVersions) -> Response:
    """What reads differently between two versions, rules by their sentences (版本比较)."""
    return await door.ask(query)


@routes.order("/authoring/items/{item_id}/revise", RevisePolicyItem, versioned=True)
async def revise_policy_item(door: Door, command: RevisePolicyItem) -> Response:
    """The next version at once (修订); running cases keep theirs."""
    return await door.order(command)


@routes.order("/authoring/items/{item_id}/suspend", SuspendPolicyItem, versioned=True)
async def suspend_policy_item(door: Door, command: SuspendPolicyItem) -> Response:
    """Take no new applications for a while (暂停受理)."""
    return await door.order(command)


@routes.order("/authoring/items/{item_id}/resume", ResumePolicyItem, versioned=True)
async def resume_policy_item(door: Door, command: ResumePolicyItem) -> Response:
    """Take applications again (恢复受理)."""
    return await door.order(command)


@routes.order("/authoring/items/{item_id}/withdraw", WithdrawPolicyItem, versioned=True)
async def withdraw_policy_item(door: Door, command: WithdrawPolicyItem) -> Response:
    """The item is no more (废止); its cases go on."""
    return await door.order(command)
