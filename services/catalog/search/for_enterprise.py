"""A search by somebody in particular: what the enterprise is entitled to comes first."""

from __future__ import annotations

from chassis.read.reader import Reader
from contracts.rule import State
from contracts.search import FoundPolicies, SearchForEnterprise
from services.catalog.enterprises.domain import refuse_stranger
from services.catalog.matching.domain import MatchingWarmingUp
from services.catalog.matching.views import Asks
from services.catalog.search.shelf import Shelf
from services.catalog.search.views import found_policies

MOST_MET = 20_000
"""Items that one enterprise is entitled to: more than there are."""


def search_for_enterprise(query: SearchForEnterprise, reader: Reader, shelf: Shelf, matching: Asks) -> FoundPolicies:
    """The same in the enterprise's own place, what it is entitled to before what it is not.

    While matching warms up nothing is known to fit, and the order is everybody's. Raises EnterpriseNotYours, too.
    """
    refuse_stranger(reader.actor, query.enterprise_id)
    asked = {"tenant": reader.tenant, "enterprise": query.enterprise_id, "state": State.MET.value}
    try:
        met = matching.ask(ask="entitlements", **asked, after=None, limit=MOST_MET).get("ids", ())
    except MatchingWarmingUp:
        met = None
    return found_policies(query.model_copy(update={"tenant": reader.tenant}), reader, shelf, met)
