"""Facts of enterprises on the bus, and the cases that take them up in time."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, UnitMaker, due, on
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.enterprises import EnterpriseFactsChanged
from services.review.cases.moving import FACTS_MOVED
from services.review.fact_changes import use_cases


class FactChangeEntrypoints(Room):
    """Facts move under open cases."""

    @on(EnterpriseFactsChanged)
    def facts_changed(self, events: list[Received[EnterpriseFactsChanged]], uow: UnitOfWork) -> None:
        use_cases.hear_facts(events, uow)

    @due(FACTS_MOVED)
    def take_up_facts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.take_up_facts(jobs, unit)

    @due(use_cases.AWARDS_MOVED)
    def awards_moved(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.awards_moved(jobs, unit)

    @due(use_cases.FORGET_HEARD, standing=True)
    def forget_heard(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.forget_heard(jobs, unit)
