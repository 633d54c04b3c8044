"""For whom somebody acts: at the end of signing in, and whenever they want to change it."""

from __future__ import annotations

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.access import PUBLIC
from gateway.door import Door
from gateway.identity.sessions.domain import usable_with
from gateway.identity.sign_in import use_cases
from gateway.identity.sign_in.entrance import Entrance, Visit, waiting_session
from gateway.portal.shell.pages import Pages, Values
from gateway.portal.sign_in.password.pages import ComeIn
from gateway.portal.sign_in.steps import proceed, wanted
from gateway.session_cookie import visit_of
from gateway.signing_in import signing_in_of

pages = Pages("sign_in")


class CapacityChosen(ComeIn):
    key: str = Field(max_length=200)


@pages.show("/sign-in/capacity", ComeIn, PUBLIC, template="capacity.html", secret=True)
async def show_capacities(door: Door, asked: ComeIn) -> Values:
    """What the person may act as (选择企业或岗位). Raises SessionOver."""
    found = await run_in_threadpool(_capacities, signing_in_of(door.request).entrance, visit_of(door.request))
    return {"next": wanted(asked.next), **found}


@pages.form("/sign-in/capacity", CapacityChosen, PUBLIC, on=show_capacities)
async def choose_capacity(door: Door, said: CapacityChosen) -> Response:
    """For whom to act from now on (切换身份)."""
    entrance = signing_in_of(door.request).entrance
    entered = await run_in_threadpool(use_cases.choose_capacity, entrance, said.key, visit_of(door.request))
    return proceed(door.request, entered, said.next)


def _capacities(entrance: Entrance, visit: Visit) -> Values:
    session = waiting_session(entrance, visit, "capacity", "open")
    offered = [
        (each.key, each.label, usable_with(each.duties, second_factor=session.second_factor))
        for each in entrance.people.capacities(session.person_id)
    ]
    return {
        "offered": [(key, label) for key, label, usable in offered if usable],
        "barred": [label for _key, label, usable in offered if not usable],
        "chosen": session.capacity_key or "",
    }
