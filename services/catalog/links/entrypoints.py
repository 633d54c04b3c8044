"""Items' links in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Port, Room, UnitMaker, due
from chassis.time.jobs import Job
from services.catalog.links import use_cases
from services.catalog.links.probe import LinkProbe, Links
from services.catalog.policies.use_cases import ITEM_LINKS


class LinkEntrypoints(Room):
    """Addresses in published items, looked at when they are due."""

    links: Links = Port(LinkProbe.from_env)

    @due(ITEM_LINKS, batch=1)
    def item_links(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.look_at_links(jobs, unit, self.links)
