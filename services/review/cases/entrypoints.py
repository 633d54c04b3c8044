"""Cases on the bus."""

from chassis.edge.entrypoints import Received, Room, UnitMaker, command, due, on, query
from chassis.read.reader import Reader
from chassis.time.following import FOLLOW, follow
from chassis.time.jobs import Job
from chassis.write.uow import UnitOfWork
from contracts.case_files import ReadCaseFile
from contracts.case_sheet import CaseSheet, GetCaseSheet
from contracts.deadlines import DeadlineMoves, ListReviewDeadlineMoves
from contracts.departments import PlanTermMapped
from contracts.intake import ApplicationSubmitted, EnterprisesNominated
from contracts.review import (
    ApproveCase,
    CaseCounts,
    CaseNeighbours,
    CasePage,
    CaseView,
    CountCases,
    GetCase,
    GetCaseNeighbours,
    ListCases,
    RejectCase,
)
from services.review.cases import (
    counts,
    deadline,
    handing_over,
    held_lines,
    journal,
    lists,
    opening,
    sheet,
    task_times,
    use_cases,
    views,
    work_list,
)


class CaseEntrypoints(Room):
    """Claims arrive, and departments decide them."""

    @command
    def approve_case(self, cmd: ApproveCase, uow: UnitOfWork) -> CaseView:
        return use_cases.approve_case(cmd, uow)

    @command
    def reject_case(self, cmd: RejectCase, uow: UnitOfWork) -> CaseView:
        return use_cases.reject_case(cmd, uow)

    @query
    def get_case(self, question: GetCase, reader: Reader) -> CaseView:
        return views.get_case(question, reader)

    @query
    def get_case_sheet(self, question: GetCaseSheet, reader: Reader) -> CaseSheet:
        return sheet.get_case_sheet(question, reader)

    @query
    def read_case_file(self, question: ReadCaseFile, reader: Reader) -> CaseSheet:
        return sheet.get_case_sheet(GetCaseSheet(case_id=question.case_id), reader)

    @query
    def list_cases(self, question: ListCases, reader: Reader) -> CasePage:
        return work_list.list_cases(question, reader)

    @query
    def count_cases(self, question: CountCases, reader: Reader) -> CaseCounts:
        return counts.count_cases(question, reader)

    @query
    def get_case_neighbours(self, question: GetCaseNeighbours, reader: Reader) -> CaseNeighbours:
        return work_list.get_case_neighbours(question, reader)

    @query
    def list_review_deadline_moves(self, question: ListReviewDeadlineMoves, reader: Reader) -> DeadlineMoves:
        return journal.list_review_deadline_moves(question, reader)

    @on(ApplicationSubmitted)
    def application_submitted(self, events: list[Received[ApplicationSubmitted]], uow: UnitOfWork) -> None:
        opening.open_cases(events, uow)

    enterprises_nominated = staticmethod(on(EnterprisesNominated)(lists.decide_lists))

    plan_terms_mapped = staticmethod(on(PlanTermMapped)(held_lines.take_meanings))

    @due(held_lines.HELD_LINE)
    def held_line(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            held_lines.look_at_held_lines(jobs, uow)

    @due(deadline.REVIEW_ALARM)
    def review_alarm(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            deadline.raise_alarms(jobs, uow)

    @due(task_times.TASK_ALARM)
    def task_alarm(self, jobs: list[Job], unit: UnitMaker) -> None:
        task_times.raise_task_alarms(jobs, unit)

    @due(task_times.HAND_OVER)
    def hand_over_tasks(self, jobs: list[Job], unit: UnitMaker) -> None:
        handing_over.hand_over(jobs, unit)

    @due(held_lines.TAKE_UP_TERM, batch=1)
    def take_up_term(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            held_lines.take_up_terms(jobs, uow)

    @due(use_cases.TAKE_UP_PLAN)
    def take_up_plan(self, jobs: list[Job], unit: UnitMaker) -> None:
        with unit([job.tenant for job in jobs]) as uow:
            use_cases.take_up_plans(jobs, uow)

    @due(FOLLOW, batch=1)
    def follow_calendar(self, jobs: list[Job], unit: UnitMaker) -> None:
        follow(jobs, unit, deadline.follow_everywhere)
