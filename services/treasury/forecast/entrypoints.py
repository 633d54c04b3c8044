"""Forecasts on the bus."""

from __future__ import annotations

from chassis.edge.entrypoints import Received, Room, UnitMaker, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_events import CaseNotAccepted, CaseWithdrawn
from contracts.forecasts import Forecast, GetForecast
from contracts.review import CaseAccepted
from services.treasury.forecast import use_cases, views


class ForecastEntrypoints(Room):
    """What may have to be paid of cases that are not decided yet."""

    @query
    def get_forecast(self, query: GetForecast, reader: Reader) -> Forecast:
        return views.get_forecast(query, reader)

    @on(CaseAccepted, tenants=use_cases.payers_of)
    def case_accepted(self, events: list[Received[CaseAccepted]], uow: UnitOfWork) -> None:
        use_cases.keep_forecasts(events, uow)

    @on(CaseWithdrawn, CaseNotAccepted, tenants=use_cases.places_of)
    def cases_ended(self, events: list[Received[CaseWithdrawn] | Received[CaseNotAccepted]], uow: UnitOfWork) -> None:
        use_cases.end_of_cases(events, uow)

    @due(use_cases.END_FORECAST)
    def end_forecasts(self, jobs: list[Job], unit: UnitMaker) -> None:
        use_cases.end_forecasts(jobs, unit)
