"""For departments: their own items (谁制定、谁更新、谁负责): checked, revised, suspended, withdrawn, looked after."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from contracts.authoring import CheckPolicyItem, GetAuthoredItem, GetItemHistory, ListAuthoredItems
from contracts.message import Id
from contracts.policies import (
    ItemState,
    ResumePolicyItem,
    RevisePolicyItem,
    SuspendPolicyItem,
    WithdrawPolicyItem,
)
from gateway.access import Only
from gateway.door import answer, ask, command_of, expected_version, form, order
from gateway.identity.views import Principal

router = APIRouter(tags=["政策管理 authoring"])
FROM_PATH = ("item_id", "expected_version")
CheckPolicyItemForm = form(CheckPolicyItem)
RevisePolicyItemForm = form(RevisePolicyItem, without=FROM_PATH)
SuspendPolicyItemForm = form(SuspendPolicyItem, without=FROM_PATH)
ResumePolicyItemForm = form(ResumePolicyItem, without=FROM_PATH)
WithdrawPolicyItemForm = form(WithdrawPolicyItem, without=FROM_PATH)

Author = Annotated[Principal, Depends(Only("department"))]
Overseer = Annotated[Principal, Depends(Only("department", "bureau", "finance", "supervisor"))]


@router.post("/authoring/check")
async def check_policy_item(
    request: Request,
    body: CheckPolicyItemForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """A dry run (试校验): every problem with its JSON pointer, and the rules as sentences. Nothing is kept."""
    query = CheckPolicyItem(content=body.content)  # type: ignore[attr-defined]
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/authoring/items")
async def list_authored_items(
    request: Request,
    principal: Overseer,
    department: Annotated[str | None, Query(max_length=60)] = None,
    state: ItemState | None = None,
    zombies: bool = False,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The department's items in every state, with reminders and zombies (我的事项、到期提醒、僵尸事项)."""
    query = ListAuthoredItems(department=department, state=state, zombies=zombies, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/authoring/items/{item_id}")
async def get_authored_item(request: Request, item_id: Id, principal: Overseer) -> Response:
    """One item as it is kept. ETag is what a revision or suspension must name in If-Match."""
    query = GetAuthoredItem(item_id=item_id)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.get("/authoring/items/{item_id}/history")
async def get_item_history(
    request: Request,
    item_id: Id,
    principal: Overseer,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Who changed what, when and why, with what read differently before and after (修改痕迹)."""
    query = GetItemHistory(item_id=item_id, cursor=cursor, limit=limit)
    return answer(await ask(request, query, tenant=principal.tenant, principal=principal))


@router.post("/authoring/items/{item_id}/revise")
async def revise_policy_item(
    request: Request,
    item_id: Id,
    body: RevisePolicyItemForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """The next version at once (修订); running cases keep theirs."""
    command = command_of(RevisePolicyItem, body, item_id=item_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/items/{item_id}/suspend")
async def suspend_policy_item(
    request: Request,
    item_id: Id,
    body: SuspendPolicyItemForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Take no new applications for a while (暂停受理)."""
    command = command_of(SuspendPolicyItem, body, item_id=item_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/items/{item_id}/resume")
async def resume_policy_item(
    request: Request,
    item_id: Id,
    body: ResumePolicyItemForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """Take applications again (恢复受理)."""
    command = command_of(ResumePolicyItem, body, item_id=item_id, expected_version=expected_version(request))
    return await order(request, principal, command)


@router.post("/authoring/items/{item_id}/withdraw")
async def withdraw_policy_item(
    request: Request,
    item_id: Id,
    body: WithdrawPolicyItemForm,  # type: ignore[valid-type]
    principal: Author,
) -> Response:
    """The item is no more (废止); its cases go on."""
    command = command_of(WithdrawPolicyItem, body, item_id=item_id, expected_version=expected_version(request))
    return await order(request, principal, command)
