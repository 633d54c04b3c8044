"""Tasks on the bus."""

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.case_tasks import (
    AbsentPeople,
    AssignTask,
    CountMyTasks,
    GetTask,
    ListAbsentPeople,
    ListTasks,
    MyTasks,
    ReassignTasks,
    TaskPage,
    TasksReassigned,
    TaskView,
)
from services.review.tasks import absence, use_cases, views


class TaskEntrypoints(Room):
    """What is to be done, and who does it."""

    @command
    def assign_task(self, cmd: AssignTask, uow: UnitOfWork) -> TaskView:
        return use_cases.assign_task(cmd, uow)

    @command
    def reassign_tasks(self, cmd: ReassignTasks, uow: UnitOfWork) -> TasksReassigned:
        return use_cases.reassign_tasks(cmd, uow)

    @query
    def list_absent_people(self, query: ListAbsentPeople, reader: Reader) -> AbsentPeople:
        return absence.list_absent_people(query, reader)

    @query
    def count_my_tasks(self, query: CountMyTasks, reader: Reader) -> MyTasks:
        return absence.count_my_tasks(query, reader)

    @query
    def list_tasks(self, query: ListTasks, reader: Reader) -> TaskPage:
        return views.list_tasks(query, reader)

    @query
    def get_task(self, query: GetTask, reader: Reader) -> TaskView:
        return views.get_task(query, reader)
