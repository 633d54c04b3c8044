"""Who acts for the enterprise (办事人员): the representative names agents, each for some things and for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from chassis.time.clock import CHINA
from contracts.people import EndMandate, ListMandates, MandateScope, NameAgent
from gateway.access import Permitted
from gateway.agents import name_agent, own_representation
from gateway.door import Door
from gateway.identity.people import use_cases, views
from gateway.portal.enterprise.frame import framed
from gateway.portal.shell.pages import Pages, Values

pages = Pages("enterprise")

SCOPES: tuple[MandateScope, ...] = get_args(MandateScope)
A_YEAR = timedelta(days=365)


@pages.show(
    "/my/people",
    ListMandates,
    template="people.html",
    own_enterprise=True,
    without=("tenant", "person_id", "past", "limit"),
)
async def show_people(door: Door, query: ListMandates) -> Values:
    """Everybody who acts for it; the forms are the representative's, and each agent's own to step back."""
    found = await door.found(query, views.list_mandates)
    today = door.frame.clock.now().astimezone(CHINA).date()
    return framed(
        door,
        people=found.items,
        next_cursor=found.next_cursor,
        cursor=query.cursor,
        represents=await own_representation(door, door.enterprise) is not None,
        me=door.principal.actor.id,
        scopes=SCOPES,
        today=today,
        in_a_year=today + A_YEAR,
    )


@pages.form("/my/people", NameAgent, on=show_people, own_enterprise=True)
async def name_own_agent(door: Door, command: NameAgent) -> str:
    """Let somebody act for the enterprise."""
    await name_agent(command, door)
    return "/my/people?done=agent_named"


@pages.form(
    "/my/people/{mandate_id}/end",
    EndMandate,
    Permitted(EndMandate, own_enterprise=True),
    on=show_people,
    versioned=True,
    without=("tenant",),
)
async def end_own_mandate(door: Door, command: EndMandate) -> str:
    """The last day on which somebody acts for it."""
    await door.decided(command, use_cases.end_mandate)
    return "/my/people?done=mandate_ended"
