"""What intake hears of the catalogue."""

from __future__ import annotations

from typing import Any

from chassis.edge.entrypoints import Received, Room, on
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged, EnterpriseRegistered, PayeeAccountChanged
from contracts.material_events import MaterialGone, MaterialKept
from contracts.merges import EnterpriseMerged
from contracts.name_changes import EnterpriseRenamed
from contracts.outside_figures import OutsideFigureRecorded, OutsideFigureWithdrawn
from contracts.policies import (
    PolicyExpired,
    PolicyPublished,
    PolicyResumed,
    PolicyRevised,
    PolicySuspended,
    PolicyWithdrawn,
)
from copies import merged_enterprises
from services.intake.catalog_copies import materials, outside_figures, use_cases


class CatalogCopyEntrypoints(Room):
    """Each event of the catalogue's that a claim may rest on."""

    @on(PolicyPublished, PolicyRevised, PolicySuspended, PolicyResumed, PolicyWithdrawn, PolicyExpired)
    def items_changed(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        use_cases.keep_items(events, uow)

    @on(OutsideFigureRecorded, OutsideFigureWithdrawn)
    def outside_figures_changed(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        outside_figures.keep_outside_figures(events, uow)

    @on(EnterpriseRegistered)
    def enterprises_registered(self, events: list[Received[EnterpriseRegistered]], uow: UnitOfWork) -> None:
        use_cases.keep_enterprises(events, uow)

    @on(EnterpriseRenamed)
    def enterprises_renamed(self, events: list[Received[EnterpriseRenamed]], uow: UnitOfWork) -> None:
        use_cases.keep_names(events, uow)

    @on(EnterpriseFactsChanged)
    def facts_changed(self, events: list[Received[EnterpriseFactsChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_facts(events, uow)

    @on(PayeeAccountChanged)
    def payees_changed(self, events: list[Received[PayeeAccountChanged]], uow: UnitOfWork) -> None:
        use_cases.keep_payees(events, uow)

    @on(MaterialKept, MaterialGone)
    def materials_changed(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        materials.keep_materials(events, uow)

    enterprises_merged = staticmethod(on(EnterpriseMerged)(merged_enterprises.keep_merges))
