"""Intake on the bus."""

from __future__ import annotations

from typing import Any

from chassis.edge.entrypoints import Received, Room, command, on, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged, EnterpriseRegistered, PayeeAccountChanged
from contracts.intake import (
    ApplicationPage,
    ApplicationView,
    GetApplication,
    ListApplications,
    NominateEnterprises,
    NominationView,
    SubmissionReceipt,
    SubmitApplication,
)
from contracts.merges import EnterpriseMerged
from contracts.outside_figures import OutsideFigureRecorded, OutsideFigureWithdrawn
from contracts.policies import (
    PolicyExpired,
    PolicyPublished,
    PolicyResumed,
    PolicyRevised,
    PolicySuspended,
    PolicyWithdrawn,
)
from copies import merged_enterprises as former_files
from services.intake import outside_figures, use_cases, views


class IntakeEntrypoints(Room):
    """Who asks for what."""

    @command
    def submit_application(self, cmd: SubmitApplication, uow: UnitOfWork) -> SubmissionReceipt:
        return use_cases.submit_application(cmd, uow, self.frame.cipher)

    @command
    def nominate_enterprises(self, cmd: NominateEnterprises, uow: UnitOfWork) -> NominationView:
        return use_cases.nominate_enterprises(cmd, uow, self.frame.cipher)

    @query
    def get_application(self, query: GetApplication, reader: Reader) -> ApplicationView:
        return views.get_application(query, reader, self.frame.cipher)

    @query
    def list_applications(self, query: ListApplications, reader: Reader) -> ApplicationPage:
        return views.list_applications(query, reader, self.frame.cipher)

    @on(PolicyPublished, PolicyRevised, PolicySuspended, PolicyResumed, PolicyWithdrawn, PolicyExpired)
    def items_changed(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        use_cases.keep_items(events, uow)

    @on(OutsideFigureRecorded, OutsideFigureWithdrawn)
    def outside_figures_changed(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        outside_figures.keep_outside_figures(events, uow)

    @on(EnterpriseRegistered)
    def enterprises_registered(self, events: list[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
        use_cases.keep_enterprises(events, uow)

    @on(EnterpriseFactsChanged)
    def facts_changed(self, events: list[Received[EnterpriseFactsChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_facts(events, uow)

    @on(PayeeAccountChanged)
    def payees_changed(self, events: list[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_payees(events, uow)

    enterprises_merged = staticmethod(on(EnterpriseMerged)(former_files.keep_merges))
