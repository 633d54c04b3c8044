"""The catalogue as somebody uses it who looks for something: on a real database, with what is on offer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from front_office import CITY, XINGGUO, ZHANGGONG, Replica, catalog_replica, officer_of, onboarded

from chassis.edge.frame import Frame
from chassis.testing.fakes import NOON
from chassis.time.clock import FixedClock
from console.servers.provision import Dsns
from contracts.item import PolicyItemContent
from contracts.message import Query, snake_case
from contracts.policies import PublishPolicyItem
from contracts.rule import Level
from contracts.search import FoundPolicies, SearchPolicies
from services.catalog.policies import views as policy_views
from services.catalog.search import guide, open_data, views
from services.catalog.search.shelf import Shelf


class Library:
    """The catalogue as somebody uses it who looks for something."""

    def __init__(self, catalog: Replica) -> None:
        self.catalog = catalog
        self._answers: dict[str, Callable[..., Any]] = {
            "search_policies": partial(views.search_policies, shelf=Shelf()),
            "read_open_data": open_data.read_open_data,
            "get_guide": guide.get_guide,
            "list_policies": policy_views.list_policies,
        }

    def publishes(self, content: PolicyItemContent, tenant: str = ZHANGGONG) -> str:
        actor = officer_of(content.rules.plan.department)
        view = self.catalog.ordered(PublishPolicyItem(content=content), tenant=tenant, actor=actor)["ok"]
        return str(view["item_id"])

    def asked(self, question: Query) -> dict[str, Any]:
        """The wire's answer, to somebody who has not signed in."""
        name = snake_case(type(question).__name__)
        return self.wire(name, question.model_dump(mode="json"), type(question))

    def wire(self, name: str, body: dict[str, Any], contract: type[Query]) -> dict[str, Any]:
        envelope = {"tenant": None, "name": name, "body": body}
        return self.catalog.frame.run_query(contract, self._answers[name], envelope)

    def answers(self, **asked: Any) -> dict[str, Any]:
        """The wire's answer to a search."""
        return self.asked(SearchPolicies.model_validate(asked))

    def found(self, q: str = "", **asked: Any) -> FoundPolicies:
        return FoundPolicies.model_validate(self.answers(q=q, **asked)["ok"])

    def codes(self, q: str = "", **asked: Any) -> list[str]:
        return [item.code for item in self.found(q, **asked).items]


def opened(service_frame: Callable[..., Frame], service_database: Callable[[str], Dsns]) -> Library:
    """Ganzhou with two counties, and nothing on offer."""
    dsns = service_database("catalog")
    replica = catalog_replica(service_frame("catalog", dsns=dsns, clock=FixedClock(NOON)), dsns)
    replica.hears(
        onboarded(CITY, None, Level.CITY, "GZ"),
        onboarded(ZHANGGONG, CITY, Level.COUNTY, "ZG"),
        onboarded(XINGGUO, CITY, Level.COUNTY, "XG"),
    )
    return Library(replica)
