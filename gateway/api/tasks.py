"""For whoever has something to do in a case: work lists of tasks."""

from __future__ import annotations

from starlette.responses import Response

from contracts.case_tasks import AssignTask, CountMyTasks, GetTask, ListAbsentPeople, ListTasks, ReassignTasks
from gateway.door import Door
from gateway.routes import Routes

routes = Routes("任务 tasks")


@routes.ask("/tasks", ListTasks)
async def list_tasks(door: Door, query: ListTasks) -> Response:
    """Open tasks of the actor's department, those with the least time left first."""
    return await door.ask(query)


@routes.ask("/tasks/mine", CountMyTasks)
async def count_my_tasks(door: Door, query: CountMyTasks) -> Response:
    """How many tasks were given to the actor in person, and how many it has as a stand-in (代理)."""
    return await door.ask(query)


@routes.ask("/tasks/absent-people", ListAbsentPeople)
async def list_absent_people(door: Door, query: ListAbsentPeople) -> Response:
    """Who of the department is away today, who stands in, and what was given to them (离岗人员)."""
    return await door.ask(query)


@routes.order("/tasks/reassign", ReassignTasks)
async def reassign_tasks(door: Door, command: ReassignTasks) -> Response:
    """Give on all open tasks of one person to another, or back to all who hold the duty (批量交接)."""
    return await door.order(command)


@routes.ask("/tasks/{task_id}", GetTask)
async def get_task(door: Door, query: GetTask) -> Response:
    """One task as its department sees it. ETag is its version."""
    return await door.ask(query)


@routes.order("/tasks/{task_id}/assign", AssignTask, versioned=True)
async def assign_task(door: Door, command: AssignTask) -> Response:
    """Give a task to one person of the department, or back to all who hold its duty. If-Match: the version that was read."""
    return await door.order(command)
