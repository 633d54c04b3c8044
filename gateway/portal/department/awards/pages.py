"""What firms were granted (获奖登记册): of one firm by its credit code, one row, and taking back what was imported wrongly."""

from __future__ import annotations

from contracts.award_register import AwardState, GetAward, ImportAwards, ListAwards, WithdrawImportedAward
from contracts.enterprise_lookup import TypedCreditCode
from contracts.message import Cursor, Model
from gateway.access import Permitted
from gateway.door import Door
from gateway.portal.shell.allowed import may
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.shell.rendering import address
from gateway.portal.staff.names import names_of

pages = Pages("awards")
LIST = "/department/awards"
ROWS = 50


class AwardList(Model):
    """What stands in the address: a firm's credit code, and which rows."""

    uscc: TypedCreditCode | None = None
    state: AwardState | None = None
    cursor: Cursor | None = None


@pages.show(LIST, AwardList, Permitted(ListAwards), template="list.html", nav=("awards.nav", 7))
async def list_awards(door: Door, asked: AwardList) -> Values:
    """The last at the top."""
    page = await door.told(ListAwards(uscc=asked.uscc, state=asked.state, cursor=asked.cursor, limit=ROWS))
    return {
        "rows": page.items,
        "may_import": may(door, ImportAwards),
        "next_cursor": page.next_cursor,
        "asked_for": asked,
        "listed": asked.model_dump(mode="json", exclude_defaults=True),
    }


@pages.show(LIST + "/{award_id}", GetAward, Permitted(GetAward), template="award.html")
async def show_award(door: Door, query: GetAward) -> Values:
    """One row with all that is known of it."""
    award = await door.told(query)
    return {
        "award": award,
        "names": await names_of(door, [award.freed_by]),
        "may_withdraw": award.source == "imported" and may(door, WithdrawImportedAward, award.state),
        "cases": "/supervisor/cases/" if "supervisor" in door.principal.actor.roles else "/department/cases/",
    }


@pages.form(LIST + "/{award_id}/withdraw", WithdrawImportedAward, on=show_award)
async def withdraw_award(door: Door, command: WithdrawImportedAward) -> str:
    """Take back what was imported wrongly (撤销导入的记录)."""
    await door.done(command)
    return address(f"{LIST}/{command.award_id}", done="withdrawn")
