"""Who is entitled to what, on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, query
from chassis.read.reader import Reader
from contracts.entitlements import (
    CheckEntitlement,
    EntitlementPage,
    EntitlementView,
    GetItemReach,
    ItemEnterprisesPage,
    ItemPreview,
    ItemReach,
    ListEntitlements,
    ListItemEnterprises,
    ListMatches,
    MatchPage,
    PreviewItem,
)
from contracts.trials import TriedItem, TryItem
from services.catalog.matching import reach, trial, views
from services.catalog.matching.line import MatchingLine


class MatchingEntrypoints(Room):
    """What an enterprise is entitled to, and whom an item reaches."""

    matching: MatchingLine = Port(MatchingLine.from_env)

    @query
    def check_entitlement(self, query: CheckEntitlement, reader: Reader) -> EntitlementView:
        return views.check_entitlement(query, reader)

    @query
    def list_entitlements(self, query: ListEntitlements, reader: Reader) -> EntitlementPage:
        return views.list_entitlements(query, reader, self.matching)

    @query
    def get_item_reach(self, query: GetItemReach, reader: Reader) -> ItemReach:
        return reach.get_item_reach(query, reader, self.matching)

    @query
    def list_item_enterprises(self, query: ListItemEnterprises, reader: Reader) -> ItemEnterprisesPage:
        return reach.list_item_enterprises(query, reader, self.matching)

    @query
    def preview_item(self, query: PreviewItem, reader: Reader) -> ItemPreview:
        return reach.preview_item(query, reader, self.matching)

    @query
    def try_item(self, query: TryItem, reader: Reader) -> TriedItem:
        return trial.try_item(query, reader)

    @query
    def list_matches(self, query: ListMatches, reader: Reader) -> MatchPage:
        return reach.list_matches(query, reader)
