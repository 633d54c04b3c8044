"""No-application lists on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Room, command, operation
from chassis.files.objects import Objects
from chassis.operations.work import ChunkedWork
from chassis.write.uow import UnitOfWork
from contracts.intake import NominateEnterprises, NominationView
from contracts.nomination_lists import ImportNominations
from contracts.operations import OperationView
from services.intake.nominations import importing, use_cases
from services.intake.nominations.homes import Homes
from services.intake.nominations.list_lines import ListLine


class NominationEntrypoints(Room):
    """A department says who is entitled."""

    @command
    def nominate_enterprises(self, cmd: NominateEnterprises, uow: UnitOfWork) -> NominationView:
        return use_cases.nominate_enterprises(cmd, uow, self.frame.cipher)

    @command
    def import_nominations(self, cmd: ImportNominations, uow: UnitOfWork) -> OperationView:
        return use_cases.import_nominations(cmd, uow)

    @operation(use_cases.KIND)
    def imported_nominations(self) -> ChunkedWork[ListLine]:
        return importing.NominationImport(Objects.from_env, Homes(self.frame.reader), self.frame.cipher)
