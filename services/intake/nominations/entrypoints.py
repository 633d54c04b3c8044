"""No-application lists on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command
from chassis.write.uow import UnitOfWork
from contracts.intake import NominateEnterprises, NominationView
from services.intake.nominations import use_cases


class NominationEntrypoints(Room):
    """A department says who is entitled."""

    @command
    def nominate_enterprises(self, cmd: NominateEnterprises, uow: UnitOfWork) -> NominationView:
        return use_cases.nominate_enterprises(cmd, uow, self.frame.cipher)
