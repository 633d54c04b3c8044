"""In which department the people are whom a disbursement asks to act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chassis.time.clock import CHINA
from contracts.aggregate import Recorded
from contracts.duties import Attention
from copies.departments import FUNCTION_OF, KnownDepartments
from services.treasury.disbursements.domain import Disbursement


class AskingEvent(NamedTuple):
    """An event that waits to be saved, its place among the others, and whom it asks."""

    disbursement: Disbursement
    place: int
    recorded: Recorded
    attention: Attention


def address(disbursements: Sequence[Disbursement], known: KnownDepartments, now: datetime) -> None:
    """Name the department in what these are about to say: the paying tenant's that is there for such duties.

    Where none is registered it stays open, and is for whoever holds the duty in the tenant.
    """
    asking = [
        AskingEvent(each, place, recorded, attention)
        for each in disbursements
        for place, recorded in enumerate(each.pending)
        if (attention := getattr(recorded.event, "attention", None)) is not None
    ]
    if not asking:
        return
    serving = known.serving({each.attention.tenant for each in asking}, now.astimezone(CHINA).date())
    for disbursement, place, recorded, attention in asking:
        department_id = serving.get((attention.tenant, FUNCTION_OF[attention.duty]))
        addressed = attention.model_copy(update={"department_id": department_id})
        event = recorded.event.model_copy(update={"attention": addressed})
        disbursement.pending[place] = Recorded(event, recorded.to)
