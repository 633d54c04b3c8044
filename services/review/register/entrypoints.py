"""The award register on the bus: what it hears of merges, and what it has found."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, operation, query
from chassis.files.objects import Objects
from chassis.operations.work import ChunkedWork
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.award_findings import (
    AwardFindingPage,
    AwardFindingView,
    CloseAwardFinding,
    GetAwardFinding,
    ListAwardFindings,
)
from contracts.award_register import (
    AwardPartPage,
    AwardPartView,
    GetAward,
    ImportAwards,
    ListAwards,
    ListOwnAwards,
    OwnAwards,
    WithdrawImportedAward,
)
from contracts.merges import EnterpriseMerged
from contracts.name_changes import NameChangeConfirmed
from contracts.operations import OperationView
from services.review.register import award_views, imported, importing, names, use_cases, views
from services.review.register.import_lines import AwardLine


class RegisterEntrypoints(Room):
    """Dossiers that were merged are one enterprise to the register; what it had before is looked over."""

    @on(EnterpriseMerged)
    def enterprises_merged(self, events: list[Received[EnterpriseMerged]], uow: UnitOfWork) -> None:
        use_cases.hear_merges(events, uow)

    enterprises_renamed = staticmethod(on(NameChangeConfirmed)(names.keep_names))

    @due(use_cases.LOOK_BACK)
    def look_back(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.look_back(jobs, unit)

    @command
    def close_award_finding(self, cmd: CloseAwardFinding, uow: UnitOfWork) -> AwardFindingView:
        return use_cases.close_award_finding(cmd, uow)

    @query
    def list_award_findings(self, query: ListAwardFindings, reader: Reader) -> AwardFindingPage:
        return views.list_award_findings(query, reader)

    @query
    def get_award_finding(self, query: GetAwardFinding, reader: Reader) -> AwardFindingView:
        return views.get_award_finding(query, reader)

    @command
    def import_awards(self, cmd: ImportAwards, uow: UnitOfWork) -> OperationView:
        return imported.import_awards(cmd, uow)

    @operation(imported.KIND)
    def imported_awards(self) -> ChunkedWork[AwardLine]:
        return importing.AwardImport(Objects.from_env, self._key_facts, self.frame.clock.now)

    @command
    def withdraw_imported_award(self, cmd: WithdrawImportedAward, uow: UnitOfWork) -> AwardPartView:
        return imported.withdraw_imported_award(cmd, uow)

    @query
    def list_awards(self, query: ListAwards, reader: Reader) -> AwardPartPage:
        return award_views.list_awards(query, reader)

    @query
    def get_award(self, query: GetAward, reader: Reader) -> AwardPartView:
        return award_views.get_award(query, reader)

    @query
    def list_own_awards(self, query: ListOwnAwards, reader: Reader) -> OwnAwards:
        return award_views.list_own_awards(query, reader)

    def _key_facts(self, tenant: str) -> Mapping[str, str]:
        with self.frame.reader([tenant]) as reader:
            return importing.key_facts(reader)
