"""Search on the bus."""

from __future__ import annotations

from chassis.entrypoints import Port, Service, query
from chassis.reader import Reader
from contracts.search import FoundPolicies, SearchPolicies
from services.catalog.search import views
from services.catalog.search.shelf import Shelf


class SearchEntrypoints(Service):
    """Finding what is on offer."""

    shelf = Port(Shelf)

    @query
    def search_policies(self, query: SearchPolicies, reader: Reader) -> FoundPolicies:
        return views.search_policies(query, reader, self.shelf)
