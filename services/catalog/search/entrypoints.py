"""Search on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, query
from chassis.read.reader import Reader
from contracts.open_data import OpenData, ReadOpenData
from contracts.policy_guide import GetGuide, GuideView
from contracts.search import FoundPolicies, SearchForEnterprise, SearchPolicies
from services.catalog.matching.line import MatchingLine
from services.catalog.search import for_enterprise, guide, open_data, views
from services.catalog.search.shelf import Shelf


class SearchEntrypoints(Room):
    """Finding what is on offer, and taking all of it home."""

    shelf: Shelf = Port(Shelf)
    matching: MatchingLine
    """The one of the matching room: the service is both."""

    @query
    def search_policies(self, query: SearchPolicies, reader: Reader) -> FoundPolicies:
        return views.search_policies(query, reader, self.shelf)

    @query
    def search_for_enterprise(self, query: SearchForEnterprise, reader: Reader) -> FoundPolicies:
        return for_enterprise.search_for_enterprise(query, reader, self.shelf, self.matching)

    @query
    def get_guide(self, query: GetGuide, reader: Reader) -> GuideView:
        return guide.get_guide(query, reader)

    @query
    def read_open_data(self, query: ReadOpenData, reader: Reader) -> OpenData:
        return open_data.read_open_data(query, reader)
