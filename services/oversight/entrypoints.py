"""The oversight service: its entrypoints, one line each."""

from typing import Any

from chassis.edge.entrypoints import Received, Room, UnitMaker, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.departments import DepartmentChanged, DepartmentRegistered
from contracts.merges import EnterpriseMerged
from contracts.oversight import TrackCase, TrackingPage, TrackingView, TrackOwnCases
from copies import departments, merged_enterprises
from services.oversight import query_codes, use_cases, views
from services.oversight.archive import use_cases as freezing
from services.oversight.sentences import SENTENCES


class OversightEntrypoints(Room):
    """What everyone may see afterwards."""

    @query
    def track_case(self, question: TrackCase, reader: Reader) -> TrackingView:
        return views.track_case(question, reader, self.frame.cipher)

    @query
    def track_own_cases(self, question: TrackOwnCases, reader: Reader) -> TrackingPage:
        return views.track_own_cases(question, reader)

    @on(*SENTENCES, tenants=use_cases.tenants_of)
    def follow(self, events: list[Received[Any]], uow: UnitOfWork) -> None:
        use_cases.follow(events, uow, self.frame.cipher)
        freezing.freeze(events, uow)

    @due(query_codes.KEY_CODES)
    def key_query_codes(self, jobs: list[Job], unit: UnitMaker) -> None:
        query_codes.key_codes(jobs, unit, self.frame.cipher)

    departments_changed = staticmethod(on(DepartmentRegistered, DepartmentChanged)(departments.keep_departments))
    enterprises_merged = staticmethod(on(EnterpriseMerged)(merged_enterprises.keep_merges))
