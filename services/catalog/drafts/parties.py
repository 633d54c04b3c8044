"""Which departments of the register the parties of a consultation are, and who in them is told."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.time.clock import CHINA
from chassis.write.uow import UnitOfWork
from contracts.drafting import AskedParty, ConsultedParty
from contracts.duties import Attention
from copies.departments import KnownDepartments
from services.catalog.drafts.consultation import DUTY_OF_PARTY, FUNCTION_OF_PARTY


def whom_to_ask(parties: Sequence[AskedParty], uow: UnitOfWork) -> tuple[ConsultedParty, ...]:
    """Each party by the name that it is asked under, else by what it is there for; unknown ones without an id."""
    tenant, today = uow.tenant, uow.now.astimezone(CHINA).date()
    known = uow.of(KnownDepartments)
    named = known.named([(tenant, each.department) for each in parties], today)
    serving = known.serving([tenant], today)
    return tuple(
        ConsultedParty(
            party=each.party,
            department=each.department,
            attention=Attention(
                tenant=tenant,
                department_id=named.get((tenant, each.department))
                or serving.get((tenant, FUNCTION_OF_PARTY[each.party])),
                duty=DUTY_OF_PARTY[each.party],
            ),
        )
        for each in parties
    )
