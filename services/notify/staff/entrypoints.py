"""The inbox of authorities' people on the bus."""

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.award_findings import AwardGrantedTwice
from contracts.case_events import ObjectionRaised, SupplementAnswered, TaskDeadlineApproaching, TaskDeadlineMissed
from contracts.credit_checks import CreditChecksDrawn
from contracts.deadlines import PayoutDeadlineUndetermined, ReviewDeadlineUndetermined
from contracts.departments import DepartmentChanged, DepartmentRegistered, DutyRegistered, DutyRenamed
from contracts.drafting import ConsultationOpened
from contracts.integrity_events import (
    DefenceGiven,
    DefenceTimeEnded,
    FindingOpened,
    RecordRequestMade,
    RecordRequestOverdue,
)
from contracts.notify import DutyMessagePage, DutyMessageView, ListDutyMessages, MarkRead
from contracts.people import DutyAssigned, DutyEnded, PersonChanged, PersonRegistered
from contracts.policies import PolicyExpiring
from contracts.review import ReviewDeadlineApproaching, ReviewDeadlineMissed, TaskAssigned
from contracts.treasury import (
    DisbursementContradicted,
    DisbursementFailed,
    DisbursementReady,
    DisbursementRecalled,
    DisbursementUnknown,
    PayoutDeadlineApproaching,
    PayoutDeadlineMissed,
)
from copies import departments, duties
from services.notify.staff import next_year, use_cases, views
from services.notify.staff.asking import Asking


class StaffEntrypoints(Room):
    """Whose turn it is, told to the duty. What an enterprise is told as well comes by the room of messages."""

    @query
    def list_duty_messages(self, question: ListDutyMessages, reader: Reader) -> DutyMessagePage:
        return views.list_duty_messages(question, reader)

    @command
    def mark_read(self, cmd: MarkRead, uow: UnitOfWork) -> DutyMessageView:
        return use_cases.mark_read(cmd, uow)

    @on(
        TaskAssigned,
        TaskDeadlineApproaching,
        TaskDeadlineMissed,
        SupplementAnswered,
        ObjectionRaised,
        ReviewDeadlineUndetermined,
        ReviewDeadlineApproaching,
        ReviewDeadlineMissed,
        AwardGrantedTwice,
        CreditChecksDrawn,
        FindingOpened,
        DefenceGiven,
        DefenceTimeEnded,
        RecordRequestMade,
        RecordRequestOverdue,
        DisbursementReady,
        DisbursementRecalled,
        DisbursementUnknown,
        DisbursementFailed,
        DisbursementContradicted,
        PayoutDeadlineUndetermined,
        PayoutDeadlineApproaching,
        PayoutDeadlineMissed,
        ConsultationOpened,
        PolicyExpiring,
        tenants=use_cases.asked_tenants,
    )
    def tell_duties(self, events: list[Received[Asking]], uow: UnitOfWork) -> None:
        use_cases.tell_duties(events, uow)

    @due(next_year.NEXT_YEAR, standing=True)
    def next_year(self, jobs: list[Job], unit: UnitMaker) -> None:
        next_year.ask_for_next_year(jobs, unit)

    departments_changed = staticmethod(on(DepartmentRegistered, DepartmentChanged)(departments.keep_departments))
    duties_named = staticmethod(on(DutyRegistered, DutyRenamed)(duties.keep_duties))
    people_known = staticmethod(on(PersonRegistered, PersonChanged)(duties.keep_people))
    appointments_changed = staticmethod(on(DutyAssigned, DutyEnded)(duties.keep_appointments))
