"""For departments and the bureau: what firms were granted, and earlier awards from a table; a firm sees its own."""

from __future__ import annotations

from starlette.responses import Response

from contracts.award_register import GetAward, ImportAwards, ListAwards, ListOwnAwards, WithdrawImportedAward
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("审核 cases")


@routes.order("/awards/imports", ImportAwards, status=202)
async def import_awards(door: Door, command: ImportAwards) -> Response:
    """Import earlier awards (批量导入历次奖补) from an upload; `Location` says where to look how far it is."""
    return await door.order(command)


@routes.ask("/awards", ListAwards)
async def list_awards(door: Door, query: ListAwards) -> Response:
    """What was granted or imported here, part by part (获奖登记册), of one firm or of all, the last at the top."""
    return await door.ask(query)


@routes.ask("/awards/{award_id}", GetAward)
async def get_award(door: Door, query: GetAward) -> Response:
    """One row of the register (获奖记录)."""
    return await door.ask(query)


@routes.order("/awards/{award_id}/withdraw", WithdrawImportedAward)
async def withdraw_imported_award(door: Door, command: WithdrawImportedAward) -> Response:
    """Take back an award that was imported wrongly (撤销导入的记录)."""
    return await door.order(command)


@routes.ask("/my/awards", ListOwnAwards, own_enterprise=True)
async def list_own_awards(door: Door, query: ListOwnAwards) -> Response:
    """What the enterprise was granted, in whatever place (本企业已获奖补)."""
    return await door.ask(query)
