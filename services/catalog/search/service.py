"""Search on the bus."""

from __future__ import annotations

from chassis.entrypoints import Port, Service, query
from chassis.reader import Reader
from contracts.open_data import OpenData, ReadOpenData
from contracts.policy_guide import GetGuide, GuideView
from contracts.search import FoundPolicies, SearchPolicies
from services.catalog.search import guide, open_data, views
from services.catalog.search.shelf import Shelf


class SearchEntrypoints(Service):
    """Finding what is on offer, and taking all of it home."""

    shelf = Port(Shelf)

    @query
    def search_policies(self, query: SearchPolicies, reader: Reader) -> FoundPolicies:
        return views.search_policies(query, reader, self.shelf)

    @query
    def get_guide(self, query: GetGuide, reader: Reader) -> GuideView:
        return guide.get_guide(query, reader)

    @query
    def read_open_data(self, query: ReadOpenData, reader: Reader) -> OpenData:
        return open_data.read_open_data(query, reader)
