"""Who is entitled to what, on the bus."""

from __future__ import annotations

from chassis.entrypoints import Service, query
from chassis.reader import Reader
from contracts.entitlements import CheckEntitlement, EntitlementView
from services.catalog.matching import views


class MatchingEntrypoints(Service):
    """What an enterprise is entitled to, and whom an item reaches."""

    @query
    def check_entitlement(self, query: CheckEntitlement, reader: Reader) -> EntitlementView:
        return views.check_entitlement(query, reader)
