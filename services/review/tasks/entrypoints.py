"""Tasks on the bus."""

from chassis.edge.entrypoints import Room, command, query
from chassis.read.reader import Reader
from chassis.write.uow import UnitOfWork
from contracts.case_tasks import AssignTask, GetTask, ListTasks, TaskPage, TaskView
from services.review.tasks import use_cases, views


class TaskEntrypoints(Room):
    """What is to be done, and who does it."""

    @command
    def assign_task(self, cmd: AssignTask, uow: UnitOfWork) -> TaskView:
        return use_cases.assign_task(cmd, uow)

    @query
    def list_tasks(self, query: ListTasks, reader: Reader) -> TaskPage:
        return views.list_tasks(query, reader)

    @query
    def get_task(self, query: GetTask, reader: Reader) -> TaskView:
        return views.get_task(query, reader)
